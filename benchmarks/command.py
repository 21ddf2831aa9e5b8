"""The command: sections in order, a table on stdout or one JSON object, figures into docs/performance.md."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.contest import Contest
from benchmarks.environment import ROOT, peers_python
from benchmarks.refusal import RefusedError
from benchmarks.report import put_between_marks, render
from benchmarks.session import Session, prepare_data

if TYPE_CHECKING:
    from benchmarks.sections import Section

WORK = ROOT / ".bench"
PAGE = ROOT / "docs" / "performance.md"
PICTURES = ROOT / "docs" / "performance"
KEPT = PICTURES / "results.json"
WRONG_INPUT, FAILED = 2, 1
QUICK_SECTIONS = ("step", "epoch", "start")
"""What a quick session runs where nothing is named: about a minute."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask; give the exit code."""
    from benchmarks.sections import SECTIONS

    given = _arguments(arguments, list(SECTIONS))
    if isinstance(given, int):
        return given
    results = measure(given.only, quick=given.quick, say=_say)
    if given.write and not results["refused"]:
        write_page(results if set(given.only) == set(SECTIONS) else renewed(results))
    print(json.dumps(_plain(results), ensure_ascii=False) if given.json else render(results))
    failed = any(section.get("failed") for section in results["sections"].values())
    return FAILED if results["refused"] or failed else 0


def measure(only: Sequence[str], *, quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Run sections and give all figures; red parity gives `refused`, its evidence, and no figures at all."""
    from benchmarks import machine
    from benchmarks.goals import goals
    from benchmarks.sections import SECTIONS, step

    described = machine.describe()
    dataset = prepare_data(WORK)
    python, why_not = peers_python(say)
    contest = Contest(python, why_not, WORK / "logs", say)
    session = Session(contest, WORK, machine.cores(), quick, say, dataset)
    results: dict[str, Any] = {
        "machine": described, "data": dataset, "quick": quick, "refused": "", "evidence": {}, "sections": {}
    }  # fmt: skip
    try:
        if "step" not in only:
            step.check(session)
        for name in only:
            say(f"{SECTIONS[name].title} …")
            results["sections"][name] = {**_measured(SECTIONS[name], session), "measured": described["date"]}
    except RefusedError as error:
        return {**results, "sections": {}, "goals": [], "refused": str(error), "evidence": error.evidence}
    whole = {name: section for name, section in results["sections"].items() if not section.get("failed")}
    return {**results, "goals": [goal.row() for goal in goals(whole)]}


def _measured(section: Section, session: Session) -> dict[str, Any]:
    begun = time.perf_counter()
    try:
        found = section.run(session)
    except RefusedError:
        raise
    except Exception as error:  # a fault in one section must not cost the figures of the others
        found = {"failed": f"{type(error).__name__}: {error}"}
    return {"title": section.title, "seconds": time.perf_counter() - begun, **found}


def renewed(results: dict[str, Any]) -> dict[str, Any]:
    """Put the sections that were run into the last full session's figures; each section tells when it was measured."""
    from benchmarks.goals import goals

    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    sections = {**kept["sections"], **results["sections"]}
    whole = {name: section for name, section in sections.items() if not section.get("failed")}
    return {**kept, "sections": sections, "goals": [goal.row() for goal in goals(whole)]}


def write_page(results: dict[str, Any]) -> None:
    """Put tables into docs/performance.md, pictures and the figures themselves beside it."""
    from benchmarks.plots import draw

    draw(results["sections"], PICTURES)
    KEPT.write_text(json.dumps(_plain(results), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    put_between_marks(PAGE, render(results, plots=True))


def _arguments(arguments: Sequence[str] | None, names: list[str]) -> argparse.Namespace | int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time training side by side with snnTorch, SpikingJelly, Norse, Spyx and JAX; refuses where the "
        "networks are not the same. The first run installs the peers in an environment of their own.",
    )
    parser.add_argument("--json", action="store_true", help="print exactly one JSON object on stdout")
    parser.add_argument("--quick", action="store_true", help="short turns, fewer points: a look, not figures to quote")
    parser.add_argument("--only", type=_names, metavar="NAME,…", help="sections: " + ", ".join(names))
    write = parser.add_mutually_exclusive_group()
    write.add_argument(
        "--write",
        action="store_true",
        default=None,
        help="write docs/performance.md though quick; of some sections, into the last full session",
    )
    write.add_argument("--no-write", dest="write", action="store_false", help="leave docs/performance.md as it is")
    try:
        given = parser.parse_args(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else WRONG_INPUT
    if given.only is None:
        given.only = list(QUICK_SECTIONS) if given.quick else names
    if unknown := [name for name in given.only if name not in names]:
        _say(f"--only: {', '.join(unknown)} is none of {', '.join(names)}.")
        return WRONG_INPUT
    given.only = [name for name in names if name in given.only]
    if given.write is None:
        given.write = not given.quick and given.only == names
    return given


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _plain(value: Any) -> Any:
    """Give the value with what JSON lacks, NaN and infinity, as None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value
