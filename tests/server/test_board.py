"""The list that all pages share: read when anything was written, and only then."""

from __future__ import annotations

import asyncio

from snntrainer3d.server.board import Board, Rows


def test_the_list_is_read_again_only_when_something_was_written() -> None:
    lists: list[Rows] = [[{"id": "a"}], [{"id": "b"}], [{"id": "b"}]]
    versions = iter([1, 1, 2, 2, 3])
    reads: list[Rows] = []

    def read() -> Rows:
        reads.append(lists[len(reads)])
        return reads[-1]

    board = Board(read, changed=lambda: next(versions))

    async def look() -> list[tuple[int, int]]:
        found = []
        for _ in range(5):
            await board.refresh()
            found.append((len(reads), board.version))
        return found

    assert asyncio.run(look()) == [(1, 1), (1, 1), (2, 2), (2, 2), (3, 2)]


def test_a_list_that_cannot_tell_is_read_every_time() -> None:
    count = 0

    def read() -> Rows:
        nonlocal count
        count += 1
        return [{"id": str(count)}]

    board = Board(read)

    async def look() -> None:
        await board.refresh()
        await board.refresh()

    asyncio.run(look())
    assert (count, board.version) == (2, 2)
