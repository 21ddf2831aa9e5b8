"""NIR files read by the importers of snnTorch, Norse and SpikingJelly, in an environment of their own."""

import importlib
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module("nir_readers")


def rows() -> dict[tuple[str, str], list[str]]:
    """The table of docs/formats.md, by network and reader."""
    lines = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.search(r"\(\d+/200\)", line)]
    return {(row[0], row[1]): row[2:] for row in cells}


def test_the_page_has_a_row_for_every_network_and_reader(script):
    assert set(rows()) == {(name, title) for name in script.NETWORKS for title in script.titles().values()}
    for (name, title), (_, given, _) in rows().items():
        reader = next(key for key, value in script.titles().items() if value == title)
        assert given.replace(" ", "") == script.SETTINGS.get((reader, name), "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reader", "name", "with_settings", "same"),
    [
        ("snntorch", "Leaky, zero", False, True),
        ("snntorch", "Leaky, subtract", False, False),
        ("snntorch", "Leaky, subtract", True, True),
        ("snntorch", "Synaptic, zero", True, True),
        ("norse", "Leaky, zero", False, False),
        ("norse", "Leaky, zero", True, True),
        ("norse", "Leaky, subtract", True, True),
        ("spikingjelly", "Leaky, zero", False, True),
        ("snntorch", "Lapicque, zero", False, False),
        ("spikingjelly", "Leaky, subtract", True, False),
    ],
)
def test_others_read_what_the_page_says(script, reader, name, with_settings, same):
    try:
        readers = script.environment()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the frameworks could not be installed: {error.stderr.decode()[-200:]}")
    settings = script.SETTINGS[reader, name] if with_settings else ""
    found = script.read_by(reader, script.network(name), settings, readers)
    assert found.spikes > 1_000
    assert (found.differ == 0) is same
    assert (found.agree == 200) or not same
    told = rows()[name, script.titles()[reader]][2 if with_settings else 0]
    assert told.startswith("0 of") is same
