"""A neuron's step as the lines of mathematics that people read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from snntrainer3d.spec.equations.graph import ordered
from snntrainer3d.spec.equations.numpy_text import short
from snntrainer3d.spec.equations.text import CALL, CHOICE, PRODUCT, SIGN, SUM, Form, Language, expression, written
from snntrainer3d.spec.equations.trace import Equation

UNITS = {
    "ohm": "Ω", "f": "F", "s": "s", "ms": "ms", "mv": "mV", "hz": "Hz", "pa": "pA", "pf": "pF", "ns": "nS",
}  # fmt: skip
"""Of the last part of a field's name."""
_SYMBOLS = {
    "alpha": "α", "beta": "β", "rho": "ρ", "tau": "τ", "omega": "ω", "time_step": "Δt", "resistance": "R",
    "capacitance": "C",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MATHEMATICS = Language(
    {
        "fired": Form("Θ({} − {})", (SUM, PRODUCT)),
        "mul": Form("{}·{}", (PRODUCT, CALL), PRODUCT),
        "div": Form("{}/{}", (PRODUCT, SIGN), PRODUCT),
        "abs": Form("|{}|"),
        "exp": Form("exp({})"),
        "expm1": Form("exp({}) − 1", 0, SUM),
        "log": Form("ln({})"),
        "log1p": Form("ln(1 + {})", SUM),
        "sqrt": Form("√{}", CALL),
        "minimum": Form("min({}, {})"),
        "maximum": Form("max({}, {})"),
        "clamp": Form("clip({}, {}, {})"),
        "select": Form("{1} where {0}, else {2}", (CHOICE + 1,) * 3, CHOICE),
    },
    lambda value: short(value).replace("-", "−"),
    lambda name: _shown(name, _SYMBOLS),
    signs={"sub": "−", "neg": "−", "ge": "≥", "le": "≤"},
    before="{}[t−1]".format,
    after=lambda name: "s[t]" if name == "spike" else f"{name}[t]",
    once=True,
    variant=lambda name, number: name + str(number).translate(_SUBSCRIPTS),
    longest=120,
)


_GREEK = {
    **_SYMBOLS,
    "alpha": r"\alpha",
    "beta": r"\beta",
    "rho": r"\rho",
    "tau": r"\tau",
    "omega": r"\omega",
    "time_step": r"\Delta t",
}


def _shown(name: str, symbols: Mapping[str, str]) -> str:
    """Return a parameter as formulas have it: without its unit, tau_rc_s as τ_rc."""
    words, _, unit = name.rpartition("_")
    name = words if words and unit in UNITS else name
    first, _, rest = name.partition("_")
    return symbols.get(name) or (f"{symbols[first]}_{rest}" if first in symbols else name)


def _latex_name(name: str) -> str:
    shown = _shown(name, _GREEK)
    if "\\" in shown:
        symbol, _, rest = shown.partition("_")
        return rf"{symbol}_{{\mathrm{{{rest}}}}}" if rest else symbol
    plain = shown.replace("_", r"\_")
    return plain if len(plain) == 1 else rf"\mathrm{{{plain}}}"


LATEX = Language(
    {
        "fired": Form(r"\Theta({} - {})", (SUM, PRODUCT)),
        "mul": Form(r"{} \cdot {}", (PRODUCT, CALL), PRODUCT),
        "div": Form(r"\frac{{{}}}{{{}}}"),
        "abs": Form(r"\left|{}\right|"),
        "exp": Form(r"e^{{{}}}"),
        "expm1": Form(r"e^{{{}}} - 1", 0, SUM),
        "log": Form(r"\ln({})"),
        "log1p": Form(r"\ln(1 + {})", SUM),
        "sqrt": Form(r"\sqrt{{{}}}"),
        "minimum": Form(r"\min({}, {})"),
        "maximum": Form(r"\max({}, {})"),
        "clamp": Form(r"\mathrm{{clip}}({}, {}, {})"),
        "select": Form(r"\begin{{cases}} {1} & {0} \\ {2} & \text{{else}} \end{{cases}}"),
    },
    short,
    _latex_name,
    signs={"ge": r"\ge", "le": r"\le"},
    before=lambda name: f"{_latex_name(name)}_{{t-1}}",
    after=lambda name: f"{_latex_name('s' if name == 'spike' else name)}_t",
    once=True,
    variant=lambda name, number: f"{name}^{{({number})}}",
    longest=120,
)


_REPEATED = 4
"""How often lines stand one after another before they are told in one."""


def equation_lines(equation: Equation) -> list[str]:
    """Return one step as equations, in the order in which it computes; a parameter within bounds stands for itself.

    Of lines that are repeated as sub-steps the first ones stand there, and how often they come again.
    """
    found = _lines(equation, MATHEMATICS, "{}[0]".format)
    return _folded([f"{name} = {said}" for name, said in found], re.compile("[₀-₉]+"), "⋮ {}".format)


def latex_of(equation: Equation) -> str:
    """Return one step as LaTeX, an equation on each line, aligned; repeated lines as `equation_lines` has them."""
    found = _lines(equation, LATEX, lambda name: f"{_latex_name(name)}_0")
    lines = [f"{name} &= {said}" for name, said in found]
    told = " \\\\\n".join(_folded(lines, re.compile(r"\^\{\(\d+\)\}"), r"&\ \vdots\ \text{{{}}}".format))
    return f"\\begin{{aligned}}\n{told}\n\\end{{aligned}}"


def _folded(lines: list[str], number: re.Pattern[str], again: Callable[[str], str]) -> list[str]:
    """Return lines of which those that repeat the ones before, but for the numbers of their names, are told in one."""
    shapes = [number.sub("", line) for line in lines]
    most, place, size = 0, 0, 1
    for period in range(1, len(lines) // _REPEATED + 1):
        run = 0
        for at in range(len(lines) - period):
            run = run + 1 if shapes[at] == shapes[at + period] else 0
            whole = run // period * period
            if whole >= (_REPEATED - 1) * period and whole > most:
                most, place, size = whole, at + 1 - run + period, period
    if not most:
        return lines
    lines_of = "this line" if size == 1 else f"these {size} lines"
    return [*lines[:place], again(f"{lines_of} {most // size} times more"), *lines[place + most :]]


def _lines(equation: Equation, language: Language, at_start: Callable[[str], str]) -> list[tuple[str, str]]:
    nodes = ordered(equation.results.values())
    bounded = [node for node in nodes if node.operation == "clamp" and node.arguments[0].operation == "parameter"]
    made = written(language, equation, {str(node.arguments[0].value): node for node in bounded})
    starts = {name: node for name, node in equation.starts.items() if node.value != 0.0}
    lines = [(one.name, one.expression) for one in made.statements]
    named = {name for name, _ in lines}
    called = {node.place: language.after(name) for name, node in reversed(equation.results.items())}
    for name, node in equation.states.items():
        # A state that becomes the input, another state or the spike is no operation of its own.
        if (after := language.after(name)) not in named and not (node.operation == "state" and node.value == name):
            other = called[node.place]
            lines.append((after, other if other in named else expression(language, node)))
    return lines + [(at_start(name), expression(language, node)) for name, node in starts.items()]
