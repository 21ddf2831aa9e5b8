"""The report of a study: one HTML file that needs nothing else, the same as Markdown, tables as CSV, figures."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from snntrainer3d.analysis import FORMS, markdown_text, render
from snntrainer3d.errors import FileFormatError, NotFoundError, reason_of
from snntrainer3d.runs import RunStore
from snntrainer3d.storage import write_atomically
from snntrainer3d.studies.comparisons import compare_all
from snntrainer3d.studies.figures import Drawing, draw_all
from snntrainer3d.studies.folder import StudyFolder
from snntrainer3d.studies.nine_errors import Finding, nine_errors
from snntrainer3d.studies.outcome import Outcome, histories, outcome_of
from snntrainer3d.studies.paper import NEURONS, paper_study
from snntrainer3d.studies.tables import Table, accuracy_table, leader_table, run_table, table_2, table_3, table_4

CONTENTS = "report.json"
_STYLE = """
:root{color-scheme:light}
body{font:15px/1.55 system-ui,sans-serif;color:#1f2328;background:#fff}
body{max-width:1080px;margin:2.5rem auto;padding:0 1.2rem}
h1{font-size:1.7rem;margin-bottom:.2rem}h2{margin-top:2.6rem;border-bottom:1px solid #d1d9e0;padding-bottom:.3rem}
h3{margin-bottom:.2rem}p{max-width:75ch}.quiet{color:#59636e}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;margin:.6rem 0}
th,td{padding:.25rem .6rem;border-bottom:1px solid #e4e7eb;text-align:right;white-space:nowrap}
th{background:#f6f8fa;position:sticky;top:0}th:first-child,td:first-child{text-align:left}
td a{color:inherit;text-decoration:none}td a:hover{text-decoration:underline}
#runs td:nth-child(2){text-align:left}tr:target{background:#fff8c5}
figure{margin:1.6rem 0}figure svg{width:100%;height:auto}figcaption{color:#59636e;font-size:13px}
li{margin:.7rem 0}.evidence{color:#0b5345}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What was written."""

    html: Path
    markdown: Path
    files: tuple[Path, ...]


def write_report(study: StudyFolder, store: RunStore) -> Report:
    """Write report.html, report.md, tables/*.csv and, for the paper's study, figures/*.svg and *.png.

    Everything is computed from what the runs kept; a study that is not complete gets a report of what there is, which
    says what is missing.

    Raises:
        StorageError: it cannot be written.
    """
    outcome = outcome_of(study, store)
    tables, drawings, findings = [leader_table(outcome)], [], []
    if is_paper(outcome):
        comparisons = compare_all(outcome)
        tables = [accuracy_table(outcome), table_2(outcome), table_3(outcome), table_4(outcome, comparisons)]
        drawings = draw_all(outcome, histories(outcome, store))
        findings = nine_errors(outcome, comparisons)
    tables.append(run_table(outcome))
    folder = study.report
    files = [write_atomically(folder / "tables" / f"{table.name}.csv", table.csv()) for table in tables]
    pictures = {drawing.name: {form: render(drawing.figure, form) for form in FORMS} for drawing in drawings}
    files += [
        write_atomically(folder / "figures" / f"{name}.{form}", content)
        for name, forms in pictures.items()
        for form, content in forms.items()
    ]
    svgs = {name: forms["svg"].decode() for name, forms in pictures.items()}
    page = _html(outcome, tables, drawings, svgs, findings)
    markdown = write_atomically(folder / "report.md", _markdown(outcome, tables, drawings, findings))
    report = Report(write_atomically(folder / "report.html", page), markdown, tuple(files))
    # Last: what it names is there.
    write_atomically(folder / CONTENTS, json.dumps(_contents(folder, report, tables, drawings)))
    return report


def read_report(study: StudyFolder) -> dict[str, Any]:
    """Give what was written: `written_at`, `files`, `tables`, `figures`; all empty where nothing was."""
    path = study.report / CONTENTS
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
        return {"written_at": path.stat().st_mtime, **found}
    except FileNotFoundError:
        return {"written_at": None, "files": [], "tables": [], "figures": []}
    except (OSError, ValueError):
        raise FileFormatError(f"{path} is damaged or cannot be read.", hint="Write the report anew.") from None


def report_file(study: StudyFolder, path: str) -> bytes:
    """Give a file that a report names; raises NotFoundError for any other."""
    if path not in {file["path"] for file in read_report(study)["files"]}:
        raise NotFoundError(f"The report of {study.id} has no file {path!r:.200}.")
    try:
        return (study.report / path).read_bytes()
    except OSError as error:
        raise NotFoundError(f"{study.report / path} cannot be read: {reason_of(error)}.") from None


def _contents(
    folder: Path, report: Report, tables: Sequence[Table], drawings: Sequence[Drawing]
) -> dict[str, list[dict[str, Any]]]:
    files = [report.html, report.markdown, *report.files]
    return {
        "files": [{"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size} for path in files],
        "tables": [asdict(table) for table in tables],
        "figures": [
            {
                "name": drawing.name,
                "caption": drawing.caption,
                "svg": f"figures/{drawing.name}.svg",
                "png": f"figures/{drawing.name}.png",
            }
            for drawing in drawings
        ],
    }


def is_paper(outcome: Outcome) -> bool:
    """Tell whether a study is the built-in one of the paper, with any seeds."""
    study, paper = outcome.plan.study, paper_study()
    return (study.vary, study.compose, study.decide_steps) == (paper.vary, paper.compose, paper.decide_steps)


def _title(outcome: Outcome) -> str:
    return "The study of Jurj et al. 2024, repeated" if is_paper(outcome) else f"Study {outcome.plan.study.name}"


def _facts(outcome: Outcome) -> list[str]:
    """Give the sentences that a report begins with."""
    counts, environment = outcome.state.counts(), outcome.environment
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    seeds = outcome.plan.study.seeds
    facts = [
        f"{len(outcome.plan.entries)} runs ({told}) over {len(seeds)} seed{'s' if len(seeds) > 1 else ''}: "
        f"{', '.join(map(str, seeds))}.",
    ]
    missing = [found for found in outcome.state.entries if found.status != "finished"]
    if missing:
        named = "; ".join(f"{found.entry.spec.training.name}: {found.status}" for found in missing[:8])
        more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        facts.append(f"Not complete, so that figures of these are missing: {named}{more}.")
    if environment:
        versions = ", ".join(f"{name} {environment[name]}" for name in ("snntrainer3d", "torch", "snntorch", "python"))
        facts.append(f"Computed with {versions} on {environment['cpu']}.")
    if is_paper(outcome):
        recipe = outcome.plan.entries[0].spec.training
        facts.append(
            f"One hidden layer, four neurons ({', '.join(NEURONS)}); its recipe: {recipe.epochs} epoch, "
            f"{recipe.num_steps} "
            f"steps, batch {recipe.batch_size}, Adam {recipe.learning_rate:g}, cross-entropy on the "
            "output's membrane at "
            "each step. Synaptic has α .5; Alpha has α .97, which is ours: the paper's .5 is not legal for it."
        )
    facts.append("Every figure of ours names the runs that it was computed from; figures of the paper are cited.")
    return facts


def _html(
    outcome: Outcome,
    tables: Sequence[Table],
    drawings: Sequence[Drawing],
    svgs: dict[str, str],
    findings: Sequence[Finding],
) -> str:
    title = html.escape(_title(outcome))
    parts = [f"<h1>{title}</h1>"]
    parts += [f'<p class="quiet">{html.escape(fact)}</p>' for fact in _facts(outcome)]
    if findings:
        items = "\n".join(_finding(found) for found in findings)
        parts += ["<h2>What is wrong in the paper</h2>", f"<ol>{items}</ol>"]
    parts += ["<h2>Tables</h2>", *(_with_anchors(table) for table in tables[:-1])]
    if drawings:
        parts += ["<h2>Figures</h2>", *(_figure(drawing, svgs[drawing.name]) for drawing in drawings)]
    parts += ["<h2>Where the figures come from</h2>", _with_anchors(tables[-1])]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head>\n<body>' + "\n".join(
        [*parts, "</body></html>\n"]
    )


def _finding(found: Finding) -> str:
    told = html.escape(f"from {len(found.runs)} runs: {', '.join(found.runs)}") if found.runs else "from cited figures"
    return (
        f"<li><strong>{html.escape(found.title)}.</strong> {html.escape(found.text)} "
        f'<span class="evidence" title="{told}">{html.escape(found.evidence)}</span></li>'
    )


def _with_anchors(table: Table) -> str:
    """Give a table; each row of the runs is where figures link to."""
    text = table.html()
    if table.name == "runs":
        for row in table.rows:
            run = html.escape(row[0].text)
            text = text.replace(f"<tr><td>{run}</td>", f'<tr id="run-{run}"><td>{run}</td>', 1)
    return text


def _figure(drawing: Drawing, svg: str) -> str:
    # Within a page an SVG needs no declaration and no document type; ids get the figure's number, for they must differ.
    body = svg[svg.index("<svg") :].replace('id="', f'id="f{drawing.number}-')
    body = body.replace('"#', f'"#f{drawing.number}-').replace("url(#", f"url(#f{drawing.number}-")
    told = html.escape(", ".join(drawing.runs))
    caption = f'<figcaption title="runs {told}">{html.escape(drawing.caption)}</figcaption>'
    return f'<figure id="{drawing.name}">{body}{caption}</figure>'


def _markdown(
    outcome: Outcome, tables: Sequence[Table], drawings: Sequence[Drawing], findings: Sequence[Finding]
) -> str:
    parts = [f"# {markdown_text(_title(outcome))}", *map(markdown_text, _facts(outcome))]
    if findings:
        items = (
            f"{place}. **{found.title}.** {found.text} {found.evidence}"
            for place, found in enumerate(findings, start=1)
        )
        parts += ["## What is wrong in the paper", "\n".join(items)]
    parts += ["## Tables", *(table.markdown() for table in tables[:-1])]
    if drawings:
        pictures = (f"![{drawing.caption}](figures/{drawing.name}.svg)\n\n{drawing.caption}" for drawing in drawings)
        parts += ["## Figures", *pictures]
    parts += ["## Where the figures come from", tables[-1].markdown()]
    return "\n\n".join(parts) + "\n"
