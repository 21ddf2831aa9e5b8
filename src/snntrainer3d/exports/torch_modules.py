"""What a layer does to its input, as the text of a torch module: for the scripts of torch."""

from __future__ import annotations

from snntrainer3d.exports.stages import Stage
from snntrainer3d.spec import AvgPool, BatchNorm, Conv2d, Dense, Dropout, Flatten, Network, Recurrent

CHANGES_IN_TRAINING = ("dropout", "batch_norm")
STEPWISE = "; normalisation and dropout work on each step alone"
"""How training in a script differs from ours, which takes all steps of a batch together."""
ONE_TO_ONE = '''class OneToOne(nn.Module):
    """Each neuron's spike comes back to itself."""

    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(size))

    def forward(self, spikes):
        return spikes * self.weight


'''


def module_of(stage: Stage) -> str:
    """Give the module as an expression."""
    layer, taken = stage.layer, stage.taken
    match layer:
        case Dense() | Recurrent():
            columns = stage.arrays["weight"].shape[1]
            return f"nn.Linear({columns}, {layer.size}{_without(layer.bias)})"
        case Conv2d():
            spans = f"{layer.kernel}, stride={layer.stride}, padding={layer.padding}"
            return f"nn.Conv2d({taken[0]}, {layer.channels}, {spans}{_without(layer.bias)})"
        case Flatten():
            return "nn.Flatten()"
        case Dropout():
            return f"nn.Dropout({layer.share!r})"
        case BatchNorm():
            kind = "BatchNorm2d" if len(taken) == 3 else "BatchNorm1d"
            return f"nn.{kind}({taken[0]}, eps={layer.epsilon!r}, momentum={layer.momentum!r})"
        case _:
            kind = "AvgPool2d" if isinstance(layer, AvgPool) else "MaxPool2d"
            return f"nn.{kind}({layer.kernel}, {layer.stride or layer.kernel})"


def changes_in_training(network: Network) -> bool:
    """Tell whether a layer does something else while it is trained."""
    return any(layer.kind in CHANGES_IN_TRAINING for layer in network.layers)


def _without(bias: bool) -> str:
    return "" if bias else ", bias=False"
