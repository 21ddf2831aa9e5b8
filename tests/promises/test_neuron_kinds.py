"""A kind of neuron is named by its own file, by presets and templates, and by what speaks of other programs' kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from snntrainer3d.spec import NEURON_KINDS, NEURONS

ROOT = Path(__file__).resolve().parents[2]
OWN = (
    "src/snntrainer3d/spec/neurons/",
    "src/snntrainer3d/spec/__init__.py",
    "src/snntrainer3d/spec/presets.py",
    "src/snntrainer3d/spec/templates.py",
    "web/src/protocol/",
)
"""Where they are defined, handed on, given values, and written out for the page."""
STUDY = tuple(f"src/snntrainer3d/studies/{name}.py" for name in ("paper", "nine_errors", "figures", "tables", "report"))
"""The study of the paper, which compared four kinds."""
TABLES = tuple(f"src/snntrainer3d/exports/{name}.py" for name in ("nir_kinds", "paper_kinds", "paper_json"))
"""What other programs call them; paper_json tells people of the paper's files."""
OTHERWISE = {
    "src/snntrainer3d/cli/evaluate.py": "the option --legacy-synaptic",
    "web/src/state/comparing/metrics.ts": "synaptic operations, of any neurons",
}


def names() -> re.Pattern[str]:
    """Match a kind in quotes, unless a field is called so too, and a model's class or title."""
    fields = {name for model in NEURONS for name in model.model_fields}
    kinds = "|".join(kind for kind in NEURON_KINDS if kind not in fields)
    models = "|".join(sorted({re.escape(name) for model in NEURONS for name in (model.__name__, model.title)}))
    return re.compile(rf"""["'`](?:{kinds})["'`]|\b(?:{models})\b""")


def naming(files: Iterable[tuple[str, str]]) -> list[str]:
    """Return the lines that name a kind outside the places where that is due."""
    pattern, left = names(), (*OWN, *STUDY, *TABLES, *OTHERWISE)
    return [
        f"{path}:{number}: {line.strip()}"
        for path, text in files
        if not path.startswith(left)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def sources() -> list[tuple[str, str]]:
    """Return all files of both languages, path and text."""
    roots = ((ROOT / "src", ("*.py",)), (ROOT / "web" / "src", ("*.ts", "*.svelte")))
    paths = sorted(path for root, endings in roots for ending in endings for path in root.rglob(ending))
    return [(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def test_no_file_names_a_kind_of_neuron_where_that_is_not_due() -> None:
    files = sources()
    assert naming(files) == []
    known = [path for path, _ in files]
    assert [one for one in (*OWN, *STUDY, *TABLES, *OTHERWISE) if not any(path.startswith(one) for path in known)] == []


def test_a_kind_that_is_named_is_found() -> None:
    lines = (
        "if isinstance(neuron, Lapicque):",
        '    case "izhikevich":',
        "import { Adaptive } from",
        "kind === 'leaky'",
    )
    assert len(naming(("src/made.py", line) for line in lines)) == len(lines)
    assert naming([("src/made.py", 'values["alpha"], leaky neurons')]) == []
