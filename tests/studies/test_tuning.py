"""Tuning with Optuna: judged by validation, pruned, killed and taken up, refused where it would cheat."""

import pytest

from snntrainer3d.errors import SpecError
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import parse_study
from snntrainer3d.studies import StudyStore, tune

FIELDS = {
    "training.learning_rate": {"low": 1e-4, "high": 0.05, "scale": "log"},
    "training.batch_size": {"low": 16, "high": 64, "whole": True},
    "hidden": {"among": [[6], [12]]},
}


def document(**changes):
    return parse_study(
        {
            "name": "tuned",
            "compose": {
                "dataset": "digits",
                "preset": "fast",
                "training": {"epochs": 3, "num_steps": 6, **changes.pop("training", {})},
            },
            "vary": {"kind": "random", "samples": 8, "fields": FIELDS},
            **changes,
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"training": {"validation_share": 0.0}}, "compose.training.validation_share"),
        ({"vary": {"kind": "grid", "fields": {"hidden": [[3]]}}}, "vary"),
        ({"seeds": [0, 1]}, "seeds"),
    ],
)
def test_what_cannot_be_tuned_is_refused(changes, path):
    with RunStore() as store:
        study = StudyStore(store.home).create(document(**changes))
        with pytest.raises(SpecError) as told:
            tune(study, store)
        assert [fault.path for fault in told.value.faults] == [path]


@pytest.mark.slow
def test_trials_are_runs_and_are_taken_up_after_a_kill():
    optuna = pytest.importorskip("optuna")
    with RunStore() as store:
        study = StudyStore(store.home).create(document())
        told = []

        def stop_after_three(trial):
            told.append(trial)
            if len(told) == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            tune(study, store, on_trial=stop_after_three)
        assert len(store.list()) == 3
        # What a kill in the middle of the fourth leaves: a trial that is still running.
        left = optuna.load_study(
            study_name=study.id,
            storage=optuna.storages.JournalStorage(
                optuna.storages.journal.JournalFileBackend(str(study.path / "optuna.journal"))
            ),
        ).ask()
        left.suggest_float("training.learning_rate", 1e-4, 0.05, log=True)
        trials = tune(study, store)
        assert len(trials) == 8
        assert {trial.run for trial in told} <= {trial.run for trial in trials}
        assert len({trial.run for trial in trials}) == len(store.list()) == 8
        assert {trial.state for trial in trials} <= {"complete", "pruned"}
        best = trials[0]
        detail = store.get(best.run)
        assert detail.validation_accuracy == pytest.approx(best.validation_accuracy)
        assert detail.spec.training.learning_rate == best.settings["training.learning_rate"]
        assert best.validation_accuracy == max(
            trial.validation_accuracy for trial in trials if trial.state == "complete"
        )
        assert tune(study, store) == trials
