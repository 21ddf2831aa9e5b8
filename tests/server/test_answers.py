"""Answers that many ask for: made once while nothing is written, never old."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from snntrainer3d.errors import NotFoundError
from snntrainer3d.server.answers import KEPT, KEPT_BYTES, Answers

CLIENTS = 20
PATIENCE_S = 120.0


def test_a_hundred_who_ask_the_same_at_once_share_one_answer() -> None:
    looks, all_asked, made = itertools.count(1), threading.Event(), []

    def version() -> int:
        if next(looks) == CLIENTS + 1:  # each of the first twenty as they came, and one as its making began
            all_asked.set()
        return 1

    def make() -> dict[str, int]:
        assert all_asked.wait(PATIENCE_S)
        made.append(len(made))
        return {"made": len(made)}

    answers = Answers(version)
    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(lambda _: json.loads(bytes(answers.give("runs", make).body)), range(100)))
    assert found == [{"made": 1}] * 100


def test_what_was_written_meanwhile_is_in_the_next_answer() -> None:
    version, value = 1, "a"
    answers = Answers(lambda: version)

    def make() -> str:
        nonlocal version, value
        told, value, version = value, "b", 2  # written while the answer is being made
        return told

    assert answers.give("run", make).body == b'"a"'
    assert answers.give("run", make).body == b'"b"'
    assert answers.give("run", lambda: "never asked").body == b'"b"'


def test_an_error_is_told_and_not_kept() -> None:
    answers = Answers(lambda: 1)

    def make() -> str:
        raise NotFoundError("There is no run 'x'.")

    with pytest.raises(NotFoundError):
        answers.give("x", make)
    assert answers.give("x", lambda: "there now").body == b'"there now"'


def test_lately_asked_answers_alone_are_kept() -> None:
    answers = Answers(lambda: 1)
    for at in range(3 * KEPT):
        answers.give(at, lambda: "x" * 100)
    assert len(answers._known) == KEPT


def test_one_slow_answer_keeps_no_other_waiting() -> None:
    answers, go = Answers(lambda: 1), threading.Event()
    with ThreadPoolExecutor(1) as clients:
        slow = clients.submit(answers.give, "slow", lambda: go.wait(PATIENCE_S))
        assert answers.give("quick", lambda: "here").body == b'"here"'
        go.set()
        assert slow.result(PATIENCE_S).body == b"true"


def test_who_waits_shares_one_answer_though_something_is_written_all_the_time() -> None:
    versions, began, all_asked, made = itertools.count(1), threading.Event(), threading.Event(), []

    def version() -> int:
        found = next(versions)  # another whenever one looks
        if found == CLIENTS + 1:  # each of them as they came, and the first as its making began
            all_asked.set()
        return found

    def make() -> int:
        began.set()
        assert all_asked.wait(PATIENCE_S)
        made.append(len(made))
        return len(made)

    answers = Answers(version)
    with ThreadPoolExecutor(CLIENTS) as clients:
        first = clients.submit(answers.give, "runs", make)
        assert began.wait(PATIENCE_S)
        others = [clients.submit(answers.give, "runs", make) for _ in range(CLIENTS - 1)]
        # The first answer began before the others asked; the second began after all of them had.
        assert first.result(PATIENCE_S).body == b"1"
        assert [other.result(PATIENCE_S).body for other in others] == [b"2"] * (CLIENTS - 1)


def test_no_answer_is_older_than_its_asking_while_somebody_writes() -> None:
    written, turn = [0], threading.Lock()

    def write() -> int:
        with turn:
            written[0] += 1
            return written[0]

    def make() -> int:
        found = written[0]
        write()  # while the answer is being made
        return found

    def ask(_: int) -> bool:
        before = write()
        return int(bytes(answers.give("runs", make).body)) >= before

    answers = Answers(lambda: written[0])
    with ThreadPoolExecutor(CLIENTS) as clients:
        assert all(clients.map(ask, range(10 * CLIENTS)))


def test_answers_of_another_version_are_let_go() -> None:
    version = 1
    answers = Answers(lambda: version)
    for question in range(10):
        answers.give(question, lambda: "old")
    version = 2
    assert answers.give("new", lambda: "new").body == b'"new"'
    assert list(answers._known) == ["new"]


@pytest.mark.slow
def test_what_is_kept_is_bounded_in_bytes() -> None:
    answers = Answers(lambda: 1)
    for question in range(5):
        answers.give(question, lambda: "x" * (KEPT_BYTES // 3))
    assert list(answers._known) == [3, 4]
    assert len(answers.give("large", lambda: "x" * (KEPT_BYTES + 1)).body) > KEPT_BYTES
    assert list(answers._known) == []
