"""Tables of a study. Every cell that holds a figure of ours names the runs that it was computed from."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from snntrainer3d.analysis import csv_text, markdown_table
from snntrainer3d.spec import cost_of
from snntrainer3d.studies.comparisons import Comparison, compare_all
from snntrainer3d.studies.outcome import Outcome, Spread, Trained, spread
from snntrainer3d.studies.paper import DECISION_STEPS, LABELS, NEURONS, PRINTED, SIZES, one_vs_rest_accuracy

MISSING = "–"
CLASS_NINE = 9


@dataclass(frozen=True, slots=True)
class Cell:
    """What a reader sees, and the runs it comes from; none for what is cited or follows from the settings."""

    text: str
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading and a note on how to read it."""

    name: str
    """As a file is called."""
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def markdown(self) -> str:
        """Give the table as Markdown."""
        cells = markdown_table(self.columns, [[cell.text for cell in row] for row in self.rows])
        return f"### {self.title}\n\n{self.note}\n\n{cells}\n"

    def html(self) -> str:
        """Give the table as HTML; a figure of ours links to its run, or names its runs."""
        head = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        body = "\n".join("<tr>" + "".join(_td(cell) for cell in row) + "</tr>" for row in self.rows)
        return (
            f'<section id="{self.name}"><h3>{html.escape(self.title)}</h3><p>{html.escape(self.note)}</p>'
            f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div></section>'
        )

    def csv(self) -> str:
        """Give the table as CSV, with the runs of each row in the last column."""
        named = [list(dict.fromkeys(run for cell in row for run in cell.runs)) for row in self.rows]
        rows = [[*(cell.text for cell in row), " ".join(runs)] for row, runs in zip(self.rows, named, strict=True)]
        return csv_text([[*self.columns, "runs"], *rows])


def leader_table(outcome: Outcome) -> Table:
    """Give all settings of any study, best mean accuracy first."""
    groups: dict[str, list[Trained]] = {}
    for one in outcome.trained:
        groups.setdefault(_settings(one), []).append(one)
    rows = []
    for told, runs in groups.items():
        accuracy = spread([one.test["accuracy"] for one in runs], runs)
        validation = [one.results["validation"]["accuracy"] for one in runs if one.results["validation"]]
        held = spread(validation, runs) if len(validation) == len(runs) else None
        assert accuracy is not None
        f1 = spread([one.test["macro_f1"] for one in runs], runs)
        cells = (_percent(held), _percent(accuracy), _percent(f1), Cell(str(len(runs))))
        rows.append(((held or accuracy).mean, (Cell(told), *cells)))
    rows.sort(key=lambda row: row[0], reverse=True)
    note = (
        "Means over the seeds, ± one sample standard deviation, best first: by the validation samples where all runs "
        "kept some. Where none were kept, the order is that on the test set, and the best one's figure flatters it."
    )
    columns = ("setting", "validation accuracy %", "test accuracy %", "test macro F1 %", "seeds")
    return Table("leaders", "All settings", note, columns, tuple(row for _, row in rows))


def run_table(outcome: Outcome) -> Table:
    """Give every entry of the plan with its run, also what is missing."""
    rows = []
    for state in outcome.state.entries:
        runs = (state.run_id,) if state.run is not None else ()
        accuracy = state.run.test_accuracy if state.run else None
        rows.append(
            (
                Cell(state.run_id or MISSING),
                Cell(state.entry.spec.training.name),
                Cell(state.status),
                Cell(MISSING if accuracy is None else f"{accuracy * 100:.2f}", runs),
                Cell(state.entry.key),
            )
        )
    note = "One line per run of the plan. `snntrainer3d runs show RUN` tells everything of a run."
    return Table("runs", "Runs", note, ("run", "name", "status", "test accuracy %", "key"), tuple(rows))


def accuracy_table(outcome: Outcome) -> Table:
    """Give ours beside the paper's printed and true accuracy, for all 32 networks."""
    rows = []
    for neuron, size in _networks():
        runs, printed = outcome.of(neuron=neuron, hidden=[size]), PRINTED[neuron, size]
        ours = _over(runs, lambda one: one.test["accuracy"])
        long = _over(runs, lambda one: float(outcome.right(one, DECISION_STEPS).mean()))
        counted = _over(runs, lambda one: one_vs_rest_accuracy(one.test["accuracy"]))
        rows.append(
            (
                Cell(_title(neuron, size)),
                _percent(ours),
                _percent(long),
                Cell(f"{printed.true_accuracy * 100:.2f}"),
                _percent(counted),
                Cell(f"{printed.printed_accuracy * 100:.2f}"),
            )
        )
    note = (
        f"Test accuracy in per cent. Ours decides after the steps trained with, and after {DECISION_STEPS} as the "
        "paper's program does. The last two columns are the paper's figure (ΣTP + ΣTN)/all, which counts the right "
        "rejections of each image too: compare them with each other only."
    )
    columns = ("network", "ours", f"ours, {DECISION_STEPS} steps", "paper, true", "ours, its way", "paper, printed")
    return Table("accuracy", "Accuracy, ours beside the paper's", note, columns, tuple(rows))


def table_2(outcome: Outcome) -> Table:
    """Give precision, recall and F1: means of all classes, and class 9 alone as the paper printed it."""
    rows = []
    for neuron, size in _networks():
        runs, printed = outcome.of(neuron=neuron, hidden=[size]), PRINTED[neuron, size]
        macro = (_over(runs, _score(name)) for name in ("macro_precision", "macro_recall", "macro_f1"))
        nine = (_over(runs, _class_nine(name)) for name in ("precision", "recall", "f1"))
        cited = (Cell(f"{printed.macro_f1:.4f}"), Cell(f"{printed.printed_f1:.4f}"))
        rows.append((Cell(_title(neuron, size)), *(_number(value) for value in (*macro, *nine)), *cited))
    note = (
        "Macro: the mean of the ten classes. The paper's F1 is that of class 9 (it calls the index 9 the final epoch): "
        "beside it stands the macro F1 of its own networks."
    )
    ours = ("precision", "recall", "F1", "precision, class 9", "recall, class 9", "F1, class 9")
    columns = ("network", *ours, "paper: F1, true", "paper: F1, printed (class 9)")
    return Table("table-2", "Table 2. Precision, recall and F1", note, columns, tuple(rows))


def table_3(outcome: Outcome) -> Table:
    """Give the paper's FLOPs, those of all steps, and the synaptic operations that were really done."""
    rows = []
    for size in SIZES:
        found = outcome.of(hidden=[size])
        if not found:
            continue
        spec = found[0].entry.spec
        cost = cost_of(spec.network, spec.training.num_steps)
        done = []
        for neuron in NEURONS:
            value = _over(outcome.of(neuron=neuron, hidden=[size]), Trained.synaptic_operations)
            done.append(Cell(f"{value.mean:,.0f}", value.runs) if value else Cell(MISSING))
        rows.append((Cell(spec.network.title()), Cell(f"{cost.flops:,}"), Cell(f"{cost.flops_all_steps:,}"), *done))
    note = (
        "FLOPs is the paper's eq. 12, 2·Σ lᵢ·lᵢ₊₁, which ignores time; all steps is that times the steps. Synaptic "
        "operations are additions of a weight per test image: counted spikes of the hidden layer times the neurons "
        "that each reaches. The first layer's product of a constant input is done once; it is in FLOPs, not in these."
    )
    columns = ("network", "FLOPs", "all steps", *(f"synaptic operations, {LABELS[neuron]}" for neuron in NEURONS))
    return Table("table-3", "Table 3. Operations per image", note, columns, tuple(rows))


def table_4(outcome: Outcome, comparisons: Sequence[Comparison] | None = None) -> Table:
    """Give the tests: McNemar with one seed, Wilcoxon over seeds where there are enough, and the paper's way."""
    made = compare_all(outcome) if comparisons is None else comparisons
    rows = [
        (
            Cell(f"{_title(*one.first)} – {_title(*one.second)}"),
            Cell(f"{one.difference * 100:+.2f}", one.runs),
            Cell(f"{one.only_first:,} : {one.only_second:,}", one.seed_runs),
            Cell(one.mcnemar_p, one.seed_runs),
            Cell(one.mcnemar_holm, one.seed_runs),
            Cell(one.w, one.runs),
            Cell(one.wilcoxon_p, one.runs),
            Cell(one.wilcoxon_holm, one.runs),
            Cell(one.effect, one.runs),
            Cell(one.paper_p, one.seed_runs),
        )
        for one in made
    ]
    refusal = next((one.refusal for one in made if one.refusal), "")
    note = (
        f"{len(made)} comparisons: neurons at equal size, and neighbouring sizes of one neuron. McNemar: exact, the "
        "same test images, the networks of the first seed; a : b are the images that only the first or only the second "
        "decides right; another seed may turn it round, for it tells two trained networks apart, not two "
        "kinds. Wilcoxon: signed ranks, accuracies paired by seed, effect is the rank-biserial correlation. "
        "Corrected by Holm for all comparisons together. The last column is what the paper did, for contrast: one "
        "network each, scored ten times under shuffled batches with the last dropped; its p is no evidence."
        + (f" Not given: {refusal}" if refusal else "")
    )
    columns = (
        "compared", "difference, points", "only one right", "McNemar p", "Holm", "W", "Wilcoxon p", "Holm ", "effect",
        "p, the paper's way",
    )  # fmt: skip
    return Table("table-4", "Table 4. Tests", note, columns, tuple(rows))


def _networks() -> list[tuple[str, int]]:
    return [(neuron, size) for neuron in NEURONS for size in SIZES]


def _title(neuron: str, size: int) -> str:
    return f"{LABELS[neuron]}-{size}"


def _over(runs: Sequence[Trained], value: Callable[[Trained], float]) -> Spread | None:
    return spread([value(one) for one in runs], runs)


def _score(name: str) -> Callable[[Trained], float]:
    return lambda one: float(one.test[name])


def _class_nine(name: str) -> Callable[[Trained], float]:
    return lambda one: float(one.test["per_class"][CLASS_NINE][name])


def _percent(value: Spread | None) -> Cell:
    return Cell(value.percent(), value.runs) if value else Cell(MISSING)


def _number(value: Spread | None) -> Cell:
    return Cell(value.number(4), value.runs) if value else Cell(MISSING)


def _settings(one: Trained) -> str:
    parts = one.entry.spec.training.name.split(" · ")
    return " · ".join(parts[1:-1]) or parts[0]


def _td(cell: Cell) -> str:
    text = html.escape(cell.text)
    if not cell.runs:
        return f"<td>{text}</td>"
    told = html.escape(f"run{'s' if len(cell.runs) > 1 else ''} {', '.join(cell.runs)}")
    return f'<td title="{told}"><a href="#run-{html.escape(cell.runs[0])}">{text}</a></td>'
