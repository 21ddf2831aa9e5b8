"""Tuning: Optuna chooses each next run over the fields of a random search, and stops those that fall behind.

The objective is the validation accuracy, never the test set's. Optuna keeps its trials in a journal file in the study's
folder; every trial is a run in the store like any other, and a tuning that was killed goes on with both.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from snntrainer3d.errors import FailureError, Fault, InputError, Snntrainer3dError, SpecError
from snntrainer3d.events import EpochDone, Event
from snntrainer3d.jobs import JobRunner, run_job
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import Draw, Listing, RandomSearch, Study
from snntrainer3d.studies.folder import StudyFolder
from snntrainer3d.studies.plan import Entry, make_plan
from snntrainer3d.studies.run import LOCK_PATIENCE_S
from snntrainer3d.studies.trials import Trial, Trials, keep_trials

if TYPE_CHECKING:
    import optuna

_RUN = "run"
JOURNAL = "optuna.journal"
STOP_PERIOD_S = 0.5
FIRST_TRIALS = 5
"""Drawn at random and trained to their end, before there is anything to compare with."""


OnTrial = Callable[[Trial], None]


def tune(
    study: StudyFolder, store: RunStore, *, trials: int | None = None, on_trial: OnTrial | None = None
) -> list[Trial]:
    """Try settings until `trials` are there; give all, the best first.

    Args:
        study: of a document whose `vary` is a random search; the base must keep validation samples.
        trials: in all, those of an earlier call included; by default the document's `samples`.

    Raises:
        SpecError: nothing to search over, several seeds, or no validation samples to judge by.
        FailureError: Optuna is not installed.
        ConflictError: another process works on the study.
    """
    document = study.read_plan().study
    search = check_tunable(document)
    with study.hold(LOCK_PATIENCE_S):
        study.stop_file.unlink(missing_ok=True)
        found = _open(study)
        _take_up(found)
        board = Trials(search.samples if trials is None else trials, tuple(map(_told, _ended(found))))
        keep_trials(study, board)
        while len(_ended(found)) < board.wanted:
            attempt = _Try(document, search, store, found, found.ask(), study)
            keep_trials(study, board.with_trial(attempt.begin()))
            ended = attempt.run()
            board = board.with_trial(ended)
            keep_trials(study, board)
            if on_trial is not None:
                on_trial(ended)
    return board.ranked()


class _Try:
    def __init__(
        self,
        document: Study,
        search: RandomSearch,
        store: RunStore,
        found: optuna.Study,
        trial: optuna.Trial,
        folder: StudyFolder,
    ) -> None:
        self._document, self._store, self._study, self._trial = document, store, found, trial
        self._study_folder, self._look_at = folder, 0.0
        self._settings = {name: _suggested(trial, name, draw) for name, draw in search.fields.items()}
        self._last: float | None = None
        self._pruned = False
        self._refused: InputError | None = None

    def begin(self) -> Trial:
        """Make the run; give the trial as it stands."""
        run = self._trial.user_attrs.get(_RUN, "")
        try:
            # The settings may make a network that is not allowed: then the trial fails, and the tuning goes on.
            run = run or self._store.create(self._entry().spec, launcher="cli").id
        except InputError as error:
            self._refused = error
        self._trial.set_user_attr(_RUN, run)
        return Trial(self._trial.number, self._settings, run, "running", None)

    def run(self) -> Trial:
        import optuna

        states = optuna.trial.TrialState
        run = self._trial.user_attrs[_RUN]
        try:
            if self._refused is not None:
                raise self._refused
            self._folder = self._store.folder(run)
            self._folder.control.unlink(missing_ok=True)
            finished = run_job(self._folder, self._hear) is not None
            self._store.sync(run)
        except InputError as error:
            self._trial.set_user_attr("error", str(error))
            return self._end(states.FAIL)
        except Snntrainer3dError as error:
            self._store.sync(run)
            self._trial.set_user_attr("error", str(error))
            return self._end(states.FAIL)
        if finished:
            return self._end(states.COMPLETE)
        if not self._pruned:
            raise KeyboardInterrupt  # stopped by a person; the trial stays open and is taken up again
        return self._end(states.PRUNED)

    def _entry(self) -> Entry:
        one = {"vary": Listing(entries=(self._settings,)).model_dump(mode="json")}
        return make_plan(self._document.changed(**one)).entries[0]

    def _hear(self, event: Event) -> None:
        self._heed_stop()
        if not isinstance(event, EpochDone) or event.validation_accuracy is None:
            return
        self._last = event.validation_accuracy
        self._trial.report(self._last, event.epoch)
        if self._trial.should_prune():
            self._pruned = True
            JobRunner(self._store).cancel(self._folder.id)

    def _heed_stop(self) -> None:
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + STOP_PERIOD_S
            if self._study_folder.stop_file.exists():
                JobRunner(self._store).cancel(self._folder.id)

    def _end(self, state: optuna.trial.TrialState) -> Trial:
        complete = state.name == "COMPLETE"
        self._study.tell(self._trial, self._last if complete else None, state=state)
        return _told(self._study.trials[self._trial.number])


def check_tunable(document: Study) -> RandomSearch:
    """Give what a study searches over; raises SpecError where it cannot be tuned."""
    if not isinstance(document.vary, RandomSearch):
        raise SpecError(
            [Fault("vary", "tuning needs a random search to draw from.", "Give kind random.")], what="study"
        )
    if len(document.seeds) > 1:
        raise SpecError([Fault("seeds", "tuning takes one seed.", "Repeat the best setting over seeds.")], what="study")
    entry = make_plan(document).entries[0]
    if entry.spec.training.validation_share == 0.0:
        path = "base.training.validation_share" if document.base else "compose.training.validation_share"
        hint = "Set it to .1: choosing by the test set would flatter the best."
        raise SpecError([Fault(path, "is 0, and tuning is judged by validation samples.", hint)], what="study")
    return document.vary


def _open(study: StudyFolder) -> optuna.Study:
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend
    except ImportError:
        raise FailureError("Tuning needs Optuna.", hint="pip install 'snntrainer3d[tune]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    seed = study.read_plan().study
    assert isinstance(seed.vary, RandomSearch)
    return optuna.create_study(
        study_name=study.id,
        storage=JournalStorage(JournalFileBackend(str(study.path / JOURNAL))),
        sampler=optuna.samplers.TPESampler(seed=seed.vary.draw_seed, n_startup_trials=FIRST_TRIALS),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=FIRST_TRIALS),
        direction="maximize",
        load_if_exists=True,
    )


def _take_up(found: optuna.Study) -> None:
    """Close the trials that a killed tuning left open and put the same settings first in line, with their runs."""
    import optuna

    for trial in found.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        found.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        kept = {name: value for name, value in trial.user_attrs.items() if name == _RUN}
        found.enqueue_trial(trial.params, user_attrs={**kept, "again": trial.number})


def _ended(found: optuna.Study) -> list[Any]:
    """Give the trials that count: not those that were closed only to be taken up again."""
    again = {trial.user_attrs.get("again") for trial in found.trials}
    return [trial for trial in found.trials if trial.state.is_finished() and trial.number not in again]


def _suggested(trial: optuna.Trial, name: str, draw: Draw) -> Any:
    if draw.among is not None:
        # As text: Optuna keeps numbers and texts only, and a hidden layer's sizes are a list.
        return json.loads(str(trial.suggest_categorical(name, [json.dumps(value) for value in draw.among])))
    assert draw.low is not None
    assert draw.high is not None
    if draw.whole:
        return trial.suggest_int(name, round(draw.low), round(draw.high), log=draw.scale == "log")
    return trial.suggest_float(name, draw.low, draw.high, log=draw.scale == "log")


def _told(trial: optuna.trial.FrozenTrial) -> Trial:
    steps = trial.intermediate_values
    last = steps[max(steps)] if steps else None
    return Trial(trial.number, dict(trial.params), str(trial.user_attrs.get(_RUN, "")), trial.state.name.lower(), last)
