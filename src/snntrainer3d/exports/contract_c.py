"""How C feeds samples and decides: `snn_encode` and the reading of the outputs as text, for float and bytes alike."""

from __future__ import annotations

import numpy as np

from snntrainer3d.exports.words import coding_in_words, decision_in_words, values_of
from snntrainer3d.spec import Delta, Direct, InputContract, Latency, Network, Population, Rate, Readout

_SCALED = """static float scaled(const float *sample, int step, int i)
{{
    {unused}return sample[{place}]{scale}{offset};
}}

"""
_MIXED = """/* MurmurHash3's finaliser. */
static uint32_t mixed(uint32_t value)
{
    value = (value ^ (value >> 16)) * 0x85EBCA6Bu;
    value = (value ^ (value >> 13)) * 0xC2B2AE35u;
    return value ^ (value >> 16);
}

"""
_NEAREST = """/* The nearest whole number, of two the even one. */
static int nearest(float value)
{
    const int whole = (int)value;
    const float rest = value - (float)whole;
    return whole + (rest > 0.5f || (rest == 0.5f && whole % 2 == 1));
}

"""
_ENCODE = """void snn_encode(const float sample[SNN_SAMPLE], int step{number}, float input[SNN_INPUTS])
{{
{before}    for (int i = 0; i < SNN_VALUES; ++i) {{
{each}
    }}
}}
"""


def input_words(contract: InputContract) -> list[str]:
    """Give the lines of the header that say how a sample is fed."""
    highest = f"{1 / contract.unit:g}"
    frames = f"{contract.frames} frames of SNN_VALUES values" if contract.timed else "SNN_VALUES values"
    told = f"from 0 to 1; as stored they are 0-{highest}: times SNN_UNIT"
    if contract.stored != "uint8" or contract.unit == 1.0:
        told = f"as stored, from 0 to {highest}"
    lines = [f"A sample: {frames} {told}.", f"Its input at each step: {coding_in_words(contract)}."]
    return [*lines, "Link with -lm."] if includes(contract) else lines


def decision_words(readout: Readout) -> str:
    """Give the line of the header that says what decides."""
    return f"Decided: {decision_in_words(readout)}."


def sizes_of(network: Network, contract: InputContract, readout: Readout) -> dict[str, str]:
    """Give the constants of the header."""
    values = values_of(network, contract)
    return {
        "SNN_VALUES": str(values),
        "SNN_SAMPLE": str(values * max(contract.frames, 1)),
        "SNN_UNIT": _number(contract.unit if contract.stored == "uint8" else 1.0),
        "SNN_CLASSES": str(network.output.size // readout.population),
    }


def numbered(contract: InputContract) -> str:
    """Give the argument of functions whose input depends on the sample's number in its split; else nothing."""
    return ", uint32_t number" if isinstance(contract.coding, Rate) else ""


def includes(contract: InputContract) -> list[str]:
    """Give the headers that encoding needs."""
    wants = isinstance(contract.coding, Population) or getattr(contract.coding, "scale", "") == "logarithmic"
    return ["math"] if wants else []


def encode_text(contract: InputContract) -> str:
    """Give `snn_encode` and what it needs."""
    needs, before, each = _coding(contract)
    unit = 1.0 if contract.stored == "uint8" else contract.unit
    factor = unit / (contract.deviation or 1.0)
    scaled = _SCALED.format(
        unused="" if contract.timed else "(void)step;\n    ",
        place=f"step * {contract.frames} / SNN_STEPS * SNN_VALUES + i" if contract.timed else "i",
        scale="" if factor == 1.0 else f" * {_number(factor)}",
        offset=f" + {_number(contract.offset)}" if contract.mean is not None else "",
    )
    body = {
        "number": numbered(contract),
        "before": "".join(f"    {line}\n" for line in before),
        "each": "\n".join(f"        {line}" for line in each),
    }
    return scaled + needs + _ENCODE.format(**body)


def read_text(readout: Readout, num_steps: int, last: str) -> str:
    """Give the lines that read the outputs after each step, whose spikes and membranes begin at `last`."""
    first = 0 if readout.last_steps is None else num_steps - readout.last_steps
    spiked = f"spikes[{last} + i] > 0.0f"
    line = {
        "count": f"scores[i / {readout.population}] += {spiked};",
        "membrane": f"if (steps == {first} || membranes[{last} + i] > scores[i])\n"
        f"                scores[i] = membranes[{last} + i];",
        "first_spike": f"if ({spiked} && scores[i] == 0.0f)\n                scores[i] = (float)(SNN_STEPS - steps);",
    }[readout.reading]
    return (
        f"    if (steps >= {first})\n        for (int i = 0; i < SNN_OUTPUTS; ++i)\n            {line}\n    steps += 1;"
    )


def _coding(contract: InputContract) -> tuple[str, list[str], list[str]]:
    """Give what a coding needs before the function, before its loop, and for each value."""
    value = "const float x = scaled(sample, step, i);"
    match contract.coding:
        case Rate(gain=gain):
            first, second = contract.start_words()
            key = f"const uint32_t key = mixed(mixed(number + {first}u) ^ {second}u);"
            drawn = "const uint32_t drawn = mixed(mixed((uint32_t)step * SNN_VALUES + (uint32_t)i) ^ key) >> 8;"
            spike = (
                f"input[i] = (float)drawn * 0x1p-24f < x{'' if gain == 1.0 else f' * {_number(gain)}'} ? 1.0f : 0.0f;"
            )
            return _MIXED, [key], [value, drawn, spike]
        case Latency(threshold=least):
            clipped = "const float c = x < 0.0f ? 0.0f : x > 1.0f ? 1.0f : x;"
            spike = f"input[i] = c >= {_number(least)} && nearest(time) == step ? 1.0f : 0.0f;"
            return _NEAREST, [], [value, clipped, *_time(contract.coding), spike]
        case Delta(threshold=least, off_spikes=off):
            grown = "const float grown = step ? x - scaled(sample, step - 1, i) : x;"
            fall = f"grown <= -{_number(least)} ? -1.0f : 0.0f" if off else "0.0f"
            return "", [], [value, grown, f"input[i] = grown >= {_number(least)} ? 1.0f : {fall};"]
        case Population(neurons=neurons, width=width):
            each = [
                value,
                f"for (int curve = 0; curve < {neurons}; ++curve) {{",
                f"    const float centre = ((float)curve + 0.5f) / {_number(neurons)};",
                f"    const float apart = (x - centre) * {_number(neurons / width)};",
                "    input[curve * SNN_VALUES + i] = expf(-0.5f * (apart * apart));",
                "}",
            ]
            return "", [], each
        case Direct():
            return "", [], ["input[i] = scaled(sample, step, i);"]


def _time(coding: Latency) -> list[str]:
    if coding.scale == "linear":
        return ["const float time = (float)(SNN_STEPS - 1) * (1.0f - c);"]
    least, threshold = np.float32(coding.threshold + 1e-7), np.float32(coding.threshold)
    latest = float(np.log(least / (least - threshold)))
    low, held = _number(float(least)), _number(float(threshold))
    return [
        f"const float charged = c < {low} ? {low} : c;",
        f"const float time = logf(charged / (charged - {held})) * (float)(SNN_STEPS - 1) / {_number(latest)};",
    ]


def _number(value: float) -> str:
    """Give a float32 as C99 reads it exactly."""
    return f"{float(np.float32(value)).hex()}f"
