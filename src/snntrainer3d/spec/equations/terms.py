"""A step as sums of products of its states, its input and its spikes, to tell whether two steps compute the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from snntrainer3d.spec.equations.graph import Graph, Node, ordered
from snntrainer3d.spec.equations.numbers import numbers_of

Number = Any
"""float64: one for all neurons, or one for each."""
Terms = dict[tuple[str, ...], Number]
"""What each product is multiplied by; the product of nothing is 1."""
MOST_TERMS = 200
_ROUNDING, _THETA = 1e-9, "Θ"


class NoTermsError(Exception):
    """A step that is no sum of products, or one too long."""


class Products:
    """Expands nodes; what is Θ of the same is one factor, in all equations that are expanded together."""

    def __init__(self) -> None:
        """Begin without a spike."""
        self._spikes: list[Terms] = []
        self.never = ""
        """The factor that is taken for 0."""

    def expanded(
        self, wanted: Node, leaves: Mapping[tuple[str, str], Terms], known: Mapping[int, Terms] | None = None
    ) -> Terms:
        """Return the terms of a node.

        Args:
            leaves: by kind and name; of parameters numbers.
            known: terms of nodes, by their places, that are not looked into.

        Raises:
            NoTermsError: the node is no sum of products.
        """
        found = dict(known or {})
        for node in ordered([wanted], found, gradients=False):
            if node.place not in found:
                given = [found[one.place] for one in node.arguments if one.place in found]
                terms = self._operated(node, given, leaves)
                found[node.place] = _nonzero(terms)
                if len(terms) > MOST_TERMS:
                    raise NoTermsError
        return found[wanted.place]

    def theta(self, z: Terms) -> Terms:
        """Return Θ(z): a number where z is one, else a factor that is its own square."""
        constant, rest = np.asarray(z.get((), 0.0)), [product for product in z if product]
        if not rest:
            return {(): np.where(constant > 0.0, 1.0, 0.0)}
        if len(rest) == 1 and len(rest[0]) == 1 and is_spike(rest[0][0]):
            low, high = np.where(constant > 0.0, 1.0, 0.0), np.where(constant + z[rest[0]] > 0.0, 1.0, 0.0)
            return _nonzero({(): low, rest[0]: high - low})
        scale = np.abs(z[min(rest)])
        z = {product: value / scale for product, value in z.items()}
        place = next((at for at, one in enumerate(self._spikes) if same(one, z)), len(self._spikes))
        if place == len(self._spikes):
            self._spikes.append(z)
        factor = f"{_THETA}{place}"
        return {} if factor == self.never else {(factor,): 1.0}

    def _operated(self, node: Node, given: list[Terms], leaves: Mapping[tuple[str, str], Terms]) -> Terms:
        match node.operation, given:
            case ("input" | "state" | "parameter") as kind, _:
                return leaves[kind, str(node.value)]
            case "constant", _:
                return {(): float(str(node.value))}
            case (("detach" | "with_gradient"), [value, *_]):
                return value
            case "neg", [value]:
                return _times(value, {(): -1.0})
            case "add", [one, other]:
                return _plus(one, other)
            case "sub", [one, other]:
                return _plus(one, _times(other, {(): -1.0}))
            case "mul", [one, other]:
                return _times(one, other)
            case (("spike" | "heaviside"), [z]):
                return self.theta(z)
            case ("gt" | "lt" | "ge" | "le") as comparison, [one, other]:
                first, second = (one, other) if comparison in ("gt", "le") else (other, one)
                above = self.theta(_plus(first, _times(second, {(): -1.0})))
                return above if comparison in ("gt", "lt") else _plus({(): 1.0}, _times(above, {(): -1.0}))
            case "select", [condition, then, otherwise]:
                return _plus(otherwise, _times(condition, _plus(then, _times(otherwise, {(): -1.0}))))
        if all(product == () for one in given for product in one) and len(given) == len(node.arguments):
            return {(): self._number(node, given)}
        if node.operation == "div" and set(given[1]) == {()}:
            return _times(given[0], {(): 1.0 / np.asarray(given[1][()])})
        raise NoTermsError

    def _number(self, node: Node, given: list[Terms]) -> Number:
        graph, names = Graph(), [str(at) for at in range(len(given))]
        alone = graph.operate(node.operation, *(graph.leaf("number", name) for name in names))
        values = {("number", name): one.get((), 0.0) for name, one in zip(names, given, strict=True)}
        return numbers_of([alone], values, np.float64)[0]


def is_spike(factor: str) -> bool:
    """Tell whether a factor is 0 or 1."""
    return factor.startswith(_THETA)


def same(one: Terms, other: Terms) -> bool:
    """Tell whether two sums are equal, but for rounding."""
    largest = max((float(np.max(np.abs(value))) for value in (*one.values(), *other.values())), default=0.0)
    return all(
        np.all(np.isclose(one.get(product, 0.0), other.get(product, 0.0), rtol=_ROUNDING, atol=_ROUNDING * largest))
        for product in {*one, *other}
    )


def _nonzero(terms: Terms) -> Terms:
    return {product: value for product, value in terms.items() if np.any(value)}


def _plus(one: Terms, other: Terms) -> Terms:
    return {product: one.get(product, 0.0) + other.get(product, 0.0) for product in {**one, **other}}


def _times(one: Terms, other: Terms) -> Terms:
    found: Terms = {}
    for left, by in one.items():
        for right, factor in other.items():
            both = [*left, *(name for name in right if not (is_spike(name) and name in left))]
            product = tuple(sorted(both))
            found[product] = found.get(product, 0.0) + by * factor
    return found
