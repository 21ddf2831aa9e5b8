"""A neuron's step as a graph of operations on one neuron's numbers, each written once however often it is used.

Nothing is reordered: an operation stands for exactly the floating-point operation of its name, and what is simplified
is what IEEE arithmetic allows for every number (x·1, not x·0 nor x + 0).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

COMPARISONS = ("gt", "ge", "lt", "le")


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One operation; made by a `Graph`, which gives the same node for the same operation on the same arguments."""

    graph: Graph
    place: int
    """Its number in the graph; arguments come before."""
    operation: str
    arguments: tuple[Node, ...] = ()
    value: float | str | None = None
    """A constant's number, a leaf's name, a spike's surrogate by name."""

    @property
    def boolean(self) -> bool:
        """Whether it is true or false, not a number."""
        return self.operation in COMPARISONS

    def __add__(self, other: Node | float) -> Node:
        return self.graph.operate("add", self, other)

    def __radd__(self, other: float) -> Node:
        return self.graph.operate("add", other, self)

    def __sub__(self, other: Node | float) -> Node:
        return self.graph.operate("sub", self, other)

    def __rsub__(self, other: float) -> Node:
        return self.graph.operate("sub", other, self)

    def __mul__(self, other: Node | float) -> Node:
        return self.graph.operate("mul", self, other)

    def __rmul__(self, other: float) -> Node:
        return self.graph.operate("mul", other, self)

    def __truediv__(self, other: Node | float) -> Node:
        return self.graph.operate("div", self, other)

    def __rtruediv__(self, other: float) -> Node:
        return self.graph.operate("div", other, self)

    def __neg__(self) -> Node:
        return self.graph.operate("neg", self)

    def __abs__(self) -> Node:
        return self.graph.operate("abs", self)

    def __gt__(self, other: Node | float) -> Node:
        return self.graph.operate("gt", self, other)

    def __ge__(self, other: Node | float) -> Node:
        return self.graph.operate("ge", self, other)

    def __lt__(self, other: Node | float) -> Node:
        return self.graph.operate("lt", self, other)

    def __le__(self, other: Node | float) -> Node:
        return self.graph.operate("le", self, other)

    def __bool__(self) -> bool:
        raise TypeError(
            "a comparison of traced values has no truth yet; choose with select(condition, then, otherwise)"
        )


class Graph:
    """Interns nodes: sharing is by construction, and ends with the graph."""

    def __init__(self) -> None:
        """Begin with no node."""
        self.nodes: list[Node] = []
        self.names: dict[int, str] = {}
        """What a step calls its nodes, by their places; printers use the names."""
        self._known: dict[tuple[str, tuple[int, ...], str], Node] = {}

    def named(self, name: str, node: Node) -> Node:
        """Return a node that is called by a name from here on, unless it has one."""
        if node.arguments:
            self.names.setdefault(node.place, name)
        return node

    def leaf(self, kind: str, name: str) -> Node:
        """Return the parameter, state, input or arriving gradient of a name."""
        return self._intern(kind, (), name)

    def constant(self, value: float) -> Node:
        """Return a number that is rounded to the precision of whoever computes the graph."""
        return self._intern("constant", (), float(value))

    def operate(self, operation: str, *arguments: Node | float, value: str | None = None) -> Node:
        """Return the node of an operation; numbers become constants."""
        nodes = tuple(one if isinstance(one, Node) else self.constant(one) for one in arguments)
        if any(one.boolean is not (at == 0 and operation == "select") for at, one in enumerate(nodes)):
            raise TypeError("a comparison is neither added nor multiplied: select(condition, then, otherwise) uses it")
        simple = _simplified(operation, nodes)
        return self._intern(operation, nodes, value) if simple is None else simple

    def select(self, condition: Node, then: Node | float, otherwise: Node | float) -> Node:
        """Return `then` where the condition is true, else `otherwise`."""
        return self.operate("select", condition, then, otherwise)

    def _intern(self, operation: str, arguments: tuple[Node, ...], value: float | str | None) -> Node:
        told = value.hex() if isinstance(value, float) else str(value)
        key = operation, tuple(one.place for one in arguments), told
        if key not in self._known:
            node = Node(self, len(self.nodes), operation, arguments, value)
            self._known[key] = node
            self.nodes.append(node)
        return self._known[key]


def _simplified(operation: str, arguments: tuple[Node, ...]) -> Node | None:
    match operation, arguments:
        case "mul", (one, Node(operation="constant", value=1.0)):
            return one
        case "mul", (Node(operation="constant", value=1.0), one):
            return one
        case "div", (one, Node(operation="constant", value=1.0)):
            return one
        case "neg", (Node(operation="neg", arguments=(one,)),):
            return one
        case "select", (_, one, other) if one is other:
            return one
    return None


def ordered(wanted: Iterable[Node], given: Collection[int] = (), *, gradients: bool = True) -> list[Node]:
    """Return all nodes that the wanted ones need, each after its arguments, in the order in which they were made.

    Args:
        given: places of nodes that need nothing, for they are known.
        gradients: whether what only a gradient needs is one of them.
    """
    found: dict[int, Node] = {}
    waiting = list(wanted)
    while waiting:
        node = waiting.pop()
        if node.place not in found:
            found[node.place] = node
            if node.place not in given:
                waiting.extend(node.arguments if gradients or node.operation != "with_gradient" else node.arguments[:1])
    return [found[place] for place in sorted(found)]


def leaves_of(wanted: Iterable[Node], kind: str) -> Iterator[str]:
    """Return the names of the leaves of a kind that the wanted nodes need, in the order in which they were made."""
    return (str(node.value) for node in ordered(wanted) if node.operation == kind)
