"""`snntrainer3d compare`: what the data of several runs allow to say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snntrainer3d.cli.completion import complete_run
from snntrainer3d.cli.output import AsJson, give, give_json, give_table, percent

if TYPE_CHECKING:
    from snntrainer3d.runs import RunStore

_SHOWN = 40
"""Columns of a setting's value."""
_MOST_PAIRS = 6
"""Of more runs than make so many pairs, settings are what is asked about, not run against run."""


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN RUN...",
            help="Ids, beginnings of ids, or names; name* for several.",
            autocompletion=complete_run,
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Compare finished runs: settings that differ, intervals, and tests that their data allow.

    Decisions on the test set that were not kept yet are computed first, which takes seconds for each run.
    """
    from snntrainer3d.runs import RunStore
    from snntrainer3d.studies import compare as compared
    from snntrainer3d.studies import decide_here

    with RunStore() as store, decide_here(store) as decide:
        found = compared(store, list(_named(store, runs)), decide=decide)
    if as_json:
        give_json(found)
        return
    names = {run["run"]: run["name"] for run in found["runs"]}
    _give_runs(found["runs"])
    _give_differences(found["differences"], found["runs"])
    if len(found["pairs"]) > _MOST_PAIRS:
        give(f"\n{len(found['pairs'])} pairs of single runs are left out here; --json has them.")
    else:
        _give_pairs(found["pairs"], names)
    for settings in found["settings"]:
        first, second = names[settings["first"][0]], names[settings["second"][0]]
        give(f"\nOver seeds: settings of {first}  and  of {second}\n  {_sentence(settings['wilcoxon'])}")


def _named(store: RunStore, references: list[str]) -> Iterator[str]:
    """Give the runs that references mean; of a pattern all whose name fits it, as they were made."""
    rows = list(reversed(store.list())) if any("*" in reference for reference in references) else []
    for reference in references:
        fitting = [row.id for row in rows if "*" in reference and fnmatchcase(row.name, reference)]
        yield from fitting or [reference]


def _give_pairs(pairs: list[dict[str, Any]], names: Mapping[str, str]) -> None:
    for pair in pairs:
        give(f"\n{names[pair['first']]}  and  {names[pair['second']]}")
        for statistic in ("mcnemar", "agreement", "confusion_difference"):
            give(f"  {_sentence(pair[statistic])}")


def _give_runs(runs: list[dict[str, Any]]) -> None:
    give_table(
        ["run", "name", "data set", "#seed", "#test accuracy", "95 %", "#macro F1"],
        [
            [
                run["run"],
                run["name"],
                run["dataset"],
                str(run["seed"]),
                percent(run["accuracy"]["value"]),
                f"{percent(run['accuracy']['low'])} to {percent(run['accuracy']['high'])}",
                percent(run["macro_f1"]["value"]) if run["macro_f1"] else "",
            ]
            for run in runs
        ],
    )


def _give_differences(differences: list[dict[str, Any]], runs: list[dict[str, Any]]) -> None:
    give()
    if not differences:
        give("The runs have the same settings.")
        return
    give_table(
        ["setting", *(run["run"] for run in runs)],
        [[row["field"], *(_short(value) for value in row["values"])] for row in differences],
        first_whole=True,
    )


def _short(value: Any) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _sentence(found: Mapping[str, Any]) -> str:
    """Give the plain sentence of a statistic, or why there is none."""
    if refused := found.get("refusal"):
        return f"Not tested: {refused['sentence']} {refused['hint']}".rstrip()
    return str(found["sentence"])
