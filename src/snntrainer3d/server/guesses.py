"""Slows who guesses the token: after some wrong ones, those of a client are looked at one by one, with a pause between.

The right token waits its turn like any other, so that nobody learns by speed which it was, and is never locked out.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from snntrainer3d.errors import GuessingError

FREE = 10
"""Wrong tokens of a client that cost nothing."""
FORGIVEN_S = 10.0
"""After so long one of them is forgotten."""
PAUSE_S = 0.25
"""Between two tokens of a client that has no free ones left."""
MOST_WAITING = 8
"""Requests of one client that wait for their turn; more are refused unread."""
MOST_CLIENTS = 4096
_NEIGHBOURS = 64
"""Bits of an IPv6 address that its owner was given: the rest is theirs to vary."""


@dataclass
class _Client:
    wrong: float = 0.0
    at: float = 0.0
    next_turn: float = 0.0
    waiting: int = 0


class Guesses:
    """The wrong tokens of each client."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._clients: OrderedDict[str, _Client] = OrderedDict()

    async def take_turn(self, address: str) -> None:
        """Wait until a token of this client may be looked at; raises GuessingError where too many wait already."""
        client = self._clients.get(_owner(address))
        if client is None or self._count(client) < FREE:
            return
        if client.waiting >= MOST_WAITING:
            raise GuessingError("Too many wrong tokens came from this address.", hint="Wait a second, then try again.")
        now = self._clock()
        turn = max(now, client.next_turn)
        client.next_turn = turn + PAUSE_S
        client.waiting += 1
        try:
            await self._sleep(turn - now)
        finally:
            client.waiting -= 1

    def wrong(self, address: str) -> None:
        """Count a wrong token."""
        owner = _owner(address)
        client = self._clients.setdefault(owner, _Client())
        client.wrong, client.at = self._count(client) + 1, self._clock()
        client.next_turn = max(client.next_turn, client.at + PAUSE_S)
        self._clients.move_to_end(owner)
        while len(self._clients) > MOST_CLIENTS:
            self._clients.popitem(last=False)

    def _count(self, client: _Client) -> float:
        """Give the wrong tokens that are not forgotten yet; never so many that a client is slow for ever."""
        return min(2.0 * FREE, max(0.0, client.wrong - (self._clock() - client.at) / FORGIVEN_S))


def _owner(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    if found.ipv4_mapped is not None:  # as a server that listens on :: sees every IPv4 address
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _NEIGHBOURS), strict=False))
