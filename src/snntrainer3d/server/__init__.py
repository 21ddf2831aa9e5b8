"""HTTP and WebSocket: thin translation of requests to the rooms before it."""

from snntrainer3d.server.app import create_app
from snntrainer3d.server.diagnostics import diagnose
from snntrainer3d.server.listen import bind, listen
from snntrainer3d.server.page import STATIC

__all__ = ["STATIC", "bind", "create_app", "diagnose", "listen"]
