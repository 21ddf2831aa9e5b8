"""What the NumPy scripts share: the neurons' equations as functions, and arrays as text."""

from __future__ import annotations

import textwrap

import numpy as np

from snntrainer3d.exports.layer_values import number, packed

MAIN = """def main():
    parser = argparse.ArgumentParser(usage="python %(prog)s samples.npy [record.npz]{usage}")
    parser.add_argument("samples")
    parser.add_argument("record", nargs="?")
{first}    given = parser.parse_args()
    samples = np.load(given.samples)
    spikes, membranes = run(encode(samples{numbers}))
    print(*decide(spikes[-1], membranes[-1]), sep="\\n")
    if given.record:
        np.savez(given.record, *spikes, *membranes)"""
"""The command line of a script, a template that what `python_parts` gives is filled into."""
SCRIPT_END = (
    """
{decide}


"""
    + MAIN
    + """


# Weights, float32 as base64.
LAYERS = [
{layers}
]

if __name__ == "__main__":
    main()
"""
)
"""A template: `layers` and what `python_parts` gives are filled in."""
_FIRED = "fired = (mem > threshold).astype(np.float32)"
_NEURONS = {
    "leaky": ("mem, beta, threshold", "", "beta * mem + x"),
    "lapicque": (
        "mem, resistance, rate, time_step, decay, threshold",
        "",
        "x * resistance * rate * time_step + decay * mem",
    ),
    "synaptic": ("syn, mem, alpha, beta, threshold", "syn = alpha * syn + x", "beta * mem + syn"),
}
_ALPHA = {
    "subtract": "return exc - fired * threshold, np.where(fired, 0, inh), mem + before * fired",
    "zero": "return np.where(fired, 0, exc), np.where(fired, 0, inh), np.where(fired, 0, mem)",
    "none": "return exc, inh, mem",
}


def neuron_function(kind: str, reset: str) -> str:
    """Give the function of one step of a kind of neuron: from current and states to the new states."""
    return _alpha(reset) if kind == "alpha" else _plain(kind, reset)


def _plain(kind: str, reset: str) -> str:
    # A recurrent Leaky's reset to zero takes the input of the step with it.
    arguments, before, base = _NEURONS[kind.removeprefix("r")]
    if kind == "leaky" and reset == "zero":
        body = [_FIRED, "return (beta * np.where(fired, 0, mem) + x,)"]
    else:
        mem = {"subtract": f"{base} - fired * threshold", "zero": f"np.where(fired, 0, {base})", "none": base}[reset]
        body = [*([_FIRED] if reset != "none" else []), *([before] if before else [])]
        body.append(f"return syn, {mem}" if kind == "synaptic" else f"return ({mem},)")
    return _function(kind, reset, arguments, body)


def _alpha(reset: str) -> str:
    body = [
        *([_FIRED] if reset != "none" else []),
        *(["before = inh"] if reset == "subtract" else []),
        "exc, inh = alpha * exc + x, beta * inh - x",
        "mem = tau * (exc + inh)",
        _ALPHA[reset],
    ]
    return _function("alpha", reset, "exc, inh, mem, alpha, beta, tau, threshold", body)


def _function(kind: str, reset: str, arguments: str, body: list[str]) -> str:
    return f"def {kind}_{reset}(x, {arguments}):\n" + textwrap.indent("\n".join(body), "    ")


def value_text(value: np.ndarray) -> str:
    """Give a number, or an array of one for each neuron, as an expression."""
    return f"np.float32({number(value)})" if value.ndim == 0 else array_text(value)


def array_text(value: np.ndarray) -> str:
    """Give an array as an expression of the script's `array`."""
    shape = ", ".join(map(str, value.shape))
    return f'array("""\n{packed(value)}\n""", {shape})'
