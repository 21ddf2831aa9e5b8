"""Every operation of the HTTP API asked with what its own description allows, and with what it does not."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from snntrainer3d.jobs import JobRunner
from snntrainer3d.runs import RunStore
from snntrainer3d.server import bind, create_app
from snntrainer3d.server.listen import configured

SLOWEST_S = 60.0
SERVER_FAULT = 500
NOT_OURS = {503, 507}
"""Data that is not on this machine, a disk that is full: told as errors of ours."""
LEFT_OUT = {"/api/datasets/{name}/fetch"}
"""Would download."""


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Run the application in a thread, with a store of one run, and no job that would begin."""
    from reliability.networks import networks

    with mock.patch.object(JobRunner, "tick", return_value=None):
        app = create_app(home)
        with bind("127.0.0.1", 0) as bound:
            server = uvicorn.Server(configured(app, log_level="critical"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
            thread.start()
            while not server.started:
                time.sleep(0.01)
            with RunStore(home) as store:
                store.create(next(iter(networks().values())))
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
            server.should_exit = True
            thread.join(20)


def ask_everything(home: Path, inputs: int) -> tuple[Counter[str], list[str]]:
    """Ask about `inputs` times over all operations; give the answers' counts by operation, and the faults found."""
    asked: Counter[str] = Counter()
    faults: list[str] = []
    with served(home) as url, RunStore(home) as store:
        run = store.list()[0].id
        schema = schemathesis.openapi.from_url(f"{url}/api/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations()]
        operations = [one for one in operations if one.path not in LEFT_OUT]
        each = max(1, inputs // (2 * len(operations)))
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                fault = _ask(operation, mode, each, run, asked)
                if fault:
                    faults.append(fault)
    return asked, faults


def _ask(operation: Any, mode: GenerationMode, inputs: int, run: str, asked: Counter[str]) -> str:
    """Ask one operation; give the first fault, made as small as can be."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    def once(case: Any) -> None:
        for name in ("run", "run_id"):
            if name in (case.path_parameters or {}) and asked.total() % 2:
                case.path_parameters[name] = run
        begun = time.monotonic()
        answer = case.call(timeout=SLOWEST_S)
        asked[operation.label] += 1
        assert answer.status_code < SERVER_FAULT or answer.status_code in NOT_OURS, (
            f"{answer.status_code} {answer.text}"
        )
        assert time.monotonic() - begun < SLOWEST_S

    try:
        once()
    except Exception as error:
        # Some operations cannot be asked wrongly: they take nothing.
        if type(error).__name__ in {"Unsatisfiable", "SkipTest", "Skip"}:
            return ""
        return f"{operation.label}: {error}"[:2000]
    return ""
