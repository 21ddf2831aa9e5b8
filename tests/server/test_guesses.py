"""Guessing the token is slow, by a clock of the test's own, and the right one still lets in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from snntrainer3d.errors import GuessingError
from snntrainer3d.server.access import Access, cookie_name
from snntrainer3d.server.gate import Gate, Refusals
from snntrainer3d.server.guesses import FREE, MOST_CLIENTS, MOST_WAITING, PAUSE_S, Guesses

TOKEN = "a-token-that-is-long-enough"
PORT = 8000


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ask(clock: Clock) -> Callable[..., int]:
    """Ask a gate, as from an address with headers or a query; give the status."""

    async def page(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = Gate(page, Access(TOKEN), Refusals(), Guesses(clock, clock.sleep))

    def ask(address: str = "192.0.2.1", query: str = "", **headers: str) -> int:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        pairs = [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in headers.items())]
        scope = {
            "type": "http", "method": "GET", "path": "/" if query else "/api/runs", "query_string": query.encode(),
            "headers": pairs, "client": (address, 1), "server": ("localhost", PORT), "scheme": "http",
        }  # fmt: skip
        asyncio.run(gate(scope, None, send))  # type: ignore[arg-type]
        ask.headers = dict(sent[0]["headers"])  # type: ignore[attr-defined]
        return int(sent[0]["status"])

    return ask


def test_wrong_tokens_become_slow_and_the_right_one_is_let_in(ask: Callable[..., int], clock: Clock) -> None:
    begun = clock.now
    for _ in range(FREE):
        assert ask(authorization="Bearer wrong") == 401
    assert clock.now == begun
    for _ in range(40):
        assert ask(query="token=wrong") == 401
    assert clock.now - begun == pytest.approx(40 * PAUSE_S)
    assert ask(authorization=f"Bearer {TOKEN}") == 200
    assert ask(query=f"token={TOKEN}") == 303


def test_others_and_those_who_were_let_in_do_not_wait(ask: Callable[..., int], clock: Clock) -> None:
    assert ask(query=f"token={TOKEN}") == 303
    given = ask.headers[b"set-cookie"].decode().partition(";")[0]  # type: ignore[attr-defined]
    for _ in range(3 * FREE):
        ask(cookie=f"{cookie_name(PORT)}=wrong")
    begun = clock.now
    assert ask(cookie=given) == 200
    assert ask("192.0.2.2", authorization=f"Bearer {TOKEN}") == 200
    assert ask() == 401  # which guesses nothing
    assert clock.now == begun


def test_a_cookie_of_before_a_restart_is_taken(ask: Callable[..., int]) -> None:
    earlier = Access(TOKEN).new_cookie()
    for cookie in (earlier, earlier.partition(".")[0]):
        assert ask(cookie=f"{cookie_name(PORT)}={cookie}") == 200
    assert ask(cookie=f"{cookie_name(PORT)}={Access(TOKEN + 'x').new_cookie()}") == 401


def test_more_than_a_few_at_once_are_refused_unread(clock: Clock) -> None:
    async def flood() -> list[BaseException | None]:
        guesses = Guesses(clock, clock.sleep)
        for _ in range(FREE):
            guesses.wrong("2001:db8::1")
        return await asyncio.gather(
            *(guesses.take_turn(f"2001:db8::{one:x}") for one in range(3 * MOST_WAITING)), return_exceptions=True
        )

    found = asyncio.run(flood())
    refused = [one for one in found if isinstance(one, GuessingError)]
    assert len(refused) == 2 * MOST_WAITING
    assert refused[0].http_status == 429


def test_wrong_tokens_are_forgotten_and_take_no_memory_without_end(clock: Clock) -> None:
    async def later() -> float:
        guesses = Guesses(clock, clock.sleep)
        for one in range(MOST_CLIENTS + 100):
            guesses.wrong(f"client {one}")
        assert len(guesses._clients) == MOST_CLIENTS
        for _ in range(100):
            guesses.wrong("192.0.2.1")
        clock.now += 3600
        begun = clock.now
        await guesses.take_turn("192.0.2.1")
        return clock.now - begun

    assert asyncio.run(later()) == 0


def test_ipv4_clients_of_a_server_that_listens_on_all_addresses_are_told_apart(
    ask: Callable[..., int], clock: Clock
) -> None:
    for _ in range(FREE + 2):
        assert ask("::ffff:192.0.2.1", authorization="Bearer wrong") == 401
    begun = clock.now
    assert ask("::ffff:192.0.2.2", authorization=f"Bearer {TOKEN}") == 200
    assert clock.now == begun, "another client's wrong tokens cost this one nothing"
    assert ask("192.0.2.1", authorization=f"Bearer {TOKEN}") == 200
    assert clock.now > begun, "the same client by the other form of its address"
