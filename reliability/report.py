# ruff: noqa: E501
"""docs/reliability.md, written from the figures of what was run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from snntrainer3d.storage import write_atomically

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "reliability"
PAGE = ROOT / "docs" / "reliability.md"


def write_page() -> None:
    """Write the page anew from the figures that are there."""
    write_atomically(PAGE, page())


def page() -> str:
    """Give the page."""
    sections = [text for name, write in SECTIONS.items() if (text := _section(name, write))]
    return "\n".join(
        [
            "<!-- Made by `python -m reliability page` from docs/reliability/; edit reliability/report.py. -->",
            INTRODUCTION,
            *sections,
            ENDING,
        ]
    )


def _section(name: str, write: Callable[[Mapping[str, Any]], str]) -> str:
    path = FIGURES / f"{name}.json"
    return write(json.loads(path.read_text())) if path.exists() else ""


INTRODUCTION = """# Reliability

What was done to the application to break it, and what came of it. Every figure was measured by the command beside it.
"""


ENDING = """## Long runs and the disk

A chart gets a few hundred points of a run, each the mean of the updates that it stands for with the lowest and the highest beside it: of a
million points every peak is still there (`tests/analysis/test_curves.py`), and the page does the same with what it watches
(`web/tests/state/curves.test.ts`). Nothing is taken from the record: `export RUN --to csv` gives every point. A training at full speed notes a
thousand points, each the mean of its updates; at other paces every update.

`snntrainer3d runs disk` and the page's Runs tell what each run takes. A quota (`runs disk --quota 20GB`, or the page) thins snapshots
alone, those of the oldest runs first, annotated ones last; it is told in the run, the home and the log. Killed in the middle, every snapshot is
still there. One process keeps the quota at a time and looks at the bound before each run; a run that cannot be thinned is logged and the next
one taken. On a full disk, where no copy fits, Linux makes holes in the file itself. A run is left alone where thinning would free nothing:
small snapshots that share a block of the disk, and disks or systems whose files have no holes (exFAT, Windows), where the quota therefore takes
nothing. The trash does not count toward the quota, for what is in it can be restored whole: empty it for its space
(`tests/runs/test_quota.py`).

## Attacks

`tests/server/test_access.py`, against a server that listens: each is refused, logged (a line a second at most, without secrets), and the server
answers on.

| attack | answer |
|---|---|
| foreign `Origin`, on HTTP and on the WebSocket | 403 |
| foreign `Host` | 403 |
| missing or wrong token | 401; the WebSocket 403 |
| a path that leads out (`..`, NUL) | 404 |
| zip bomb, in runs, weights and own data | 413 or 422, before it is unpacked |
| JSON of 5 MB, nested 100,000 deep, no JSON | 413 or 422 |
| 5,000 messages at once on a WebSocket | closed, 1008 |
| a message beyond 64 KiB | closed, 1009 |
| more pages than 256 | closed, 1013 |
"""


def _kills(found: Mapping[str, Any]) -> str:
    deaths = [kill for life in found["lives"] for kill in life["kills"]]
    rows = [_kill_row(name, found["lives"]) for name in dict.fromkeys(life["network"] for life in found["lives"])]
    victims = Counter(kill["victim"] for kill in deaths)
    statuses = Counter(kill["status_before"] for kill in deaths)
    return "\n".join(
        [
            "## Kills",
            "",
            f"`make faults` (seed {found['seed']}): **{found['kills']} kills** (`kill -9`) at random moments "
            f"over {found['runs']} runs: of the job {victims['job']}, of the server {victims['server']}, of both "
            f"{victims['both']}; "
            + ", ".join(f"{count} while the run was {status}" for status, count in statuses.most_common())
            + f". After each, every epoch that the record held was still there; {found['equal']} of {found['runs']} "
            "runs ended with the weights, losses and accuracies of the run that nobody killed, bit for bit.",
            "",
            "| network | runs | kills | at update, of which the latest | runs equal to the last bit |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _kill_row(name: str, lives: list[Mapping[str, Any]]) -> str:
    mine = [life for life in lives if life["network"] == name]
    deaths = [kill for life in mine for kill in life["kills"]]
    latest = max((kill["update_before"] for kill in deaths), default=0)
    return f"| {name} | {len(mine)} | {len(deaths)} | {latest} | {sum(life['equal'] for life in mine)} |"


def _fuzz(found: Mapping[str, Any]) -> str:
    rows = [
        f"| {name} | {one['inputs']:,} | {one['covered']} | {one['memory_mb']} | {len(one['faults'])} |"
        for name, one in found["readers"].items()
    ]
    api = found["api"]
    return "\n".join(
        [
            "## Made-up inputs",
            "",
            f"`make fuzz`: **{found['inputs']:,} inputs**. What reads bytes or documents from elsewhere got them from a fuzzer "
            "that is guided by which of our code they reach (atheris), each reader in a process of its own; one that ends "
            "in anything but a value or an input error of ours, takes 20 s or 2.5 GB, is a fault.",
            "",
            "| reader | inputs | branches of ours reached | MB | faults |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"The HTTP API got {api['requests']:,} requests (schemathesis), right and wrong ones for each of its "
            f"{api['operations']} operations: {len(api['faults'])} faults (an answer of 500 or more, or none in a minute).",
            "",
            "Readers that work in a process of their own (NIR, PyTorch's files) get fewer inputs, as each takes a second or more, and 150 s.",
            "",
            "Every document there is (networks, trainings, runs, studies, circuits, quota, what a run file says of itself, each "
            "body that the API takes, events, messages of a page) is drawn by hypothesis from its own JSON Schema, is read and "
            "comes back as it was, or is refused: `tests/promises/test_every_document.py`, which fails when a body that is "
            "taken is not among them. The readers' whole files, cut short and with bytes changed, are in "
            "`tests/reliability/test_readers.py`.",
            "",
            "Every fault that was found is a test now: `tests/runs/test_found_by_fuzzing.py`, `tests/data/test_own_data.py`, "
            "`tests/server/test_access.py`, `tests/reliability/test_readers.py`.",
            "",
        ]
    )


def _machine(found: Mapping[str, Any]) -> str:
    return (
        f"Measured on {found['cores']} cores that others used too (load {found['load_average']} in the minute before the "
        "end, what is measured included)."
    )


def _load_runs(found: Mapping[str, Any]) -> str:
    asked = ", ".join(f"{name} {ms:,} ms" for name, ms in found["asked_ms"].items())
    return "\n".join(
        [
            "## Many long runs",
            "",
            f"`python -m reliability load --only runs`: {found['runs']:,} runs of {found['points']:,} points. Median times: "
            f"{asked}. The server then takes {found['memory_mb']} MB, {found['files']} files, {found['sockets']} sockets, "
            f"{found['threads']} threads. {_machine(found)}",
            "",
        ]
    )


def _load_clients(found: Mapping[str, Any]) -> str:
    rows = [
        f"| {when} | {one['memory_mb']} | {one['files']} | {one['sockets']} | {one['threads']} |"
        for when, one in ((when, found[when]) for when in ("before", "during", "after"))
    ]
    return "\n".join(
        [
            "## Many pages and clients",
            "",
            f"`python -m reliability load --only clients`: {found['pages']} pages watch one training and {found['clients']} "
            f"clients ask once a second, for {found['seconds']:g} s: {found['frames']:,} weight frames and "
            f"{found['messages']:,} messages sent, {found['requests']:,} requests answered, the median in "
            f"{found['request_median_ms']} ms, 95 % within {found['request_95_ms']:,} ms, the slowest in "
            f"{found['request_slowest_ms']:,} ms, as seen by one process that plays them all. The server's process took "
            f"{found['server_cpu_s']} s of processor time. {_machine(found)}",
            "",
            "| the server | MB | files | sockets | threads |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _load_updates(found: Mapping[str, Any]) -> str:
    rows = [
        f"| {one['update']:,} | {one.get('updates_per_s', '')} | {one['memory_mb']} | {one['job_mb']} | {one['files']} "
        f"| {one['sockets']} | {one['home_kb']:,} |"
        for one in found["looks"]
    ]
    return "\n".join(
        [
            "## Many updates",
            "",
            f"`python -m reliability load --only updates`: {found['updates']:,} updates of a network of 4 hidden neurons in one "
            f"server; the run {found['status']}. A job that has to compile its kernels first keeps what the compiler took, some 200 MB more; "
            f"neither grows. {_machine(found)}",
            "",
            "| update | updates a second since the row above | server MB | job MB | files | sockets | home kB |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


SECTIONS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "kills": _kills,
    "fuzz": _fuzz,
    "load-runs": _load_runs,
    "load-clients": _load_clients,
    "load-updates": _load_updates,
}
