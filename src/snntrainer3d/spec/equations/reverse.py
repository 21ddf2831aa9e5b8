"""Gradients of a graph as more of the graph: reverse differentiation, node by node.

At ties of minimum and maximum each argument gets half, |x| gets nothing at 0, and a clamp passes on what lies within
its bounds or on them: torch's rules. What `select` does not choose gets exactly nothing, whatever its value is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from snntrainer3d.spec.equations.graph import Node, ordered

Derivative = Callable[[Node], Node]
"""Gives a surrogate's dS/dz at z."""
_FLAT = ("constant", "heaviside", "detach", "gt", "ge", "lt", "le")


def gradients(seeds: Sequence[tuple[Node, Node]], wanted: Sequence[Node], derivative: Derivative) -> list[Node | None]:
    """Return the gradient of each wanted node, None where nothing reaches it.

    Args:
        seeds: nodes, each with the gradient that arrives at it; a node may come several times.
        wanted: what is taken as given, whatever it is computed from.
    """
    reached = _reached([node for node, _ in seeds], wanted)
    stop = {node.place for node in wanted}
    adjoint: dict[int, Node] = {}

    def arrive(node: Node, gradient: Node) -> None:
        if node.place in reached:
            before = adjoint.get(node.place)
            adjoint[node.place] = gradient if before is None else before + gradient

    for node, gradient in seeds:
        arrive(node, gradient)
    for node in sorted(reached.values(), key=lambda one: -one.place):
        if node.place in adjoint and node.place not in stop:
            for argument, share in _shares(node, adjoint[node.place], derivative, reached):
                arrive(argument, share)
    return [adjoint.get(node.place) for node in wanted]


def _reached(roots: Sequence[Node], wanted: Sequence[Node]) -> dict[int, Node]:
    """Return the nodes through which a gradient finds its way from the roots to what is wanted."""
    reached = {node.place: node for node in wanted}
    for node in ordered(roots):
        if node.operation not in _FLAT and any(one.place in reached for one in node.arguments):
            reached[node.place] = node
    return reached


def _shares(
    node: Node, gradient: Node, derivative: Derivative, reached: dict[int, Node]
) -> Iterator[tuple[Node, Node]]:
    """Yield what each argument that matters gets of a node's gradient."""
    for place, argument in enumerate(node.arguments):
        if argument.place in reached:
            share = _share(node, place, gradient, derivative)
            if share is not None:
                yield argument, share


def _share(node: Node, place: int, g: Node, derivative: Derivative) -> Node | None:
    arguments, select = node.arguments, node.graph.select
    match node.operation:
        case "add":
            return g
        case "sub":
            return g if place == 0 else -g
        case "neg":
            return -g
        case "mul":
            return g * arguments[1 - place]
        case "div" if place == 0:
            return g / arguments[1]
        case "div":
            return -(g * node) / arguments[1]
        case "exp":
            return g * node
        case "expm1":
            return g * (node + 1.0)
        case "log":
            return g / arguments[0]
        case "log1p":
            return g / (1.0 + arguments[0])
        case "sqrt":
            return g / (2.0 * node)
        case "abs":
            return select(arguments[0] > 0.0, g, select(arguments[0] < 0.0, -g, 0.0))
        case "minimum" | "maximum":
            own, other = arguments[place], arguments[1 - place]
            wins = own < other if node.operation == "minimum" else own > other
            loses = own > other if node.operation == "minimum" else own < other
            return select(wins, g, select(loses, 0.0, 0.5 * g))
        case "clamp" if place == 0:
            x, low, high = arguments
            return select(x >= low, select(x <= high, g, 0.0), 0.0)
        case "select" if place > 0:
            return select(arguments[0], g, 0.0) if place == 1 else select(arguments[0], 0.0, g)
        case "spike":
            return g * derivative(arguments[0])
        case "with_gradient" if place % 2 == 1:
            return g * arguments[place + 1]
    return None
