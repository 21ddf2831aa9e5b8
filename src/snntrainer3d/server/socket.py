"""The WebSocket of a page: the list of runs, events and weight frames of the run it watches.

Nothing is queued for a client: what to send is looked up when the last message has gone out, so a slow one skips
frames, gets events in larger portions, and costs the server one message of memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import time
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from snntrainer3d.errors import InputError, LimitError, NotFoundError, Snntrainer3dError
from snntrainer3d.server.board import Board
from snntrainer3d.server.failures import body_of
from snntrainer3d.server.gate import POLICY_VIOLATION
from snntrainer3d.server.list_feed import ListFeed
from snntrainer3d.server.models import Ack, Live, Watch
from snntrainer3d.server.run_feed import RunFeed
from snntrainer3d.server.study_feed import StudyFeed
from snntrainer3d.server.study_models import ClientMessage, WatchStudy
from snntrainer3d.server.views import RunViews
from snntrainer3d.spec import parse, read_json

TICK_S = 0.2
"""How often a watched run is looked at where no faster frames are asked for; each look takes time from a training
that uses all cores."""
MAX_SOCKETS = 256
"""Pages that one server serves at once; each costs it a look at its run five times a second."""
LAST_WORD_S = 0.5
_TRY_LATER = 1013
_TOO_BIG = 1009
_SEQUENCE = struct.Struct("<8xIII")
"""Sequence number, update and epoch in the head of a weight frame."""

router = APIRouter()


@router.websocket("/api/ws")
async def socket(connection: WebSocket) -> None:
    """Serve one page until it goes away."""
    state = connection.app.state
    if len(state.sockets) >= MAX_SOCKETS:
        state.refusals.note(f"a WebSocket beyond {MAX_SOCKETS} at once")
        await connection.close(_TRY_LATER)
        return
    await connection.accept()
    state.sockets.add(connection)
    session = _Session(connection, state.views, state.board, state.study_board, StudyFeed(state.studies))
    try:
        with state.board.looking(), state.study_board.looking(), contextlib.suppress(WebSocketDisconnect):
            await session.run()
    finally:
        state.sockets.discard(connection)


class Allowance:
    """How many messages a page may send: so many a second, after a first burst."""

    PER_S = 100
    BURST = 500

    def __init__(self) -> None:
        self._left, self._at = float(self.BURST), time.monotonic()

    def take(self) -> bool:
        """Take one; tell whether there was one left."""
        now = time.monotonic()
        self._left = min(self.BURST, self._left + (now - self._at) * self.PER_S)
        self._at = now
        self._left -= 1
        return self._left >= 0


class _Session:
    """What one page watches, and what it has got of it."""

    def __init__(
        self, connection: WebSocket, views: RunViews, board: Board, study_board: Board, feed: StudyFeed
    ) -> None:
        self._connection, self._views, self._board = connection, views, board
        self._study_board, self._feed = study_board, feed
        self._study_board_version = 0
        self._list = ListFeed()
        self._watch = Watch(watch=None)
        self._run: RunFeed | None = None
        self._live = True
        self._board_version = 0
        self._frame_seen: tuple[int, int, int] | None = None
        self._frame_unacknowledged: int | None = None
        self._frame_due = 0.0
        self._last_frame_sent = False
        self._wake = asyncio.Event()
        self._told = ""

    async def run(self) -> None:
        """Read and write until the page is gone."""
        reader, writer = tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            # A send that failed may come before the word that says why the connection ended.
            await asyncio.wait([reader], timeout=LAST_WORD_S)
            # Where the connection has ended, what was still to be sent fails and is nobody's fault.
            (reader if reader.done() else writer).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> None:
        allowance = Allowance()
        while True:
            message = await self._connection.receive()
            if message["type"] == "websocket.disconnect":
                if message.get("code") == _TOO_BIG:
                    self._connection.app.state.refusals.note("a message beyond the limit on a WebSocket")
                return
            if not allowance.take():
                self._connection.app.state.refusals.note(
                    f"more than {Allowance.PER_S} messages a second on a WebSocket"
                )
                await self._tell(LimitError(f"More than {Allowance.PER_S} messages a second are not taken."))
                await self._connection.close(POLICY_VIOLATION)
                return
            try:
                self._obey(message.get("text"))
            except Snntrainer3dError as error:
                await self._tell(error)

    def _obey(self, text: str | None) -> None:
        """Do what the page says, and look at once if that may give it something."""
        if text is None:
            raise InputError("Binary messages are not taken here.", hint="Send JSON text.")
        wish = understand(read_json(text, what="message"))
        if isinstance(wish, Watch):
            self._watch = wish
            self._run = RunFeed(self._views.store, wish.watch, wish.events_after) if wish.watch is not None else None
            self._frame_seen = self._frame_unacknowledged = None
            self._frame_due, self._last_frame_sent = 0.0, False
        elif isinstance(wish, WatchStudy):
            self._feed.watch(wish.study)
        elif isinstance(wish, Live):
            self._live = wish.live
        elif wish.ack == self._frame_unacknowledged:
            self._frame_unacknowledged = None
            if time.monotonic() < self._frame_due:
                return
        self._wake.set()

    async def _write(self) -> None:
        while True:
            self._wake.clear()
            if not await self._send():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(TICK_S, 1.0 / self._watch.hertz)):
                        await self._wake.wait()

    async def _send(self) -> bool:
        """Send what there is; tell whether there is more to send at once."""
        try:
            await self._send_board()
            more = await self._send_news()
            await self._send_studies()
        except NotFoundError as error:
            # The feed is not asked again either: which of the two is gone makes no difference to a page.
            self._run = None
            self._feed.watch(None)
            await self._tell(error)
            return False
        except Snntrainer3dError as error:
            # Such as a store that is locked: told once, and looked at again at the next turn.
            if str(error) != self._told:
                self._told = str(error)
                await self._tell(error)
            return False
        self._told = ""
        return more

    async def _send_board(self) -> None:
        if not self._board.version:
            await self._board.refresh()
        if self._board.version != self._board_version:
            self._board_version = self._board.version
            self._last_frame_sent = False
            await self._connection.send_json(self._list.news(self._board.rows))

    async def _send_studies(self) -> None:
        if self._study_board.version != self._study_board_version:
            self._study_board_version = self._study_board.version
            await self._connection.send_json({"kind": "studies", "studies": self._study_board.rows})
        if self._feed.is_due and (news := await asyncio.to_thread(self._feed.news)) is not None:
            await self._connection.send_json({"kind": "study", "study": news})

    async def _send_news(self) -> bool:
        """Send what is new of the run; tell whether there is more to send at once."""
        run = self._run
        if run is None:
            return False
        # Asked before looking: weights read after its end are a run's last.
        ended = self._watch.watch is not None and self._board.has_ended(self._watch.watch)
        news = await asyncio.to_thread(run.news, weights=self._wants_frame)
        if news.events is not None and self._run is run:
            await self._connection.send_text(news.events)
        if news.frame is not None and self._run is run:
            await self._send_frame(news.frame, ended)
        return news.more or self._run is not run

    @property
    def _wants_frame(self) -> bool:
        """Tell whether weights are wanted, due, and the last ones are drawn."""
        waits = not self._live or self._frame_unacknowledged is not None or self._last_frame_sent
        return not waits and time.monotonic() >= self._frame_due

    async def _send_frame(self, frame: bytes, ended: bool) -> None:
        """Send weights that differ from those sent before."""
        # Weights of an ended run stay as they are: read once, not at every turn.
        self._last_frame_sent = ended
        seen = _SEQUENCE.unpack_from(frame)
        if seen == self._frame_seen:
            return
        self._frame_seen, self._frame_unacknowledged = seen, seen[0]
        self._frame_due = time.monotonic() + 1.0 / self._watch.hertz
        await self._connection.send_bytes(frame)

    async def _tell(self, error: Snntrainer3dError) -> None:
        await self._connection.send_json({"kind": "error", **body_of(error)})


def understand(value: Any) -> ClientMessage:
    """Give what a page's message means; raises InputError, SpecError."""
    kinds: dict[str, type[Watch] | type[Ack] | type[Live] | type[WatchStudy]]
    kinds = {"watch": Watch, "ack": Ack, "live": Live, "study": WatchStudy}
    for name, kind in kinds.items():
        if isinstance(value, dict) and name in value:
            return parse(kind, value, what="message")
    raise InputError("The message has none of watch, ack, live, study.", hint="docs/http-api.md lists the messages.")
