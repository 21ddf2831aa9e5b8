"""Which module of a state dict is which layer, where a state dict has names and an architecture has places.

A person's word counts first. Otherwise an assignment is taken where one alone fits: by shapes, by the order of
definition where the file keeps it, by numbers in names, and, for neurons, by names that go with those of connections.
Where two fit and would compute differently, nothing is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Literal

from snntrainer3d.errors import Fault, InputError

HOW_TO_MAP = (
    "Say which is which: --map {0}=layers.{1} on the command line, modules={{'{0}': 'layers.{1}'}} in Python, "
    "map={0}=layers.{1} over HTTP; the page asks for it."
)
_PLACE = re.compile(r"layers\.(\d+)$")


Sort = Literal["connections", "neurons"]


@dataclass(frozen=True, slots=True)
class FoundModule:
    """A module of a state dict beside the layers that it can be of."""

    name: str
    sort: Sort
    shapes: dict[str, tuple[int, ...]]
    """The shape of each of its arrays."""
    fits: tuple[int, ...]
    """The layers whose shapes it has."""
    layer: int | None
    """The layer that it is taken for; none where the modules of this sort fit in more than one way."""


@dataclass(frozen=True, slots=True)
class Modules:
    """Modules of one sort in the order of the file."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    """The layers that need one, in order."""
    fits: Callable[[str, int], bool]
    same: Callable[[str, str], bool]
    """Whether two modules hold equal values, so that it does not matter which is which."""


def modules_in(texts: Sequence[str] | None) -> dict[str, str]:
    """Read `NAME=layers.0` as often as it was given; raises InputError."""
    found: dict[str, str] = {}
    for text in texts or ():
        name, given, layer = text.rpartition("=")
        if not given or not name:
            raise InputError(f"got {text!r:.60}, expected NAME=layers.N.", path="map", hint="As in fc_in=layers.0.")
        if name in found:
            raise InputError(f"{name} is given twice.", path="map", hint="Keep one of them.")
        found[name] = layer
    return found


def stated_places(
    stated: Mapping[str, str], kinds: Mapping[Sort, Modules], faults: list[Fault]
) -> dict[Sort, dict[int, str]]:
    """Give which module a person names for which layer, for each sort of module; a fault for what cannot be."""
    found: dict[Sort, dict[int, str]] = {kind: {} for kind in kinds}
    for name, layer in stated.items():
        place = int(told[1]) if (told := _PLACE.match(layer)) else -1
        kind = next((kind for kind, modules in kinds.items() if name in modules.names), None)
        if kind is None:
            known = ", ".join(name for modules in kinds.values() for name in modules.names)
            faults.append(Fault("map", f"there is no module {name!r:.60} in the file.", f"It holds {known}."))
        elif place not in kinds[kind].places:
            places = ", ".join(f"layers.{index}" for index in kinds[kind].places)
            faults.append(Fault("map", f"{name}={layer:.40}: no such place for {kind}.", f"There are {places}."))
        elif place in found[kind]:
            faults.append(Fault("map", f"layers.{place} is given to {found[kind][place]} and to {name}."))
        elif not kinds[kind].fits(name, place):
            faults.append(Fault("map", f"{name} does not have the shape that layers.{place} needs."))
        else:
            found[kind][place] = name
    return found


def matched(
    modules: Modules,
    stated: Mapping[int, str],
    *,
    ordered: bool,
    partners: Mapping[int, str],
    faults: list[Fault],
) -> dict[int, str]:
    """Give the module of each place; a fault for each module that has more than one where the difference matters.

    Args:
        stated: those that a person has named.
        ordered: whether the order of the names is that of definition.
        partners: the connection of each layer, by whose names those of neurons may go.
    """
    names = [name for name in modules.names if name not in stated.values()]
    places = [place for place in modules.places if place not in stated]
    orders = [
        names if ordered else None,
        _numbered(names, places, modules.fits),
        _beside(names, [partners.get(place, "") for place in places]),
        _forced(names, places, modules.fits),
    ]
    fitting = [order for order in orders if order is not None and _fits(order, places, modules.fits)]
    distinct: list[list[str]] = []
    for order in fitting:
        if not any(all(map(modules.same, order, other)) for other in distinct):
            distinct.append(order)
    if not distinct and not _possible(names, places, modules.fits):
        distinct = [_natural(names)]  # of another shape whichever is which, and told so
    elif not distinct and all(modules.same(*pair) for pair in pairwise(names)):
        distinct = [names]
    if len(distinct) == 1:
        return {**stated, **dict(zip(places, distinct[0], strict=True))}
    for name in names:
        able = [place for place in places if modules.fits(name, place)]
        if len(able) > 1:
            several = " or ".join(f"layers.{place}" for place in able)
            faults.append(Fault(name, f"may be of {several}.", HOW_TO_MAP.format(name, able[0])))
    return {}


def keeps_order(names: Sequence[str]) -> bool:
    """Tell whether names are in torch's order of definition, where they are not sorted and weights precede biases."""
    places = {name: place for place, name in enumerate(names)}
    turned = any(
        places.get(f"{name.removesuffix('bias')}weight", -1) > place
        for name, place in places.items()
        if name.endswith("bias")
    )
    return not turned and list(names) != sorted(names)


def _fits(order: list[str], places: list[int], fits: Callable[[str, int], bool]) -> bool:
    return all(map(fits, order, places))


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.split(r"\d+", name))


def _numbers(name: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", name)]


def _natural(names: Sequence[str]) -> list[str]:
    """Sort fc2 before fc10."""
    return sorted(names, key=lambda name: [(part.isdecimal(), int(part) if part.isdecimal() else 0, part)
                                           for part in re.split(r"(\d+)", name)])  # fmt: skip


def _numbered(names: list[str], places: list[int], fits: Callable[[str, int], bool]) -> list[str] | None:
    """Order names by their numbers; None where words tell apart what shapes do not, or numbers contradict shapes."""
    left, found = list(names), list[str]()
    for place in places:
        able = [name for name in left if fits(name, place)]
        if len({_words(name) for name in able}) != 1:
            return None
        found.append(min(able, key=_numbers))
        left.remove(found[-1])
    for words in {_words(name) for name in found}:
        numbers = [_numbers(name) for name in found if _words(name) == words]
        if numbers != sorted(numbers):
            return None
    return found


def _beside(names: list[str], partners: list[str]) -> list[str] | None:
    """Order names as their partners: lif_in and lif_hid beside fc_in and fc_hid; None where they do not go together."""
    own, others = _apart(names), _apart(partners)
    by_own = dict(zip(own, names, strict=True))
    if len(names) != len(partners) or set(own) != set(others) or len(by_own) != len(names):
        return None
    return [by_own[part] for part in others]


def _apart(names: list[str]) -> list[str]:
    """Give what tells names apart: without the beginning and the end that all have."""
    begin = _in_common(names)
    end = _in_common([name[begin:][::-1] for name in names])
    return [name[begin : len(name) - end] for name in names]


def _in_common(names: list[str]) -> int:
    """Give the length of what all names begin with."""
    return sum(1 for _ in takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False)))


def _forced(names: list[str], places: list[int], fits: Callable[[str, int], bool]) -> list[str] | None:
    """Give the only assignment that fits, or None: with a single one some place has a single name."""
    able = {place: {name for name in names if fits(name, place)} for place in places}
    found: dict[int, str] = {}
    while able:
        place = min(able, key=lambda one: len(able[one]))
        if len(able[place]) != 1:
            return None
        (found[place],) = able.pop(place)
        for other in able.values():
            other.discard(found[place])
    return [found[place] for place in places]


def _possible(names: list[str], places: list[int], fits: Callable[[str, int], bool]) -> bool:
    """Tell whether any assignment fits: places are filled one by one, others making room where they can."""
    holder: dict[str, int] = {}

    def fill(place: int, tried: set[str]) -> bool:
        for name in names:
            if name in tried or not fits(name, place):
                continue
            tried.add(name)
            if name not in holder or fill(holder[name], tried):
                holder[name] = place
                return True
        return False

    return all(fill(place, set()) for place in places)
