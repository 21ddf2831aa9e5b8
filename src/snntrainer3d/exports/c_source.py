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
from snntrainer3d.exports.proof import Ran
from snntrainer3d.exports.refusal import code_faults, refuse
from snntrainer3d.exports.running import call
from snntrainer3d.exports.stages import Stage, named_steps, stages_of
from snntrainer3d.exports.words import title_in_words
from snntrainer3d.spec import TrainedNetwork
from snntrainer3d.spec.equations.c_text import c_number, c_step, needs_math

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
{start}    for (int i = 0; i < SNN_CLASSES; ++i)
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
    stages, header = stages_of(trained), f"{Path(file).stem}.h"
    return {
        file: _source(trained, stages, header, int8).encode(),
        header: _header(trained, stages, header, int8).encode(),
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


def _header(trained: TrainedNetwork, stages: list[Stage], header: str, int8: bool) -> str:
    contract, readout, sizes = contract_for(trained), trained.readout, trained.network.sizes()[1:]
    number = numbered(contract)
    constants = sum(
        (_weight(stage).size + 4 * size if int8 else _weight(stage).nbytes)
        + (stage.arrays["bias"].nbytes if "bias" in stage.arrays else 0)
        + sum(value.nbytes for value in stage.values.values())
        for stage, size in zip(stages, sizes, strict=True)
    )  # fmt: skip
    held = sum(sizes) * (2 + len(_other_states(stages))) + max(sizes)
    states = 4 * (held + trained.network.input.size + sizes[-1] // readout.population + 1)
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
        outputs=sizes[-1],
        layers=len(stages),
        neurons=sum(sizes),
        steps=contract.num_steps,
        bytes=f"{constants:,}",
        states=f"{states:,}",
    )


def _source(trained: TrainedNetwork, stages: list[Stage], header: str, int8: bool) -> str:
    others, sizes = _other_states(stages), trained.network.sizes()[1:]
    begins = [int(begin) for begin in np.cumsum([0, *sizes])]
    contract, readout = contract_for(trained), trained.readout
    names, functions = named_steps(stages, lambda name, step: c_step(name, step.equation, step.given))
    headers = dict.fromkeys(includes(contract))
    headers |= dict.fromkeys([*(["math"] if any(map(needs_math, functions)) else []), *(["stdint"] if int8 else [])])
    return _SOURCE.format(
        title=title_in_words(trained.network),
        header=header,
        includes="".join(f"#include <{name}.h>\n" for name in headers),
        encode=encode_text(contract),
        read=read_text(readout, contract.num_steps, str(begins[-2])),
        number=numbered(contract),
        given_number=", number" if numbered(contract) else "",
        connect=_connecting(len(stages), int8),
        other_states="".join(f"static float state_{name}[SNN_NEURONS];\n" for name in others),
        constants="\n".join(line for stage in stages for line in _constants(stage, int8)),
        neurons="\n".join(functions),
        clear="".join(f"        state_{name}[i] = 0.0f;\n" for name in others),
        start="".join(_start(stage, begins[stage.index]) for stage in stages),
        widest=max(sizes),
        steps="\n".join(_step(stage, names[stage.index], begins, int8) for stage in stages),
        last=begins[-2],
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


def _constants(stage: Stage, int8: bool) -> Iterator[str]:
    index, size = stage.index, stage.given[0]
    if int8:
        weight, scale = in_bytes(_weight(stage))
        yield _array(f"weight{index}", weight, "int8_t")
        yield _array(f"scale{index}", scale)
    else:
        yield _array(f"weight{index}", _weight(stage))
    if "bias" in stage.arrays:
        yield _array(f"bias{index}", stage.arrays["bias"])
    for name, value in stage.values.items():
        yield _array(f"{name}_{index}", np.broadcast_to(value, (size,)) if _each(stage) else value)
    assert stage.step is not None
    for name, value in stage.step.starts.items():
        if value.ndim:
            yield _array(f"start_{name}_{index}", value)


def _weight(stage: Stage) -> Float32[np.ndarray, "out in"]:
    return stage.arrays["weight"]


def _each(stage: Stage) -> bool:
    """Tell whether a value is a neuron's own: then all are written out for each neuron, so that one index serves."""
    return any(value.ndim for value in stage.values.values())


def _states(stage: Stage) -> list[str]:
    """Give the arrays of a layer's states, the membranes first."""
    assert stage.step is not None
    _, *others = stage.step.starts
    return ["membranes", *(f"state_{name}" for name in others)]


def _other_states(stages: list[Stage]) -> list[str]:
    return sorted({name.removeprefix("state_") for stage in stages for name in _states(stage)[1:]})


def _start(stage: Stage, begin: int) -> str:
    """Give the lines that set the states of a layer which do not start at 0."""
    assert stage.step is not None
    starts = zip(_states(stage), stage.step.starts.items(), strict=True)
    lines = [
        f"        {array}[{begin} + i] = "
        + (f"start_{name}_{stage.index}[i];\n" if value.ndim else f"{c_number(float(value))};\n")
        for array, (name, value) in starts
        if value.any()
    ]
    if not lines:
        return ""
    open_, close = (" {", "    }\n") if len(lines) > 1 else ("", "")
    return f"    for (int i = 0; i < {stage.given[0]}; ++i){open_}\n{''.join(lines)}{close}"


def _array(name: str, values: np.ndarray, kind: str = "float") -> str:
    whole = kind != "float"
    flat = [str(int(value)) if whole else f"{float(value).hex()}f" for value in np.ravel(values)]
    across = 24 if whole else 6
    lines = ",\n    ".join(", ".join(flat[begin : begin + across]) for begin in range(0, len(flat), across))
    return f"static const {kind} {name}[{len(flat)}] = {{\n    {lines}\n}};\n"


def _step(stage: Stage, name: str, begins: list[int], int8: bool) -> str:
    index, size = stage.index, stage.given[0]
    begin = begins[index]
    before = "input" if index == 0 else f"spikes + {begins[index - 1]}"
    bias = f"bias{index}" if "bias" in stage.arrays else "0"
    given = "".join(f", {array} + {begin}" for array in ["spikes", *_states(stage)])
    given += "".join(f", {value}_{index}" for value in stage.values)
    connect, scale = "connect", ""
    if int8:
        connect, scale = "connect_spikes" if index else "connect_values", f", scale{index}"
    step = f"{name}({size}, {int(_each(stage))}, current{given});"
    return (
        f"    {connect}(current, {size}, {_weight(stage).shape[1]}, weight{index}{scale}, {bias}, {before});\n"
        + "\n".join(textwrap.wrap(step, 112, initial_indent="    ", subsequent_indent=" " * 8))
    )
