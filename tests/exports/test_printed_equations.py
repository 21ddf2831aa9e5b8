"""Equations drawn at random and printed in every language of the exports: each computes what torch does, to the bit."""

from __future__ import annotations

import ctypes
import math
import subprocess
from functools import cache
from pathlib import Path
from shutil import which

import numpy as np
import pytest
import torch
from torch import nn

from random_equations import by_torch, drawn
from snntrainer3d.engine import reference, spike_function
from snntrainer3d.engine.build import build_neuron, refresh
from snntrainer3d.engine.equations import computed
from snntrainer3d.exports.c_source import FLAGS
from snntrainer3d.exports.torch_parts import spike_class
from snntrainer3d.spec import NEURONS as MODELS
from snntrainer3d.spec import Adaptive, Alpha, Atan, Izhikevich, Lapicque, Leaky, Synaptic, equation_of
from snntrainer3d.spec.equations import Equation, Graph, Trace, named_values
from snntrainer3d.spec.equations.c_text import c_step
from snntrainer3d.spec.equations.numpy_text import numpy_step
from snntrainer3d.spec.equations.onnx_nodes import onnx_step
from snntrainer3d.spec.equations.torch_text import NEURON, WITH_GRADIENT, torch_module, torch_parameters

pytestmark = pytest.mark.slow
EQUATIONS = 200
STEPS, ROWS = 5, 24
NAMES = ("m", "u", "x", "a", "n", "own", "current", "float", "lambda", "exp", "part", "np", "b", "y")
"""What steps call their values, some of it taken already: by a state, a parameter, or the language."""


class Case:
    """An equation, its input, its values, and what torch makes of them."""

    def __init__(self, seed: int) -> None:
        self.seed, self.equation = seed, drawn(seed)
        chance = np.random.default_rng(seed)
        for node in self.equation.graph.nodes:
            if chance.random() < 0.6:
                self.equation.graph.named(str(chance.choice(NAMES)), node)
        self.x = chance.normal(0.0, 1.5, (STEPS, ROWS)).astype(np.float32)
        numbers = {"a": np.float32(chance.random()), "b": chance.random(ROWS).astype(np.float32)}
        leaves = {name: torch.tensor(value) for name, value in numbers.items()}
        self.given = named_values(self.equation)
        rows = computed(self.given.values(), {("parameter", name): value for name, value in leaves.items()})
        self.values = {name: row.numpy() for name, row in zip(self.given, rows, strict=True)}
        self.numbers = leaves
        spikes, states = by_torch(self.equation, torch.from_numpy(self.x), leaves)
        self.spikes, self.states = spikes.numpy(), states.numpy()
        self.start = [np.full(ROWS, 0.25, np.float32)] * 2

    def same(self, states: list, spikes: list) -> None:
        assert np.array_equal(np.array(states, np.float32), self.states), self.seed
        assert np.array_equal(np.array(spikes, np.float32), self.spikes), self.seed


@cache
def cases():
    found = [Case(seed) for seed in range(EQUATIONS)]
    assert 0.1 < np.mean([case.spikes.mean() for case in found]) < 0.9
    return found


def test_numpy_functions() -> None:
    for case in cases():
        text, known = numpy_step("step", case.equation, case.given), {"np": np}
        assert max(map(len, text.splitlines())) <= 120
        exec(text, known)
        states, record, fired = case.start, [], []
        for x in case.x:
            *states, spikes = known["step"](x, *states, **case.values)
            assert all(one.dtype == np.float32 for one in (*states, spikes)), text
            record.append(np.broadcast_to(states, (2, ROWS)))
            fired.append(spikes)
        case.same(record, fired)


@pytest.mark.skipif(which("cc") is None, reason="there is no C compiler")
def test_c_functions(tmp_path: Path) -> None:
    made = cases()
    texts = [c_step(f"step_{case.seed}", case.equation, case.given).replace("static void", "void") for case in made]
    (tmp_path / "steps.c").write_text("#include <math.h>\n" + "\n".join(texts))
    flags = [flag for flag in FLAGS if flag != "-O2"]
    subprocess.run(["cc", *flags, "-shared", "-fPIC", "-o", "steps.so", "steps.c", "-lm"], cwd=tmp_path, check=True)
    library = ctypes.CDLL(str(tmp_path / "steps.so"))
    for case in made:
        values = [np.broadcast_to(value, ROWS).astype(np.float32) for value in case.values.values()]
        states, spikes = [start.copy() for start in case.start], np.zeros(ROWS, np.float32)
        record, fired = [], []
        for x in case.x:
            arrays = [ctypes.c_void_p(one.ctypes.data) for one in (x, spikes, *states, *values)]
            library[f"step_{case.seed}"](ROWS, 1, *arrays)
            record.append(np.array(states))
            fired.append(spikes.copy())
        case.same(record, fired)


def test_onnx_nodes() -> None:
    for case in cases()[:60]:
        told = {"x": case.x[0], "m": case.start[0], "u": case.start[1], **case.values}
        session = onnx_session(case.equation, case.given, told)
        wanted = {one.name for one in session.get_inputs()}
        states, record, fired = case.start, [], []
        for x in case.x:
            given = {**told, "x": x, "m": states[0], "u": states[1]}
            *found, spikes = session.run(None, {name: one for name, one in given.items() if name in wanted})
            states = [np.broadcast_to(one, ROWS).copy() for one in found]
            record.append(states)
            fired.append(np.broadcast_to(spikes, ROWS))
        case.same(record, fired)


def onnx_session(equation, given, told):
    """Return a session of one step, of inputs like those told: x, states and values; its results are out0, out1 ...

    ONNX has no e to the x less 1 and no logarithm of 1 plus x; these are composed.
    """
    onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    nodes, constants = [], []

    def do(operation, *inputs, **options):
        nodes.append(onnx.helper.make_node(operation, inputs, [f"{operation}{len(nodes)}"], **options))
        return nodes[-1].output[0]

    def constant(value):
        constants.append(onnx.numpy_helper.from_array(np.array(value, np.float32), f"number{len(constants)}"))
        return constants[-1].name

    inputs = [onnx.helper.make_tensor_value_info(name, 1, one.shape) for name, one in told.items()]
    names = {("parameter", name): name for name in given}
    names |= {("input", "x"): "x", **{("state", name): name for name in equation.states}}
    results = onnx_step(equation, given, names, do, constant)
    for at, result in enumerate(results):
        nodes.append(onnx.helper.make_node("Identity", [result], [f"out{at}"]))
    outputs = [onnx.helper.make_tensor_value_info(f"out{at}", 1, None) for at in range(len(results))]
    graph = onnx.helper.make_graph(nodes, "step", inputs, outputs, constants)
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()
    options = onnxruntime.SessionOptions()
    # Its faster forms of what lies side by side may round otherwise.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def test_exponentials_and_logarithms_are_near_torchs() -> None:
    graph = Graph()
    now, x, m = Trace(graph), graph.leaf("input", "x"), graph.leaf("state", "m")
    after = now.expm1(x) + now.log1p(abs(x)) - now.exp(-abs(x)) * now.log(2.0 + abs(x)) + now.sqrt(abs(x)) + 0.5 * m
    equation = Equation(graph, {"m": after}, {"m": graph.constant(0.0)}, None, lambda z: z)
    values = np.array([0, 1e-7, -1e-7, 1e-4, -1e-3, 0.5, -0.5, 1, -1, 3, -3, 8, -20], np.float32)
    states = np.zeros_like(values)
    leaves = {("input", "x"): torch.tensor(values, dtype=torch.float64), ("state", "m"): torch.tensor(0.0)}
    wanted = computed([after], leaves)[0].numpy()
    known = {"np": np}
    exec(numpy_step("step", equation, {}), known)
    told = {"x": values, "m": states}
    for found in (known["step"](values, states)[0], onnx_session(equation, {}, told).run(None, told)[0]):
        assert np.allclose(found, wanted, rtol=1e-6, atol=1e-7)
    small = np.array([1e-7, -3e-7, 2e-5], np.float32)
    for operation in (now.expm1, now.log1p):
        alone = Equation(graph, {"m": operation(x) + 0.0 * m}, equation.starts, None, lambda z: z)
        told = {"x": small, "m": np.zeros_like(small)}
        assert np.allclose(onnx_session(alone, {}, told).run(None, told)[0], small, rtol=2e-5, atol=0.0)


def module_of(equation, numbers, surrogate: Atan):
    """Give the module that is printed for an equation."""
    known = {"torch": torch, "nn": nn, "math": math}
    exec("\n".join([spike_class(), WITH_GRADIENT, NEURON, torch_module("Printed", equation, "words")]), known)
    function = spike_function(surrogate)
    made = known["Printed"](None, {})
    made.spike = function
    for name in torch_parameters(equation):
        setattr(made, name, numbers[name])
    return made


def test_torch_modules_have_the_gradients_too() -> None:
    for case in cases():
        grads, gave = [], []
        for stepped in (False, True):
            x = torch.from_numpy(case.x).requires_grad_()
            numbers = {name: value.clone().requires_grad_() for name, value in case.numbers.items()}
            if stepped:
                spikes, states = by_torch(case.equation, x, numbers)
            else:
                module, record, fired = module_of(case.equation, numbers, Atan(slope=2.0)), [], []
                m, u = (torch.from_numpy(one) for one in case.start)
                for current in x:
                    spike, u, m = module(current, u, m)
                    record.append(torch.stack([one.expand(ROWS) for one in (m, u)]))
                    fired.append(spike.expand(ROWS))
                spikes, states = torch.stack(fired), torch.stack(record)
                case.same(list(states.detach().numpy()), list(spikes.detach().numpy()))
            weights = torch.linspace(-1.0, 1.0, ROWS)
            loss = x.sum() + (spikes * weights).sum() + (states * weights).sum()
            wanted = [x, *numbers.values()]
            grads.append(torch.autograd.grad(loss, wanted, allow_unused=True))
            gave.append(float(loss.detach()))
        assert gave[0] == gave[1]
        for found, expected in zip(*grads, strict=True):
            assert (found is None) == (expected is None)
            assert found is None or torch.allclose(found, expected, rtol=1e-5, atol=1e-6), case.seed


NEURONS = (
    Leaky(), Leaky(reset="zero", learn_beta="shared"), Leaky(reset_delay=False),
    Lapicque(beta=0.8, learn_beta="shared"),
    Lapicque(resistance_ohm=5.0, capacitance_f=1.3), Synaptic(reset="none"), Synaptic(reset="zero", reset_delay=False),
    *(Alpha(reset=reset) for reset in ("subtract", "zero", "none")), Adaptive(learn_rho="shared"),
    Adaptive(reset="zero"), Izhikevich(learn_b="shared", learn_d="shared", input_gain=30.0),
    *(model() for model in MODELS if not model.snntorch),
)  # fmt: skip


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda one: f"{one.kind} {one.reset}")
def test_printed_modules_are_the_neurons_of_the_network(neuron) -> None:
    generator = torch.Generator().manual_seed(1)
    currents = torch.randn(12, 4, 6, generator=generator) * 1.6 + 0.8
    built = build_neuron(neuron, (6,))
    refresh(built)
    numbers = {name: getattr(built, name, None) for name in ("beta", "alpha", "rho", "b", "d")}
    equation = equation_of(neuron)
    told = {name: torch.tensor(float(getattr(neuron, name))) for name in torch_parameters(equation)}
    told |= {name: one for name, one in numbers.items() if isinstance(one, nn.Parameter)}
    module = module_of(equation, told, neuron.surrogate)
    results = []
    for printed in (True, False):
        x = currents.clone().requires_grad_()
        if printed:
            state, spikes, membranes = [torch.zeros(4, 6) + one for one in module.start()], [], []
            for current in x:
                spike, *state = module(current, *state)
                spikes.append(spike)
                membranes.append(state[-1])
        else:
            spikes, membranes = reference.neurons_over_time(built, list(x))
        loss = (torch.stack(spikes).cumsum(0) * currents).sum() + torch.stack(membranes)[-1].sum()
        learned = [one for one in told.values() if isinstance(one, nn.Parameter)]
        grads = torch.autograd.grad(loss, [x, *learned], allow_unused=True)
        results.append((torch.stack(spikes), torch.stack(membranes), *grads))
    assert results[0][0].sum() > 5
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])
    for found, expected in zip(results[0][2:], results[1][2:], strict=True):
        assert torch.allclose(found, expected, rtol=1e-5, atol=1e-6 * float(expected.abs().max()))
