"""How much one step of a neuron computes."""

from __future__ import annotations

from snntrainer3d.spec.equations.graph import Node, ordered
from snntrainer3d.spec.equations.trace import Equation

_COUNTED = ("mul", "div", "exp", "expm1", "log", "log1p", "sqrt")


def multiplications(equation: Equation) -> int:
    """Return the multiplications of one neuron in one step; a division, a root and an exponential count as one.

    What parameters alone give is computed once, before all steps. A factor that is 0 or 1, as a spike is, only chooses,
    and factors given one after another are one.
    """
    nodes = ordered(equation.results.values(), gradients=False)
    moving, flags = set[int](), set[int]()
    spiking = {name for name, after in equation.states.items() if after is equation.spike}
    found = 0
    for node in nodes:
        below = node.arguments[:1] if node.operation == "with_gradient" else node.arguments
        if _is_flag(node, flags, spiking):
            flags.add(node.place)
        if node.operation in ("input", "state") or any(one.place in moving for one in below):
            moving.add(node.place)
            chooses = any(one.place in flags for one in below)
            found += node.operation in _COUNTED and not chooses and not _goes_on(node, moving)
    return found


def _is_flag(node: Node, flags: set[int], spiking: set[str]) -> bool:
    """Whether a node is always 0 or 1, or the difference of two such."""
    if node.operation == "state":
        return node.value in spiking
    if node.operation in ("detach", "sub"):
        return all(one.place in flags or one.value == 1.0 for one in node.arguments)
    return node.operation in ("spike", "heaviside")


def _goes_on(node: Node, moving: set[int]) -> bool:
    """Whether a product with something given is multiplied by something given again."""
    return _by_given(node, moving) is not None and any(
        _by_given(one, moving) is not None for one in node.arguments if one.place in moving
    )


def _by_given(node: Node, moving: set[int]) -> Node | None:
    """Return the factor that is given, and not a number that the equation says."""
    if node.operation != "mul":
        return None
    return next((one for one in node.arguments if one.place not in moving and one.operation != "constant"), None)
