"""Has snnTorch, Norse and SpikingJelly read our NIR files and writes into docs/formats.md what came of it.

`python scripts/nir_readers.py`; the frameworks come with --no-deps into a folder of their own, .readers, and stand on
this environment's torch. The networks are those of tests/golden/networks, so that the figures are the same each time.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from snntrainer3d.data import contract_for
from snntrainer3d.exports import FORMS, read_weights
from snntrainer3d.exports.proof import samples_for
from snntrainer3d.spec import Network, TrainedNetwork, fixed_tensors, parse

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "formats.md"
GOLDEN = ROOT / "tests" / "golden" / "networks" / "digits-64-20-10.json"
CHILD = Path(__file__).with_name("nir_reader_child.py")
FOLDER = ROOT / ".readers"
PINNED = ROOT / "benchmarks" / "peers" / "requirements.txt"
PACKAGES = ("nirtorch", "norse", "spikingjelly", "loguru", "tqdm")
BEGIN, END = "<!-- written by scripts/nir_readers.py -->", "<!-- end -->"
TIME_LIMIT_S = 240.0


NETWORKS: dict[str, dict[str, object]] = {
    "Leaky, subtract": {},
    "Leaky, zero": {"reset": "zero"},
    "Lapicque, zero": {"kind": "lapicque", "beta": 0.92, "threshold": 0.1, "reset": "zero"},
    "Synaptic, zero": {"kind": "synaptic", "alpha": 0.6, "beta": 0.9, "reset": "zero"},
    "Synaptic, zero, at once": {
        "kind": "synaptic",
        "alpha": 0.6,
        "beta": 0.9,
        "reset": "zero",
        "reset_delay": False,
    },
}
"""By name: what is different in the neurons of the golden network."""
READERS = {"snntorch": "snnTorch", "norse": "Norse", "spikingjelly": "SpikingJelly"}
SETTINGS = {
    ("snntorch", "Leaky, subtract"): "delay,subtract",
    ("snntorch", "Synaptic, zero"): "delay",
    ("norse", "Leaky, subtract"): "dt,gain,subtract",
    ("norse", "Leaky, zero"): "dt,gain",
    ("norse", "Lapicque, zero"): "dt,gain",
    ("norse", "Synaptic, zero"): "dt",
    ("norse", "Synaptic, zero, at once"): "dt",
    ("spikingjelly", "Leaky, subtract"): "subtract",
}
"""What nir_reader_child.py sets to bring a network nearer to ours; for the others there is nothing to set."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What one reading of one file did."""

    spikes: int
    """Of our network, all layers."""
    differ: int
    """Neurons and steps at which only one of both spikes."""
    agree: int
    samples: int

    def words(self) -> str:
        """Give it as a cell of a table."""
        return f"{self.differ:,} of {self.spikes:,} ({self.agree}/{self.samples})"


def environment(folder: Path = FOLDER) -> Path:
    """Give the folder with the frameworks, filled where it is not; raises CalledProcessError."""
    packages = pinned()
    wanted = hashlib.sha256("\n".join(packages).encode()).hexdigest()
    ready = folder / ".ready"
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--upgrade", "--target", str(folder), *packages], check=True, capture_output=True)
        ready.write_text(wanted, encoding="utf-8")
    return folder


def pinned() -> list[str]:
    """Give what is installed, in the versions that the benchmark's peers have."""
    lines = PINNED.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.partition("==")[0] in PACKAGES]


def titles() -> dict[str, str]:
    """Give the readers' names with their versions."""
    versions = {"snntorch": version("snntorch"), **dict(line.split("==") for line in pinned())}
    return {reader: f"{title} {versions[reader]}" for reader, title in READERS.items()}


def network(name: str) -> TrainedNetwork:
    """Give the golden network with other neurons."""
    golden = read_weights(GOLDEN)
    document = golden.network.model_dump(mode="json")
    for layer in document["layers"]:
        shared = {key: value for key, value in layer["neuron"].items() if key != "reset_delay"}
        layer["neuron"] = shared | NETWORKS[name]
    changed = parse(Network, document)
    weights = {key: value for key, value in golden.tensors.items() if ".neuron." not in key}
    return TrainedNetwork(changed, weights | fixed_tensors(changed), golden.training)


def read_by(reader: str, trained: TrainedNetwork, settings: str, readers: Path) -> Difference:
    """Write a network as NIR, have a framework read and run it, and compare; raises CalledProcessError."""
    from snntrainer3d.engine.truth import encode_arrays, record_arrays

    contract = contract_for(trained)
    fed = encode_arrays(contract, samples_for(trained).raw)
    expected = record_arrays(trained, fed, contract.num_steps)[0]
    with tempfile.TemporaryDirectory() as place:
        file, inputs, out = (Path(place) / name for name in ("network.nir", "inputs.npy", "spikes.npz"))
        file.write_bytes(FORMS["nir"].write(trained, file.name)[file.name])
        np.save(inputs, fed)
        command = [
            sys.executable,
            str(CHILD),
            reader,
            str(file),
            str(inputs),
            str(contract.num_steps),
            settings,
            str(out),
        ]
        paths = {"PYTHONPATH": str(readers), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(command, check=True, capture_output=True, env=os.environ | paths, timeout=TIME_LIMIT_S)
        with np.load(out) as found:
            spikes = [found[f"layer{index}"] for index in range(len(expected))]
    differ = sum(int((ours != theirs).sum()) for ours, theirs in zip(expected, spikes, strict=True))
    agree = int((expected[-1].sum(0).argmax(1) == spikes[-1].sum(0).argmax(1)).sum())
    return Difference(int(sum(layer.sum() for layer in expected)), differ, agree, expected[-1].shape[1])


def table(readers: Path) -> Iterator[str]:
    """Give the lines of the table: a file as the framework reads it, and after what can be set."""
    yield "| network | read by | as it reads | set | then |"
    yield "|---|---|---|---|---|"
    for name in NETWORKS:
        trained = network(name)
        for reader, title in titles().items():
            settings = SETTINGS.get((reader, name), "")
            cells = [read_by(reader, trained, "", readers).words(), settings.replace(",", ", "), ""]
            if settings:
                cells[2] = read_by(reader, trained, settings, readers).words()
            yield f"| {name} | {title} | " + " | ".join(cells) + " |"


def main() -> None:
    """Measure and write."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    lines = "\n".join(table(environment()))
    PAGE.write_text(f"{before}{BEGIN}\n\n{lines}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
