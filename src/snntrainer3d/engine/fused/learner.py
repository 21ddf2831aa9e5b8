"""The fast learner: one update is two compiled passes over blocks of samples, without autograd."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from snntrainer3d.data.encoders import Encoder
from snntrainer3d.engine.build import SpikingNetwork
from snntrainer3d.engine.fused import places, update
from snntrainer3d.engine.fused.block import PASS
from snntrainer3d.engine.fused.gather import GATHER, gather
from snntrainer3d.engine.fused.neurons import Neurons, learned_of, why_not
from snntrainer3d.engine.fused.places import (
    BIAS,
    CODES_FROM,
    FIRED,
    GROUP_BIAS,
    GROUP_RAW,
    GROUP_WEIGHT,
    PERIOD,
    TABLE_SIZE,
    VALUES,
    WEIGHT,
)
from snntrainer3d.engine.fused.plan import LINE, TASK_ROWS, LayerShape, lay_out
from snntrainer3d.engine.fused.update import TASK_COLUMNS, UPDATE
from snntrainer3d.engine.kernels.layout import BACKWARD, CODES, FORWARD, LEARNED
from snntrainer3d.engine.kernels.task import threads
from snntrainer3d.engine.learner import BatchResult, EvalResult, Exchange
from snntrainer3d.spec import Adam, Network, Training


def fused_learner(module: SpikingNetwork, network: Network, training: Training) -> FusedLearner | str:
    """Give the fused learner of a network, or say why it has none; the parameters of `module` move to one array."""
    if not network.only_dense:
        return "only dense layers have them."
    if not isinstance(training.optimizer, Adam):
        return f"they know Adam, not {training.optimizer.kind}."
    for index, layer in enumerate(module.layers):
        if fault := why_not(layer.neuron):
            return f"layer {index}: {fault}."
    dtypes = {parameter.dtype for parameter in module.parameters()}
    if len(dtypes) != 1 or not dtypes <= {torch.float32, torch.float64}:
        return "parameters are neither all float32 nor all float64."
    if any(parameter.device.type != "cpu" for parameter in module.parameters()):
        return "the fused kernels run on the CPU only."
    return FusedLearner(module, network, training)


class FusedLearner:
    """Learns with compiled kernels; same results as the reference but for the order of sums.

    The parameters of the module are updated in place: its state dict stays snnTorch's. Results are the same on
    any number of threads.
    """

    name = "fused"

    def __init__(self, module: SpikingNetwork, network: Network, training: Training, note: str = "") -> None:
        self.note = note
        self.exchange: Exchange | None = None
        self._module = module
        self._training = training
        self._adam = training.optimizer if isinstance(training.optimizer, Adam) else Adam()
        self._neurons = [
            Neurons(layer.neuron, neuron.surrogate, size)
            for layer, neuron, size in zip(module.layers, network.neurons(), network.sizes()[1:], strict=True)
        ]
        self._shapes = [
            LayerShape(
                layer.connection.in_features, layer.connection.out_features, layer.connection.bias is not None,
                neurons.state_rows, neurons.value_rows, sum(row.requires_grad for row in neurons.rows()),
            )
            for layer, neurons in zip(module.layers, self._neurons, strict=True)
        ]  # fmt: skip
        self._layout = lay_out(self._shapes, training.num_steps, training.batch_size)
        self._updates = 0
        self._adopt_parameters()
        self._make_memory()

    def _adopt_parameters(self) -> None:
        """Move all parameters into one flat array, in which the modules' own tensors become views."""
        learned = [value for neurons in self._neurons for value in neurons.learned.values()]
        size = self._layout.parameters + sum(-(-value.numel() // LINE) * LINE for value in learned)
        self._dtype = next(self._module.parameters()).dtype
        self._flat = _aligned(size, self._dtype)
        self._places: list[tuple[nn.Parameter, int]] = []
        for layer, row in zip(self._module.layers, self._layout.plan[:-1], strict=True):
            self._adopt(layer.connection.weight, int(row[WEIGHT]))
            if layer.connection.bias is not None:
                self._adopt(layer.connection.bias, int(row[BIAS]))
        self._learned_from = self._layout.parameters
        offset = self._learned_from
        for value in learned:
            self._adopt(value, offset)
            offset += -(-value.numel() // LINE) * LINE
        self._grads, self._means, self._squares = (_aligned(size, self._dtype) for _ in range(3))

    def _adopt(self, parameter: nn.Parameter, offset: int) -> None:
        view = self._flat[offset : offset + parameter.numel()].view(parameter.shape)
        view.copy_(parameter.detach())
        parameter.data = view
        self._places.append((parameter, offset))

    def _make_memory(self) -> None:
        layout, batch = self._layout, self._training.batch_size
        self._np_dtype = self._flat.numpy().dtype
        self._threads = threads()
        self._values = _aligned(layout.values, self._dtype)
        self._plan = layout.plan.copy()
        self._fill_values()
        self._fill_codes()
        _, groups = layout.groups(batch)
        self._lanes = min(self._threads, groups)
        self._lane_memory = _aligned(self._lanes * layout.lane, self._dtype)
        self._group_memory = _aligned(groups * layout.group, self._dtype)
        self._first_grads = _aligned(batch * self._shapes[0].outs, self._dtype)
        self._results = np.zeros((groups, FIRED + len(self._shapes)))
        self._rates = np.zeros(7)
        self._tasks = self._make_tasks()
        self._learns = any(neurons.learned for neurons in self._neurons)
        self._stretches = [(place, parameter.numel()) for parameter, place in self._places]
        self._counts = torch.zeros(batch, self._shapes[-1].outs, dtype=torch.int32)
        self._groups = groups
        self._batch_inputs = torch.zeros(0, self._shapes[0].ins)
        self._learned_task = np.array(
            [[self._learned_from, len(self._flat) - self._learned_from, 0, 0, 0, 1]], np.int64
        )
        self._table = np.zeros(TABLE_SIZE, np.int64)
        self._fill_table()

    def _fill_values(self) -> None:
        """Write the neurons' values and codes where the kernels read them."""
        values = self._values.numpy()
        for index, (neurons, row) in enumerate(zip(self._neurons, self._plan[:-1], strict=True)):
            period, count = int(row[PERIOD]), neurons.value_rows
            own = values[row[VALUES] : row[VALUES] + count * period].reshape(count, period)
            is_output = index == len(self._neurons) - 1
            neurons.fill(own, neurons.rows(), each=self._layout.block if is_output else 1)

    def _fill_codes(self) -> None:
        """Write which scans run each layer's neurons; compiles them where they are new."""
        last, counts = len(self._neurons) - 1, self._training.loss == "count"
        for index, (neurons, row) in enumerate(zip(self._neurons, self._plan[:-1], strict=True)):
            rows, own = neurons.rows(), row[CODES_FROM : CODES_FROM + CODES]
            learned = learned_of([one.requires_grad for one in rows])
            spike = index < last or counts
            own[FORWARD] = neurons.forward(self._np_dtype, rows)
            own[BACKWARD] = neurons.backward(
                self._np_dtype, rows, learned, spike=spike, membrane=not spike, sums=index == 0
            )
            own[LEARNED] = len(learned)

    def _make_tasks(self) -> np.ndarray:
        """Cut the parameters into the tasks of the update; depends on the shapes alone."""
        tasks = []
        for index, (shape, row) in enumerate(zip(self._shapes, self._plan[:-1], strict=True)):
            parts = max(1, round(shape.outs / TASK_ROWS))
            edges = [part * shape.outs // parts for part in range(parts + 1)]
            for first, last in pairwise(edges):
                share = -1 if index == 0 else int(row[GROUP_WEIGHT]) + first * shape.ins
                size = (last - first) * shape.ins
                tasks.append([int(row[WEIGHT]) + first * shape.ins, size, share, first, shape.outs, shape.ins])
            if shape.bias:
                tasks.append([int(row[BIAS]), shape.outs, int(row[GROUP_BIAS]), 0, 0, 1])
        return np.array(tasks, np.int64).reshape(-1, TASK_COLUMNS)

    def _fill_table(self) -> None:
        table, layout = self._table, self._layout
        table[places.LAYERS], table[places.STEPS] = len(self._shapes), self._training.num_steps
        table[places.BLOCK], table[places.COUNTS_LOSS] = layout.block, self._training.loss == "count"
        table[places.LANE_VALUES], table[places.GROUP_VALUES] = layout.lane, layout.group
        table[places.FLUSHES] = 1
        for place, array in {
            places.ADDRESS_PLAN: self._plan,
            places.ADDRESS_RESULTS: self._results,
            places.ADDRESS_RATES: self._rates,
            places.ADDRESS_EDGES: layout.edges,
        }.items():
            table[place] = array.ctypes.data
        for place, tensor in {
            places.ADDRESS_PARAMETERS: self._flat,
            places.ADDRESS_GRADIENTS: self._grads,
            places.ADDRESS_MEAN: self._means,
            places.ADDRESS_SQUARE: self._squares,
            places.ADDRESS_VALUES: self._values,
            places.ADDRESS_LANES: self._lane_memory,
            places.ADDRESS_GROUPS: self._group_memory,
            places.ADDRESS_FIRST_GRADS: self._first_grads,
        }.items():
            table[place] = tensor.data_ptr()

    def fetch(self, raw: Tensor, indices: Int[np.ndarray, "batch"], encoder: Encoder, draw: int) -> Tensor:
        """Give raw[indices]·scale + offset as [batch feature] float32; valid until the next call."""
        if not encoder.plain:
            return encoder.encode(raw[torch.from_numpy(indices)], indices, draw).values
        scale, offset = encoder.scale, encoder.offset
        if raw.dtype not in (torch.uint8, torch.float32) or not raw.is_contiguous():
            return raw[torch.from_numpy(indices)].to(torch.float32).mul_(scale).add_(offset).flatten(1)
        if len(self._batch_inputs) < len(indices):
            self._batch_inputs = _aligned(len(indices) * self._shapes[0].ins, torch.float32).view(len(indices), -1)
        out = self._batch_inputs[: len(indices)]
        places_ = np.ascontiguousarray(indices, np.int64)
        gather(raw.numpy(), places_, scale, offset, out.numpy())
        return out

    def train_batch(
        self, inputs: Float[Tensor, "batch feature"], labels: Int[Tensor, "batch"], learning_rate: float
    ) -> BatchResult:
        """Make one update."""
        if self._learns:
            self._fill_values()
        self._pass(inputs, labels, trains=True)
        self._update(learning_rate)
        batch = len(labels)
        loss, correct, *fired = self._totals()
        return BatchResult(loss / batch, int(correct), self._shares(fired, batch))

    def evaluate_batch(self, inputs: Float[Tensor, "batch feature"], labels: Int[Tensor, "batch"]) -> EvalResult:
        """Run the samples without learning; any number of them."""
        self._fill_values()
        counts = self._pass(inputs, labels, trains=False)
        loss, _, *fired = self._totals()
        return EvalResult(loss, counts.clone(), self._shares(fired, len(labels)))

    def weight_of(self, labels: Int[Tensor, "batch"]) -> float:
        """Give what samples count for in a mean loss: their number, for all classes count the same here."""
        return float(len(labels))

    def _pass(self, inputs: Tensor, labels: Tensor, *, trains: bool) -> Tensor:
        """Run all blocks; gives the output's spike counts, valid until the next call."""
        table, batch = self._table, len(labels)
        inputs = inputs.detach().to(self._dtype).contiguous()
        labels = labels.contiguous()
        self._in_use = (inputs, labels)
        if len(self._counts) < batch:
            self._counts = torch.zeros(batch, self._shapes[-1].outs, dtype=torch.int32)
        if trains and batch > self._training.batch_size:
            raise ValueError(f"got {batch} samples, at most {self._training.batch_size} were planned for")
        blocks = -(-batch // self._layout.block)
        self._groups = min(blocks, len(self._results))
        table[places.BATCH], table[places.BLOCKS], table[places.GROUPS] = batch, blocks, self._groups
        table[places.TRAINS], table[places.NEXT] = trains, 0
        table[places.ADDRESS_INPUTS], table[places.ADDRESS_LABELS] = inputs.data_ptr(), labels.data_ptr()
        table[places.ADDRESS_COUNTS] = self._counts.data_ptr()
        PASS[self._np_dtype].run(table, min(self._lanes, self._groups))
        return self._counts[:batch]

    def _totals(self) -> list[float]:
        """Give loss, samples right and spikes of each layer, summed over the groups in their order."""
        totals: list[float] = self._results[: self._groups].sum(0).tolist()
        return totals

    def _shares(self, fired: list[float], batch: int) -> list[float]:
        steps = self._training.num_steps
        return [count / (batch * steps * shape.outs) for count, shape in zip(fired, self._shapes, strict=True)]

    def _update(self, learning_rate: float) -> None:
        adam, rates = self._adam, self._rates
        self._updates += 1
        rates[:] = (
            learning_rate, adam.beta1, adam.beta2, adam.epsilon,
            1 - adam.beta1**self._updates, 1 - adam.beta2**self._updates, 1.0,
        )  # fmt: skip
        clip = self._training.gradient_clip_norm
        apart = clip is not None or self.exchange is not None
        self._run_tasks(self._tasks, updates=int(not apart))
        if self._learns:
            self._chain_values()
        if self.exchange is not None:
            self.exchange(self._grads)
        if clip is not None:
            stretches = [self._grads[start : start + size] for start, size in self._stretches]
            norm = math.sqrt(sum(float(stretch.double().square().sum()) for stretch in stretches))
            rates[update.SCALE] = min(1.0, clip / (norm + 1e-6))
        if apart:
            self._run_tasks(self._tasks, updates=2)
        if self._learns:
            self._run_tasks(self._learned_task, updates=2)

    def _run_tasks(self, tasks: np.ndarray, updates: int) -> None:
        table = self._table
        table[places.TASKS], table[places.UPDATES], table[places.NEXT] = len(tasks), updates, 0
        table[places.ADDRESS_TASKS] = tasks.ctypes.data
        UPDATE[self._np_dtype].run(table, min(self._threads, len(tasks)))

    def _chain_values(self) -> None:
        """Turn the groups' raw gradients into those of β, α and thresholds."""
        groups = self._group_memory.view(-1, self._layout.group)[: self._groups]
        for neurons, row in zip(self._neurons, self._plan[:-1], strict=True):
            if neurons.learned:
                start = int(row[GROUP_RAW])
                stop = start + int(row[CODES_FROM + LEARNED]) * neurons.size
                raw = groups[:, start:stop].sum(0).view(-1, neurons.size)
                for name, grad in neurons.chain(raw).items():
                    self._gradient_of(neurons.learned[name]).copy_(grad)

    def _gradient_of(self, parameter: nn.Parameter) -> Tensor:
        offset = next(place for known, place in self._places if known is parameter)
        return self._grads[offset : offset + parameter.numel()].view(parameter.shape)

    def gradients(self) -> dict[str, Tensor]:
        """Copy the gradients of the last update by the module's parameter names; before any clipping."""
        return {
            name: self._gradient_of(parameter).clone()
            for name, parameter in self._module.named_parameters()
            if parameter.requires_grad
        }

    def gradient_sizes(self) -> list[float]:
        """Give the root mean square of the last update's gradient over the weights of each layer, before clipping."""
        grads = (self._gradient_of(layer.connection.weight) for layer in self._module.layers)
        return [float(torch.linalg.vector_norm(grad)) / math.sqrt(grad.numel()) for grad in grads]

    def memory_bytes(self) -> int:
        """Give what a training step takes beside the data set and torch itself, by formula."""
        return self._layout.bytes(self._training.batch_size, self._lanes, self._flat.element_size())

    def optimizer_state(self) -> dict[str, np.ndarray]:
        """Copy Adam's means and its count of updates, by the parameter's place; as the reference learner does."""
        state: dict[str, np.ndarray] = {}
        for place, (parameter, offset) in enumerate(self._in_order()) if self._updates else ():
            stretch = slice(offset, offset + parameter.numel())
            state[f"{place}.step"] = np.array(self._updates, np.float32)
            state[f"{place}.exp_avg"] = self._means[stretch].view(parameter.shape).numpy().copy()
            state[f"{place}.exp_avg_sq"] = self._squares[stretch].view(parameter.shape).numpy().copy()
        return state

    def load_optimizer_state(self, state: dict[str, np.ndarray]) -> None:
        """Take back what `optimizer_state` of this or the reference learner gave."""
        self._updates = int(state["0.step"]) if state else 0
        self._means.zero_()
        self._squares.zero_()
        for place, (parameter, offset) in enumerate(self._in_order()):
            # The reference learner remembers nothing of what the loss does not reach.
            if f"{place}.exp_avg" not in state:
                continue
            stretch = slice(offset, offset + parameter.numel())
            self._means[stretch] = torch.from_numpy(state[f"{place}.exp_avg"]).reshape(-1)
            self._squares[stretch] = torch.from_numpy(state[f"{place}.exp_avg_sq"]).reshape(-1)

    def _in_order(self) -> list[tuple[nn.Parameter, int]]:
        """Give parameters and offsets in the order of the module, which names the optimizer's state."""
        known = {id(parameter): offset for parameter, offset in self._places}
        return [(value, known[id(value)]) for value in self._module.parameters() if value.requires_grad]


def prepare(dtype: torch.dtype = torch.float32) -> Iterator[float]:
    """Compile, or load from disk, what the fused learner runs; the first time on a machine takes a second or two.

    Yields:
        The share done, before each of the kernels.
    """
    kind = torch.zeros(0, dtype=dtype).numpy().dtype
    tasks = (PASS[kind], UPDATE[kind], *GATHER.values())
    for index, task in enumerate(tasks):
        yield index / len(tasks)
        assert task.address


def _aligned(size: int, dtype: torch.dtype) -> Tensor:
    """Give zeros that begin on a cache line, as torch allocates them."""
    return torch.zeros(size, dtype=dtype)
