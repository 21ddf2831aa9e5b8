"""What a layer computes once, before any step: its parameters, and expressions of parameters alone."""

from __future__ import annotations

from collections.abc import Iterable

from snntrainer3d.spec.equations.graph import Node, ordered

_ONCE = ("div", "exp", "expm1", "log", "log1p", "sqrt", "clamp")
"""What makes an expression of parameters worth a row: it is slow, or its gradient better left to torch."""


def value_rows(wanted: Iterable[Node]) -> list[Node]:
    """Return the nodes of parameters alone that a step takes as given, in the order in which they were made.

    Of expressions that divide, clamp or take an exponential, a root or a logarithm the largest; of all others the
    parameters themselves.
    """
    roots = list(wanted)
    fixed: set[int] = set()
    once: set[int] = set()
    for node in ordered(roots):
        below = node.arguments
        made_of_given = below and all(_given(one, fixed) for one in below) and _any(below, fixed)
        if node.operation == "parameter" or (made_of_given and node.operation != "spike"):
            fixed.add(node.place)
            if node.operation in _ONCE or any(one.place in once for one in below):
                once.add(node.place)
    found: dict[int, Node] = {}
    waiting, seen = roots, set[int]()
    while waiting:
        node = waiting.pop()
        if node.place in seen:
            continue
        seen.add(node.place)
        if node.operation == "parameter" or (node.place in once and not node.boolean):
            found[node.place] = node
        else:
            waiting.extend(node.arguments)
    return [found[place] for place in sorted(found)]


def _given(node: Node, fixed: set[int]) -> bool:
    return node.place in fixed or node.operation == "constant"


def _any(nodes: Iterable[Node], fixed: set[int]) -> bool:
    return any(one.place in fixed for one in nodes)
