"""Train the two networks whose circuits are tested, and write them down: `python tests/golden/make_networks.py`.

Run it only when other networks are wanted: what the tests measure belongs to these weights.
"""

from __future__ import annotations

from pathlib import Path

from snntrainer3d.compose import Choices, compose
from snntrainer3d.data import load
from snntrainer3d.exports import to_json
from snntrainer3d.spec import RunSpec, TrainedNetwork
from snntrainer3d.training import train

FOLDER = Path(__file__).parent / "networks"


class _Kept:
    """A sink that keeps the finished network only."""

    wants_frame = False

    def __getattr__(self, _name: str) -> object:
        return lambda *_: None

    def finished(self, trained: TrainedNetwork, _results: object) -> None:
        self.trained = trained


def trained(spec: RunSpec) -> TrainedNetwork:
    """Train a spec through."""
    kept = _Kept()
    for _ in train(spec, load(spec.training.dataset), sink=kept):  # type: ignore[arg-type]
        pass
    return kept.trained


def main() -> None:
    """Write both."""
    FOLDER.mkdir(exist_ok=True)
    for dataset, hidden, epochs in (("xor", 8, 300), ("digits", 20, 20)):
        spec = compose(Choices(dataset=dataset, hidden=(hidden,), training={"epochs": epochs, "seed": 1}))
        network = trained(spec)
        (FOLDER / f"{dataset}-{network.network.title()}.json").write_bytes(to_json(network))


if __name__ == "__main__":
    main()
