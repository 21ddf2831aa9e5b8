"""C99 for microcontrollers: a source and a header, all memory fixed, nothing but the standard library.

Numbers are written in hexadecimal, which C99 reads exactly, and computed in the order in which snnTorch computes them.
With int8 a weight is one byte and each neuron has a scale: a quarter of the memory, and of spikes only whole numbers
are summed. States and inputs stay float32.
"""

from __future__ import annotations

import re
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import which

import numpy as np
from jaxtyping import Float32, Int8, Shaped

from snntrainer3d.data import contract_for
from snntrainer3d.errors import FailureError, InputError
from snntrainer3d.exports.contract_c import (
    decision_words,
    encode_text,
    includes,
    input_words,
    numbered,
    read_text,
    sizes_of,
)
from snntrainer3d.exports.layer_values import LayerValues, layer_values
from snntrainer3d.exports.proof import Ran
from snntrainer3d.exports.refusal import code_faults, refuse
from snntrainer3d.exports.running import call
from snntrainer3d.exports.words import title_in_words
from snntrainer3d.spec import TrainedNetwork

FORM = "C"
FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2", "-ffp-contract=off")
_HEADER = """/* {title}: C99, {numbers}.
 *
 * snn_classify(sample{number_word}) gives the class of a sample. Step by step: snn_reset(), then for each of SNN_STEPS
 * steps snn_encode and snn_step, then snn_decide().
 * {inputs}
 * Memory: {bytes} bytes of constants, {states} bytes of states. No heap, no recursion, not reentrant.
 * Compile with -ffp-contract=off where the processor has fused multiply-add and the spikes are to be the same.
 */
#ifndef SNN_{guard}_H
#define SNN_{guard}_H

{includes}{sizes}#define SNN_INPUTS {inputs_size}
#define SNN_OUTPUTS {outputs}
#define SNN_LAYERS {layers}
#define SNN_NEURONS {neurons}
#define SNN_STEPS {steps}

/* The class of a sample{number_told}. */
int snn_classify(const float sample[SNN_SAMPLE]{number});
/* Every state at rest, nothing decided. */
void snn_reset(void);
/* The input of a sample at one step, from 0. */
void snn_encode(const float sample[SNN_SAMPLE], int step{number}, float input[SNN_INPUTS]);
/* One time step; gives the spikes of the outputs, 0 or 1. */
const float *snn_step(const float input[SNN_INPUTS]);
/* The class after the last step. */
int snn_decide(void);
/* What speaks for each class since the last snn_reset; the largest decides, of equal ones the first. */
const float *snn_scores(void);
/* Spikes and membranes of all neurons after the last step, layer after layer. */
const float *snn_spikes(void);
const float *snn_membranes(void);

#endif
"""
_SOURCE = """/* {title}. See {header}. */
{includes}#include "{header}"

static float spikes[SNN_NEURONS];
static float membranes[SNN_NEURONS];
{other_states}static float scores[SNN_CLASSES];
static int steps;

{constants}
{connect}{neurons}
{encode}
void snn_reset(void)
{{
    for (int i = 0; i < SNN_NEURONS; ++i) {{
        spikes[i] = membranes[i] = 0.0f;
{clear}    }}
    for (int i = 0; i < SNN_CLASSES; ++i)
        scores[i] = 0.0f;
    steps = 0;
}}

const float *snn_step(const float input[SNN_INPUTS])
{{
    static float current[{widest}];
{steps}
{read}
    return spikes + {last};
}}

int snn_decide(void)
{{
    int best = 0;
    for (int i = 1; i < SNN_CLASSES; ++i)
        if (scores[i] > scores[best])
            best = i;
    return best;
}}

int snn_classify(const float sample[SNN_SAMPLE]{number})
{{
    static float input[SNN_INPUTS];
    snn_reset();
    for (int step = 0; step < SNN_STEPS; ++step) {{
        snn_encode(sample, step{given_number}, input);
        snn_step(input);
    }}
    return snn_decide();
}}

const float *snn_scores(void) {{ return scores; }}
const float *snn_spikes(void) {{ return spikes; }}
const float *snn_membranes(void) {{ return membranes; }}
"""
_MAIN = """#include <stdio.h>
#include "{header}"

/* Reads samples, float32 as stored, from stdin; writes spikes and membranes of every step, and the class, to stdout. */
int main(void)
{{
    static float sample[SNN_SAMPLE], input[SNN_INPUTS];
    for (unsigned number = 0; fread(sample, sizeof sample, 1, stdin) == 1; ++number) {{
        for (int i = 0; i < SNN_SAMPLE; ++i)
            sample[i] *= SNN_UNIT;
        snn_reset();
        for (int step = 0; step < SNN_STEPS; ++step) {{
            snn_encode(sample, step{given_number}, input);
            snn_step(input);
            fwrite(snn_spikes(), sizeof(float), SNN_NEURONS, stdout);
            fwrite(snn_membranes(), sizeof(float), SNN_NEURONS, stdout);
        }}
        const float decided = (float)snn_classify(sample{given_number});
        fwrite(&decided, sizeof decided, 1, stdout);
    }}
    return 0;
}}
"""
_CONNECT = """static void connect(float *current, int outs, int ins, const float *weight, const float *bias,
                    const float *signal)
{
    for (int i = 0; i < outs; ++i) {
        float sum = bias ? bias[i] : 0.0f;
        for (int j = 0; j < ins; ++j)
            sum += weight[i * ins + j] * signal[j];
        current[i] = sum;
    }
}

"""
_CONNECT_INT8 = """\
static void connect_values(float *current, int outs, int ins, const int8_t *weight, const float *scale,
                           const float *bias, const float *signal)
{
    for (int i = 0; i < outs; ++i) {
        float sum = 0.0f;
        for (int j = 0; j < ins; ++j)
            sum += (float)weight[(int32_t)i * ins + j] * signal[j];
        current[i] = scale[i] * sum + (bias ? bias[i] : 0.0f);
    }
}
"""
_CONNECT_SPIKES = """
static void connect_spikes(float *current, int outs, int ins, const int8_t *weight, const float *scale,
                           const float *bias, const float *spiked)
{
    for (int i = 0; i < outs; ++i) {
        int32_t sum = 0;
        for (int j = 0; j < ins; ++j)
            if (spiked[j] > 0.0f)
                sum += weight[(int32_t)i * ins + j];
        current[i] = scale[i] * (float)sum + (bias ? bias[i] : 0.0f);
    }
}
"""
LARGEST = 127
_FILE = re.compile(r"\w[\w.+-]*\.c", re.ASCII)
"""Names that every compiler takes for C, and that can stand in an #include."""
_TAKEN = frozenset(
    {"main", "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits", "locale", "math"}
    | {"setjmp", "signal", "stdarg", "stdbool", "stddef", "stdint", "stdio", "stdlib", "string", "tgmath", "time"}
    | {"wchar", "wctype"}
)
"""Names whose header or source is C's own, or that of the program around the network."""
_BODIES = {
    "leaky": "beta[b] * m + x",
    "lapicque": "x * resistance[0] * rate[b] * time_step[0] + decay[b] * m",
    "synaptic": "beta[b] * m + syn[i]",
}


def is_c_name(file: str) -> bool:
    """Tell whether a file can be called so: a compiler takes it for C, and it is none of C's own."""
    return _FILE.fullmatch(file) is not None and Path(file).stem.lower() not in _TAKEN


def c_files(trained: TrainedNetwork, file: str = "network.c", *, int8: bool = False) -> dict[str, bytes]:
    """Give source and header by their names; raises InputError for a name, MismatchError for what they cannot hold."""
    if not is_c_name(file):
        raise InputError(
            f"got {file!r}, which a C compiler would not take, or takes for a file of its own.",
            path="output",
            hint="Take a name of unaccented letters, digits, - and _ that ends in .c, such as network.c.",
        )
    refuse(FORM, code_faults(trained.network, FORM))
    layers, header = layer_values(trained), f"{Path(file).stem}.h"
    return {
        file: _source(trained, layers, header, int8).encode(),
        header: _header(trained, layers, header, int8).encode(),
    }


def run_c(files: Mapping[str, bytes], raw: Shaped[np.ndarray, "sample ..."]) -> Ran:
    """Compile with every warning an error, and run on stored samples; raises FailureError."""
    compiler = which("cc")
    if compiler is None:
        raise FailureError("There is no C compiler `cc` here.")
    header = next(name for name in files if name.endswith(".h"))
    told = files[header].decode()
    sizes, steps = _sizes(told, next(iter(files.values())).decode()), _constant(told, "STEPS")
    with tempfile.TemporaryDirectory(prefix="snntrainer3d-") as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        given = ", number" if "uint32_t number" in told else ""
        (folder / "main.c").write_text(_MAIN.format(header=header, given_number=given))
        (folder / "in.bin").write_bytes(np.ascontiguousarray(raw, "<f4").tobytes())
        call([compiler, *FLAGS, "-o", "run", "main.c", next(iter(files)), "-lm"], folder)
        call(["/bin/sh", "-c", "./run < in.bin > out.bin"], folder)
        found = np.fromfile(folder / "out.bin", "<f4").reshape(len(raw), 2 * steps * sum(sizes) + 1)
    both = found[:, :-1].reshape(len(raw), steps, 2, sum(sizes)).transpose(2, 1, 0, 3)
    cuts = np.cumsum(sizes)[:-1]
    spikes, membranes = (list(np.split(part, cuts, axis=-1)) for part in both)
    return Ran(spikes, membranes, found[:, -1].astype(np.int64))


def _constant(header: str, name: str) -> int:
    return int(re.search(rf"SNN_{name} (\d+)", header).group(1))  # type: ignore[union-attr]


def _sizes(header: str, source: str) -> list[int]:
    count = _constant(header, "LAYERS")
    found = [int(size) for size in re.findall(r"^    connect\w*\(current, (\d+),", source, re.MULTILINE)]
    if len(found) != count:
        raise FailureError("The header does not belong to the source.")
    return found


def _header(trained: TrainedNetwork, layers: list[LayerValues], header: str, int8: bool) -> str:
    contract, readout, neurons = contract_for(trained), trained.readout, sum(layer.size for layer in layers)
    number = numbered(contract)
    constants = sum(
        (layer.weight.size + 4 * layer.size if int8 else layer.weight.nbytes)
        + (0 if layer.bias is None else layer.bias.nbytes)
        + sum(value.nbytes for value in layer.values.values())
        for layer in layers
    )  # fmt: skip
    held = neurons * (1 + max(len(layer.states) for layer in layers)) + max(layer.size for layer in layers)
    states = 4 * (held + trained.network.input.size + layers[-1].size // readout.population + 1)
    return _HEADER.format(
        title=title_in_words(trained.network),
        numbers="weights of one byte, all else float32" if int8 else "float32",
        inputs="\n * ".join(
            line
            for told in (*input_words(contract), decision_words(readout))
            for line in textwrap.wrap(told, 115, subsequent_indent="  ")
        ),
        number=number,
        number_word=", number" if number else "",
        number_told="; its number is its place in its split, from 0" if number else "",
        includes="#include <stdint.h>\n\n" if number else "",
        sizes="".join(
            f"#define {name} {value}\n" for name, value in sizes_of(trained.network, contract, readout).items()
        ),
        guard=re.sub(r"\W", "_", header.removesuffix(".h")).upper(),
        inputs_size=trained.network.input.size,
        outputs=layers[-1].size,
        layers=len(layers),
        neurons=neurons,
        steps=contract.num_steps,
        bytes=f"{constants:,}",
        states=f"{states:,}",
    )


def _source(trained: TrainedNetwork, layers: list[LayerValues], header: str, int8: bool) -> str:
    others = sorted({name for layer in layers for name in layer.states if name != "mem"})
    starts = np.cumsum([0, *(layer.size for layer in layers)])
    contract, readout = contract_for(trained), trained.readout
    headers = [*includes(contract), *(["stdint"] if int8 else [])]
    return _SOURCE.format(
        title=title_in_words(trained.network),
        header=header,
        includes="".join(f"#include <{name}.h>\n" for name in headers),
        encode=encode_text(contract),
        read=read_text(readout, contract.num_steps, str(int(starts[-2]))),
        number=numbered(contract),
        given_number=", number" if numbered(contract) else "",
        connect=_connecting(len(layers), int8),
        other_states="".join(f"static float state_{name}[SNN_NEURONS];\n" for name in others),
        constants="\n".join(line for index, layer in enumerate(layers) for line in _constants(index, layer, int8)),
        neurons="\n".join(dict.fromkeys(_neuron(layer) for layer in layers)),
        clear="".join(f"        state_{name}[i] = 0.0f;\n" for name in others),
        widest=max(layer.size for layer in layers),
        steps="\n".join(_step(index, layer, int(starts[index]), starts, int8) for index, layer in enumerate(layers)),
        last=int(starts[-2]),
    )


def _connecting(layers: int, int8: bool) -> str:
    if not int8:
        return _CONNECT
    return _CONNECT_INT8 + (_CONNECT_SPIKES if layers > 1 else "") + "\n"


def in_bytes(weight: Float32[np.ndarray, "out in"]) -> tuple[Int8[np.ndarray, "out in"], Float32[np.ndarray, "out"]]:
    """Give weights as whole numbers from -127 to 127, and each neuron's scale: weight = byte · scale."""
    largest = np.abs(weight).max(axis=1, initial=0.0)
    scale = np.where(largest > 0, largest, 1) / np.float32(LARGEST)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def _constants(index: int, layer: LayerValues, int8: bool) -> Iterator[str]:
    if int8:
        weight, scale = in_bytes(layer.weight)
        yield _array(f"weight{index}", weight, "int8_t")
        yield _array(f"scale{index}", scale)
    else:
        yield _array(f"weight{index}", layer.weight)
    if layer.bias is not None:
        yield _array(f"bias{index}", layer.bias)
    # Where one value is a neuron's own, all are written out for each neuron, so that one index serves.
    each = any(value.ndim for value in layer.values.values())
    for name, value in layer.values.items():
        yield _array(f"{name}{index}", np.broadcast_to(value, (layer.size,)) if each else value)


def _array(name: str, values: np.ndarray, kind: str = "float") -> str:
    whole = kind != "float"
    flat = [str(int(value)) if whole else f"{float(value).hex()}f" for value in np.ravel(values)]
    across = 24 if whole else 6
    lines = ",\n    ".join(", ".join(flat[begin : begin + across]) for begin in range(0, len(flat), across))
    return f"static const {kind} {name}[{len(flat)}] = {{\n    {lines}\n}};\n"


def _neuron(layer: LayerValues) -> str:
    others = [name for name in layer.states if name != "mem"]
    values = list(layer.values)
    arguments = ", ".join(
        ["int size", "int each", "const float *current", "float *spike", "float *mem"]
        + [f"float *{name}" for name in others]
        + [f"const float *{name}" for name in values]
    )
    return (
        "/* each is 1 where a value is a neuron's own. */\n"
        f"static void {layer.kind}_{layer.reset}({arguments})\n{{\n"
        "    for (int i = 0; i < size; ++i) {\n"
        "        const int b = each ? i : 0;\n"
        "        const float x = current[i], m = mem[i];\n"
        + "".join(f"        {line}\n" for line in _body(layer))
        + "        spike[i] = mem[i] > threshold[b] ? 1.0f : 0.0f;\n    }\n}\n"
    )


def _body(layer: LayerValues) -> list[str]:
    kind, reset = layer.kind, layer.reset
    fired = "const int fired = m > threshold[b];"
    if kind == "alpha":
        return _alpha_body(reset)
    if kind == "leaky" and reset == "zero":
        return [fired, "mem[i] = beta[b] * (fired ? 0.0f : m) + x;"]
    lines = ["syn[i] = alpha[b] * syn[i] + x;"] if kind == "synaptic" else []
    lines.append(f"const float base = {_BODIES[kind]};")
    if reset == "none":
        return [*lines, "mem[i] = base;"]
    after = "fired ? base - threshold[b] : base" if reset == "subtract" else "fired ? 0.0f : base"
    return [fired, *lines, f"mem[i] = {after};"]


def _alpha_body(reset: str) -> list[str]:
    lines = [
        "const float e = alpha[b] * exc[i] + x, h = beta[b] * inh[i] - x;",
        "const float base = tau[b] * (e + h);",
    ]
    if reset == "none":
        return [*lines, "exc[i] = e;", "inh[i] = h;", "mem[i] = base;", "(void)m;"]
    lines.insert(0, "const int fired = m > threshold[b];")
    if reset == "zero":
        return [*lines, "exc[i] = fired ? 0.0f : e;", "inh[i] = fired ? 0.0f : h;", "mem[i] = fired ? 0.0f : base;"]
    return [
        *lines,
        "mem[i] = fired ? base + inh[i] : base;",
        "exc[i] = fired ? e - threshold[b] : e;",
        "inh[i] = fired ? 0.0f : h;",
    ]


def _step(index: int, layer: LayerValues, start: int, starts: np.ndarray, int8: bool) -> str:
    before = "input" if index == 0 else f"spikes + {int(starts[index - 1])}"
    bias = "0" if layer.bias is None else f"bias{index}"
    states = "".join(f", state_{name} + {start}" for name in layer.states if name != "mem")
    values = "".join(f", {name}{index}" for name in layer.values)
    each = int(any(value.ndim for value in layer.values.values()))
    connect, scale = "connect", ""
    if int8:
        connect, scale = "connect_spikes" if index else "connect_values", f", scale{index}"
    return (
        f"    {connect}(current, {layer.size}, {layer.weight.shape[1]}, weight{index}{scale}, {bias}, {before});\n"
        f"    {layer.kind}_{layer.reset}({layer.size}, {each}, current, spikes + {start}, membranes + {start}"
        f"{states}{values});"
    )
