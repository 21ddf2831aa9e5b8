"""Answers that many ask for: made once while nothing is written, never old."""

from __future__ import annotations

import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from snntrainer3d.errors import NotFoundError
from snntrainer3d.server.answers import KEPT, KEPT_BYTES, Answers

CLIENTS = 20


def test_a_hundred_who_ask_the_same_at_once_share_one_answer() -> None:
    made: list[int] = []

    def make() -> dict[str, int]:
        time.sleep(0.02)
        made.append(len(made))
        return {"made": len(made)}

    answers = Answers(lambda: 1)
    with ThreadPoolExecutor(20) as clients:
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
        slow = clients.submit(answers.give, "slow", lambda: go.wait(30))
        assert answers.give("quick", lambda: "here").body == b'"here"'
        go.set()
        assert slow.result(30).body == b"true"


def test_who_waits_shares_one_answer_though_something_is_written_all_the_time() -> None:
    versions, all_asked, made = itertools.count(), threading.Event(), []

    def version() -> int:
        found = next(versions)  # another whenever one looks
        if found == CLIENTS:  # each of them as they came, and the first as its making began
            all_asked.set()
        return found

    def make() -> int:
        all_asked.wait(15)
        all_asked.set()  # so that a fault is told after one wait, not after twenty
        made.append(len(made))
        return len(made)

    answers = Answers(version)
    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(lambda _: answers.give("runs", make).body, range(CLIENTS)))
    # The first answer began before the others asked; the second began after all of them had.
    assert sorted(found) == [b"1", *[b"2"] * (CLIENTS - 1)]


def test_no_answer_is_older_than_its_asking_while_somebody_writes() -> None:
    written, made, end = [0], [], threading.Event()

    def write() -> None:
        while not end.wait(0.003):
            written[0] += 1

    def make() -> int:
        found = written[0]
        time.sleep(0.005)
        made.append(found)
        return found

    def ask(_: int) -> bool:
        before = written[0]
        return int(bytes(answers.give("runs", make).body)) >= before

    answers = Answers(lambda: written[0])
    writer = threading.Thread(target=write)
    writer.start()
    try:
        with ThreadPoolExecutor(CLIENTS) as clients:
            fresh = list(clients.map(ask, range(10 * CLIENTS)))
    finally:
        end.set()
        writer.join()
    assert all(fresh)
    assert len(made) < 5 * CLIENTS


def test_answers_of_another_version_are_let_go() -> None:
    version = 1
    answers = Answers(lambda: version)
    for question in range(10):
        answers.give(question, lambda: "old")
    version = 2
    assert answers.give("new", lambda: "new").body == b'"new"'
    assert list(answers._known) == ["new"]


def test_what_is_kept_is_bounded_in_bytes() -> None:
    answers = Answers(lambda: 1)
    for question in range(5):
        answers.give(question, lambda: "x" * (KEPT_BYTES // 3))
    assert list(answers._known) == [3, 4]
    assert len(answers.give("large", lambda: "x" * (KEPT_BYTES + 1)).body) > KEPT_BYTES
    assert list(answers._known) == []
