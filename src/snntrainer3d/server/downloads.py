"""Downloads of data sets that go on while the server answers."""

from __future__ import annotations

import threading
from collections.abc import Callable

from snntrainer3d import data
from snntrainer3d.data import Progress
from snntrainer3d.server.failures import body_of
from snntrainer3d.server.models import ErrorDetail, Fetching

Fetch = Callable[[str, Progress], None]


class Downloads:
    """At most one download per data set, each in a thread of its own; knows how far each is."""

    def __init__(self, fetch: Fetch = data.fetch) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._states: dict[str, Fetching] = {}

    def start(self, name: str) -> None:
        """Begin, unless it goes on already; raises NotFoundError for a data set that does not exist."""
        data.describe(name)
        with self._lock:
            now = self._states.get(name)
            if now is not None and now.error is None:
                return
            self._states[name] = Fetching(share=None, text="Starting.")
        # A daemon: the download is written under a temporary name, so that an end of the server leaves nothing half.
        threading.Thread(target=self._run, args=(name,), name=f"fetch-{name}", daemon=True).start()

    def state(self, name: str) -> Fetching | None:
        """Tell how far a download is; None where none goes on and the last one succeeded."""
        with self._lock:
            return self._states.get(name)

    def _run(self, name: str) -> None:
        try:
            self._fetch(name, lambda _phase, share, text: self._note(name, Fetching(share=share, text=text)))
        except Exception as error:
            detail = ErrorDetail.model_validate(body_of(error)["error"])
            self._note(name, Fetching(share=None, text=str(error), error=detail))
        else:
            with self._lock:
                self._states.pop(name, None)

    def _note(self, name: str, state: Fetching) -> None:
        with self._lock:
            self._states[name] = state
