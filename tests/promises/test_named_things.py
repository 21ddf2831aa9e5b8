"""Every option, command, file and field that the program's own words name exists.

Collected are the texts of all Python sources (messages, hints, help), of the page, and of the documentation.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from snntrainer3d import spec
from snntrainer3d.cli.app import app
from snntrainer3d.exports import FORMS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "snntrainer3d").rglob("*.py"))
PAGES = sorted(path for path in (ROOT / "web" / "src").rglob("*") if path.suffix in (".ts", ".svelte"))
DOCS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9]*(?:-[a-z0-9]+)*\b")
COMMAND = re.compile(r"\bsnntrainer3d ((?:[a-z][a-z0-9-]*)(?: [a-z][a-z0-9-]*)?)([^`\n;&|#)]*)")
PATH = re.compile(r"\b(?:docs|tests|scripts|benchmarks|src|web)/[\w./-]*\w\.(?:md|py|json|ts|ipynb|svelte)\b")
FIELD = re.compile(
    r"(?<![\w.])(?:spec\.)?(training|network)\.((?!(?:md|c|h)\b)[a-z][a-z_0-9]*(?:\[\d*\])?(?:\.[a-z_]+(?:\[\d*\])?)*)\b(?![\w(])"
)
OF_OTHERS = {
    "--format", "--upgrade", "--depth", "--no-cache-dir", "--extra-index-url", "--index-url", "--only-binary", "--rm",
    "--publish", "--volume", "--gpus", "--env", "--head", "--port", "--address", "--num-cpus", "--shm-size", "--user",
    "--std", "--break-system-packages", "--require-hashes", "--no-deps", "--editable", "--branch", "--init",
}  # fmt: skip
"""Options of programs that are called beside ours: pip, git, docker, ray, npm, compilers."""
OF_SCRIPTS = {"--record", "--train", "--save", "--first"}
"""Options of the scripts that we write for other frameworks."""


def commands(group: Any = None, name: str = "") -> dict[str, set[str]]:
    """The options of every command, by its words: `runs list`."""
    found: dict[str, set[str]] = {}
    group = typer.main.get_command(app) if group is None else group
    for word, command in group.commands.items():
        words = f"{name} {word}".strip()
        found[words] = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        if hasattr(command, "commands"):
            found |= commands(command, words)
    return found


COMMANDS = commands()
OPTIONS = {option for options in COMMANDS.values() for option in options} | {
    "--help",
    "--version",
    "--install-completion",
}


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a Python source with their lines; pieces of one sentence together, what is filled in left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def lines(path: Path) -> Iterator[tuple[int, str]]:
    yield from enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


@cache
def read_once(path: Path, read: Any) -> list[tuple[str, str]]:
    return [(f"{path.relative_to(ROOT)}:{line}", text) for line, text in read(path)]


def told(paths: list[Path], read: Any) -> Iterator[tuple[str, str]]:
    for path in paths:
        yield from read_once(path, read)


@pytest.mark.slow
def test_the_texts_of_the_program_are_found() -> None:
    found = " ".join(text for _, text in told(SOURCES, texts))
    assert "Give --force to replace it." in found
    assert len(OPTIONS) > 60
    assert {"train", "evaluate", "runs list", "datasets import"} <= set(COMMANDS)


def unknown_options(where: str, text: str) -> Iterator[str]:
    for option in OPTION.findall(text):
        if option not in OPTIONS | OF_OTHERS | OF_SCRIPTS:
            yield f"{where}: {option}"


@pytest.mark.slow
def test_every_option_that_a_message_names_exists() -> None:
    """Children of the program that it starts itself take arguments of their own: those are texts without a blank."""
    faults = [fault for where, text in told(SOURCES, texts) if " " in text.strip() and not is_shell(text)
              for fault in unknown_options(where, text)]  # fmt: skip
    assert not faults


def is_shell(text: str) -> bool:
    """Whether a text calls another program, whose options are not ours."""
    return bool(re.search(r"\b(pip|docker|git|npm|ngspice|nvidia-smi|ray|apt|apt-get|gcc|cc|python) ", text)) and (
        "snntrainer3d " not in text
    )


def calls(text: str) -> Iterator[tuple[str, str]]:
    """The commands that a text names, each with what follows it."""
    for words, rest in COMMAND.findall(text):
        first = words.split()[0]
        yield (words, rest) if words in COMMANDS else (first, f"{words.removeprefix(first)}{rest}")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paths", "read"), [(SOURCES, texts), (PAGES, lines), (DOCS, lines)], ids=["messages", "page", "docs"]
)
def test_every_command_that_is_named_exists_with_its_options(paths: list[Path], read: Any) -> None:
    faults = []
    for where, text in told(paths, read):
        for command, rest in calls(text):
            if command not in COMMANDS:
                # A word after the name is a command only where the text shows one: `snntrainer3d train`.
                faults += [f"{where}: {command}"] if f"`snntrainer3d {command}" in text else []
                continue
            faults += [
                f"{where}: {command} {option}"
                for option in OPTION.findall(rest)
                if option not in COMMANDS[command] | {"--help"}
            ]
            if command == "export" and (to := re.search(r"--to ([a-z0-9-]+)", rest)):
                faults += [] if to[1] in forms() else [f"{where}: export --to {to[1]}"]
    assert not faults


def forms() -> set[str]:
    from snntrainer3d.cli.export import What

    assert set(FORMS) <= {one.value for one in What}
    return {one.value for one in What}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paths", "read"), [(SOURCES, texts), (PAGES, lines), (DOCS, lines)], ids=["messages", "page", "docs"]
)
def test_every_file_of_the_repository_that_is_named_exists(paths: list[Path], read: Any) -> None:
    faults = [
        f"{where}: {name}"
        for where, text in told(paths, read)
        for name in PATH.findall(text)
        if not any((folder / name).exists() for folder in (ROOT, ROOT / "src" / "snntrainer3d", ROOT / "web"))
    ]
    assert not faults


def fields(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """The fields of a document, each with what may stand in it."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in alternatives(schema, whole):
        for name, value in one.get("properties", {}).items():
            found.setdefault(name, []).append(value)
    return found


def alternatives(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from alternatives(whole["$defs"][schema["$ref"].rsplit("/", 1)[1]], whole)
    for key in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(key, ()):
            yield from alternatives(one, whole)
    if "items" in schema:
        yield from alternatives(schema["items"], whole)
    yield schema


@cache
def schema_of(model: Any) -> Mapping[str, Any]:
    return model.model_json_schema()


def is_field(path: str, model: Any) -> bool:
    """Whether a path such as `layers[0].neuron.beta` leads to a field of a document."""
    whole = schema_of(model)
    here: list[Mapping[str, Any]] = [whole]
    for part in re.sub(r"\[\d*\]", "", path).split("."):
        here = [one for schema in here for one in fields(schema, whole).get(part, ())]
        if not here:
            return False
    return True


@pytest.mark.slow
def test_every_field_that_a_message_names_exists() -> None:
    """As faults of documents are placed: `training.gradient_clip_norm`, `network.layers[0].neuron.beta`."""
    models = {"training": spec.Training, "network": spec.Network}
    faults = []
    for where, text in told(SOURCES, texts):
        if re.search(r"import |\.py\b", text) or "snntrainer3d." in text:
            continue
        for root, path in FIELD.findall(text.replace("{}", "0")):
            if not is_field(path, models[root]):
                faults.append(f"{where}: {root}.{path}")
    assert not faults


@pytest.mark.slow
def test_a_field_that_does_not_exist_is_seen() -> None:
    assert is_field("layers[0].neuron.beta", spec.Network)
    assert not is_field("layers[0].neuron.betas", spec.Network)
    assert list(unknown_options("here", "Give --dt-seconds.")) == ["here: --dt-seconds"]
