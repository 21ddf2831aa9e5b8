"""A run's document: a network and its training together."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import model_validator

from snntrainer3d.spec._document import FieldFault, Part, parse
from snntrainer3d.spec.network import Network
from snntrainer3d.spec.training import Training


class RunSpec(Part):
    """A network and its training: what `train` takes and every run keeps."""

    format: Literal["snntrainer3d/run"] = "snntrainer3d/run"
    version: Literal[1] = 1
    network: Network
    training: Training = Training()

    @model_validator(mode="after")
    def _output_can_be_read(self) -> Self:
        if self.network.output.neuron.never_spikes and self.training.reading != "membrane":
            message = f"is {self.training.loss}, which decides by spikes, and the output's neurons never spike."
            raise FieldFault("training.loss", message, "Set it to max_membrane, or give the output neurons that spike.")
        return self

    def title(self) -> str:
        """Give the run's name, or one made of data set, sizes and neurons."""
        neurons = "+".join(dict.fromkeys(neuron.label for neuron in self.network.neurons()))
        return self.training.name or f"{self.training.dataset} {self.network.title()} {neurons}"


def parse_run(value: Any) -> RunSpec:
    """Read a run's document; raises SpecError with every fault of network and training."""
    return parse(RunSpec, value, what="spec")
