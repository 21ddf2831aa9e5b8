"""`snntrainer3d serve`: the page and the API."""

from __future__ import annotations

from typing import Annotated

import typer

LOOPBACK = "127.0.0.1"


def serve(
    host: Annotated[
        str,
        typer.Option(help="Address to listen on; anything but loopback is open to the network and asks for a token."),
    ] = LOOPBACK,
    port: Annotated[
        int, typer.Option(envvar="PORT", min=0, max=65_535, help="Port to listen on; 0 picks a free one.")
    ] = 8000,
    token: Annotated[
        bool, typer.Option("--token", help="Ask for a token on loopback too, as where several people use the machine.")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A further name by which browsers call this server, as behind a proxy."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
) -> None:
    """Start the server and open the page."""
    from snntrainer3d.server import listen

    listen(host, port, open_browser=not no_browser, ask_token=token, names=allow_host or ())
