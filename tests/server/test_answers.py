"""Answers that many ask for: made once while nothing is written, never old."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from snntrainer3d.errors import NotFoundError
from snntrainer3d.server.answers import KEPT, Answers


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
