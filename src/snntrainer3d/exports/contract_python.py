"""How scripts in Python feed stored samples and decide: `encode` and `decide` as text, for NumPy and torch alike."""

from __future__ import annotations

import textwrap

from snntrainer3d.data import contract_for
from snntrainer3d.exports.words import coding_in_words, decision_in_words, range_in_words, values_of
from snntrainer3d.spec import Delta, Direct, InputContract, Latency, Network, Population, Rate, Readout, TrainedNetwork

_ENCODE = '''def encode(samples{numbers}):
    """Give the input of each step, [sample, value], of samples as stored."""
{body}'''
_MIXED = '''def mixed(values):
    """Mix bits: MurmurHash3's finaliser."""
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        values = (values ^ (values >> np.uint32(shift))) * np.uint32(factor)
    return values ^ (values >> np.uint32(16))


'''
_FIRST = '    parser.add_argument("--first", type=int, default=0)\n'
_DECIDE = '''def decide(spikes, membranes):
    """Give the class of each sample from the outputs' [step, sample, neuron]."""
    return {expression}.argmax(1)'''


def _python_words(network: Network, contract: InputContract, readout: Readout) -> str:
    """Give the lines of a script's head that say how it is fed and read."""
    frames = f"{contract.frames}, " if contract.timed else ""
    lines = [
        f"samples.npy: [sample, {frames}{values_of(network, contract)}], {range_in_words(contract)}.",
        f"Input at {contract.num_steps} steps: {coding_in_words(contract)}.",
        f"Decided: {decision_in_words(readout)}.",
    ]
    if _drawn(contract):
        lines.append("--first: the number in its split of the first sample, 0 unless given.")
    return "\n".join(line for told in lines for line in textwrap.wrap(told, 116, subsequent_indent="  "))


def python_parts(trained: TrainedNetwork) -> dict[str, str]:
    """Give the parts of a script's template that say, and do, how it is fed and read."""
    contract, readout, network = contract_for(trained), trained.readout, trained.network
    by_number = _drawn(contract)
    return {
        "inputs": _python_words(network, contract, readout),
        "constants": _constants_text(contract),
        "encode": _encode_text(contract),
        "decide": _decide_text(readout, network.output.size),
        "numbers": ", given.first + np.arange(len(samples))" if by_number else "",
        "first": _FIRST if by_number else "",
        "usage": " [--first N]" if by_number else "",
    }


def _drawn(contract: InputContract) -> bool:
    """Tell whether the input depends on the sample's number."""
    return isinstance(contract.coding, Rate)


def _constants_text(contract: InputContract) -> str:
    """Give the constants of a script."""
    lines = [f"NUM_STEPS = {contract.num_steps}"]
    if contract.timed:
        lines.append(f"FRAMES = {contract.frames}")
    if contract.mean is not None:
        lines.append(f"MEAN, DEVIATION = {contract.mean!r}, {contract.deviation!r}")
    return "\n".join(lines)


def _encode_text(contract: InputContract) -> str:
    """Give the function `encode`, a generator over the steps, and what it needs."""
    needs, before, each = _coding(contract)
    lines = [*_scaled(contract), *before, "for step in range(NUM_STEPS):", *(f"    {line}" for line in each)]
    numbers = ", numbers" if _drawn(contract) else ""
    return needs + _ENCODE.format(numbers=numbers, body=textwrap.indent("\n".join(lines), "    "))


def _decide_text(readout: Readout, outputs: int) -> str:
    """Give the function `decide`."""
    last = "" if readout.last_steps is None else f"[-{readout.last_steps}:]"
    spikes = f"spikes{last}"
    grouped = ""
    if readout.population > 1:
        grouped = f".reshape(-1, {outputs // readout.population}, {readout.population}).sum(2)"
    expression = {
        "count": f"{spikes}.sum(0){grouped}",
        "membrane": f"membranes{last}.max(0)",
        "first_spike": f"({spikes} * np.arange({readout.last_steps or 'NUM_STEPS'}, 0, -1)[:, None, None]).max(0)",
    }[readout.reading]
    return _DECIDE.format(expression=expression)


def _scaled(contract: InputContract) -> list[str]:
    """Give the lines that make `values`: [sample, value], of frames [sample, frame, value]."""
    lines, unit = [], repr(contract.unit)
    if contract.stored == "uint8":
        lines = [
            f'unit = {unit} if samples.dtype.kind in "biu" else 1.0',
            "if not 0 <= samples.min() * unit <= samples.max() * unit <= 1.001:",
            f'    raise SystemExit("The samples are not {range_in_words(contract)}.")',
        ]
        unit = "unit"
    shape = "len(samples), FRAMES, -1" if contract.timed else "len(samples), -1"
    lines.append(f"values = samples.reshape({shape}).astype(np.float32)")
    if contract.mean is not None:
        return [*lines, f"values = values * np.float32({unit} / DEVIATION) + np.float32(-MEAN / DEVIATION)"]
    return lines if unit == "1.0" else [*lines[:-1], f"{lines[-1]} * np.float32({unit})"]


def _coding(contract: InputContract) -> tuple[str, list[str], list[str]]:
    """Give what a coding needs before the function, before its loop, and at each step."""
    now = "values[:, step * FRAMES // NUM_STEPS]" if contract.timed else "values"
    match contract.coding:
        case Rate(gain=gain):
            first, second = contract.start_words()
            keys = f"keys = mixed(mixed(numbers.astype(np.uint32) + np.uint32({first})) ^ np.uint32({second}))"
            size = "values.shape[-1]"
            each = [
                f"places = np.arange(step * {size}, (step + 1) * {size}, dtype=np.uint32)",
                "drawn = (mixed(mixed(places) ^ keys[:, None]) >> np.uint32(8)) * np.float32(2.0**-24)",
                f"yield (drawn < {now}{'' if gain == 1.0 else f' * np.float32({gain!r})'}).astype(np.float32)",
            ]
            return _MIXED, [keys], each
        case Latency():
            return "", _latency(contract.coding), ["yield (times == step).astype(np.float32)"]
        case Delta(threshold=least, off_spikes=off):
            rise, fall = f"(grown >= {least!r})", f"(grown <= -{least!r})"
            spikes = f"{rise}.astype(np.float32)" + (f" - {fall}.astype(np.float32)" if off else "")
            each = [f"grown, before = {now} - before, {now}", f"yield {spikes}"]
            return "", ["before = np.float32(0)"], each
        case Population(neurons=neurons, width=width):
            centres = f"centres = (np.arange({neurons}, dtype=np.float32) + np.float32(0.5)) / np.float32({neurons})"
            each = [
                f"apart = ({now}[:, None] - centres[:, None]) * np.float32({neurons / width!r})",
                "yield np.exp(np.float32(-0.5) * np.square(apart)).reshape(len(samples), -1)",
            ]
            return "", [centres], each
        case Direct():
            return "", [], [f"yield {now}"]


def _latency(coding: Latency) -> list[str]:
    least = repr(coding.threshold)
    if coding.scale == "linear":
        times = ["times = (NUM_STEPS - 1) * (1 - np.clip(values, 0, 1))"]
    else:
        times = [
            f"least, threshold = np.float32({least} + 1e-7), np.float32({least})",
            "charged = np.clip(values, least, 1)",
            "latest = np.log(least / (least - threshold))",
            "times = np.log(charged / (charged - threshold)) * np.float32(NUM_STEPS - 1) / latest",
        ]
    return [*times, f"times = np.where(values >= {least}, np.rint(times), -1)"]
