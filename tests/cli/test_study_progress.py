"""What a study says on stderr while it goes on, and how its best are told."""

from __future__ import annotations

import pytest

from snntrainer3d.cli.output import give_table
from snntrainer3d.cli.study_progress import StudyFollower
from snntrainer3d.studies import EntryState, Plan, StudyState, document_of, make_plan


def state(plan: Plan, finished: int) -> StudyState:
    entries = [
        EntryState(entry, "finished" if place < finished else "waiting", "", None)
        for place, entry in enumerate(plan.entries)
    ]
    return StudyState("id", "paper", 0.0, True, tuple(entries))


def test_runs_that_end_between_two_looks_count_one_each(capsys: pytest.CaptureFixture[str]) -> None:
    plan = make_plan(document_of("paper"))
    with StudyFollower() as follower:
        for finished in (1, 2, 4, 7):
            follower.take(state(plan, finished))
    begun, *told = capsys.readouterr().err.splitlines()
    assert begun == f"Study id: {len(plan.entries)} runs, 1 finished before."
    assert [int(line.partition("/")[0]) for line in told] == [2, 3, 4, 5, 6, 7]


def test_a_column_that_is_to_be_whole_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    name = "network.layers[0].neuron.surrogate.slope"
    give_table(["setting", *"abcdefgh"], [[name, *["x" * 40] * 8]], first_whole=True)
    assert name in capsys.readouterr().out
