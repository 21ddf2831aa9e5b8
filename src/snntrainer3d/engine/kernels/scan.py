"""Scans over time: steps of any neuron repeated forward, then backward, over neurons first…last of a row."""

from __future__ import annotations

from typing import Any

from snntrainer3d.engine.kernels.adaptive import fused as adaptive
from snntrainer3d.engine.kernels.alpha import fused as alpha
from snntrainer3d.engine.kernels.compiled import kernel
from snntrainer3d.engine.kernels.izhikevich import fused as izhikevich
from snntrainer3d.engine.kernels.lapicque import fused as lapicque
from snntrainer3d.engine.kernels.layout import (
    ADAPTIVE,
    ATAN,
    D_THRESHOLD,
    IMMEDIATE,
    IZHIKEVICH,
    KIND,
    LAPICQUE,
    LEAKY,
    LEARNS,
    SUBTRACT,
    SURROGATE,
    SYNAPTIC,
    THRESHOLD,
    ZERO,
)
from snntrainer3d.engine.kernels.leaky import fused as leaky
from snntrainer3d.engine.kernels.surrogates import through_surrogate
from snntrainer3d.engine.kernels.synaptic import fused as synaptic

_leaky_forward, _leaky_backward, _leaky_learn = leaky.forward, leaky.backward, leaky.learn
_leaky_atan, _lapicque_atan = leaky.backward_atan, lapicque.backward_atan
_lapicque_forward, _lapicque_backward, _lapicque_learn = lapicque.forward, lapicque.backward, lapicque.learn
_synaptic_forward, _synaptic_backward, _synaptic_learn = synaptic.forward, synaptic.backward, synaptic.learn
_alpha_forward, _alpha_backward, _alpha_learn = alpha.forward, alpha.backward, alpha.learn
_adaptive_forward, _adaptive_backward, _adaptive_learn = adaptive.forward, adaptive.backward, adaptive.learn
_izhikevich_forward, _izhikevich_backward = izhikevich.forward, izhikevich.backward
_izhikevich_learn = izhikevich.learn

WORK_ROWS = 4
"""Rows of scratch that a backward scan needs beside its carry."""
CARRY_ROWS = 3
BLOCK = 512
"""Neurons that one thread takes through all steps at a time, so that their states stay in the first cache."""


@kernel()
def _reset_now(before: Any, now: Any, spikes: Any, values: Any, first: int, last: int, shift: int) -> None:
    """Apply a spike's reset within its own step (`reset_delay=False`); the last row keeps what was there."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    spikes, before_m, now_m = spikes[first:last], before[0, first:last], now[0, first:last]
    peak = now[now.shape[0] - 1, first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    for i in range(last - first):
        y = now_m[i]
        d = spikes[i] - (f(1) if before_m[i] - threshold[i] > 0 else f(0))
        peak[i] = y
        now_m[i] = y - d * (threshold[i] * subtract + y * zero)


@kernel()
def _before_reset_now(
    work: Any, carry: Any, raw: Any, before: Any, now: Any, values: Any, learns: bool, first: int, last: int, shift: int
) -> None:
    """Turn gradients after the immediate reset (rows of `work`: 0 membrane, 2 spike) into those before it."""
    f = values.dtype.type
    subtract, zero = values[SUBTRACT, 0], values[ZERO, 0]
    membrane, spike, carry_m = work[0, first:last], work[2, first:last], carry[0, first:last]
    before_m, peak = before[0, first:last], now[now.shape[0] - 1, first:last]
    threshold = values[THRESHOLD, first - shift : last - shift]
    raw_threshold = raw[D_THRESHOLD, first:last]
    for i in range(last - first):
        y = peak[i]
        s = f(1) if y - threshold[i] > 0 else f(0)
        d = s - (f(1) if before_m[i] - threshold[i] > 0 else f(0))
        g = membrane[i] + carry_m[i]
        carry_m[i] = f(0)
        spike[i] -= g * (threshold[i] * subtract + y * zero)
        membrane[i] = g * (f(1) - d * zero)
        if learns:
            raw_threshold[i] -= g * (d * subtract)


@kernel()
def _add(target: Any, addend: Any, factor: int, first: int, last: int) -> None:
    target, addend = target[first:last], addend[first:last]
    sign = addend.dtype.type(factor)
    for i in range(last - first):
        target[i] += sign * addend[i]


@kernel()
def _fill(target: Any, value: int, first: int, last: int) -> None:
    target = target[first:last]
    for i in range(last - first):
        target[i] = value


@kernel()
def _copy(target: Any, source: Any, first: int, last: int) -> None:
    target, source = target[first:last], source[first:last]
    for i in range(last - first):
        target[i] = source[i]


@kernel()
def forward_scan(x: Any, states: Any, spikes: Any, values: Any, codes: Any, first: int, last: int, shift: int) -> None:
    """Run neurons first…last through all steps.

    Args:
        x: currents [1 or time, row]; one row serves every step.
        states: [time + 1, state, row]; states[0] is where they start, states[t + 1] what step t leaves.
        spikes: [time, row], 0 or 1.
        values: [VALUE_ROWS, period]; neuron i finds its own in column i − shift.
        codes: [CODES] of this layer.
    """
    kind = codes[KIND]
    constant = x.shape[0] == 1
    for t in range(spikes.shape[0]):
        xt = x[0 if constant else t]
        if kind == LEAKY:
            _leaky_forward(xt, states[t], states[t + 1], spikes[t], values, first, last, shift)
        elif kind == LAPICQUE:
            _lapicque_forward(xt, states[t], states[t + 1], spikes[t], values, first, last, shift)
        elif kind == SYNAPTIC:
            _synaptic_forward(xt, states[t], states[t + 1], spikes[t], values, first, last, shift)
        elif kind == ADAPTIVE:
            _adaptive_forward(xt, states[t], states[t + 1], spikes[t], values, first, last, shift)
        elif kind == IZHIKEVICH:
            _izhikevich_forward(xt, states[t], states[t + 1], spikes[t], values, first, last, shift)
        else:
            _alpha_forward(xt, states[t], states[t + 1], spikes[t], values, first, last, shift)
        if codes[IMMEDIATE]:
            _reset_now(states[t], states[t + 1], spikes[t], values, first, last, shift)


@kernel()
def _incoming(
    work: Any, spike: Any, membrane: Any, carry: Any, raw: Any, before: Any, now: Any, values: Any, codes: Any,
    has_spike: bool, has_membrane: bool, first: int, last: int, shift: int,
) -> None:  # fmt: skip
    """Put dL/dm of this step, without what comes from later steps, into row 0 of `work`; row 3: through the spike."""
    learns = codes[LEARNS] != 0
    if codes[KIND] == ADAPTIVE:
        _copy(work[2], carry[2], first, last)
        if has_spike:
            _add(work[2], spike, 1, first, last)
        through_surrogate(codes[SURROGATE], work[3], work[2], now[2], values, first, last, shift)
        if learns:
            _add(raw[D_THRESHOLD], work[3], -1, first, last)
        _copy(work[0], work[3], first, last)
        if has_membrane:
            _add(work[0], membrane, 1, first, last)
        return
    if codes[IMMEDIATE]:
        _fill(work[0], 0, first, last)
        _fill(work[2], 0, first, last)
        if has_spike:
            _add(work[2], spike, 1, first, last)
        if has_membrane:
            _add(work[0], membrane, 1, first, last)
        _before_reset_now(work, carry, raw, before, now, values, learns, first, last, shift)
        through_surrogate(codes[SURROGATE], work[3], work[2], now[now.shape[0] - 1], values, first, last, shift)
        if learns:
            _add(raw[D_THRESHOLD], work[3], -1, first, last)
        _add(work[0], work[3], 1, first, last)
        return
    if has_spike:
        through_surrogate(codes[SURROGATE], work[0], spike, now[0], values, first, last, shift)
        if learns:
            _add(raw[D_THRESHOLD], work[0], -1, first, last)
    else:
        _fill(work[0], 0, first, last)
    if has_membrane:
        _add(work[0], membrane, 1, first, last)


@kernel()
def _backward_atan(
    states: Any, spike_grad: Any, grad: Any, carry: Any, values: Any, is_leaky: bool, adds: bool,
    first: int, last: int, shift: int,
) -> None:  # fmt: skip
    """Take Leaky or Lapicque neurons back through all steps where nothing but the arctangent's gradient arrives."""
    for back in range(states.shape[0] - 1):
        t = states.shape[0] - 2 - back
        spike, target = spike_grad[min(t, spike_grad.shape[0] - 1)], grad[0 if adds else t]
        if is_leaky:
            _leaky_atan(spike, states[t], states[t + 1], target, carry, values, adds, first, last, shift)
        else:
            _lapicque_atan(spike, states[t], states[t + 1], target, carry, values, adds, first, last, shift)


@kernel()
def backward_scan(
    x: Any, states: Any, spike_grad: Any, membrane_grad: Any, grad: Any, carry: Any, raw: Any, work: Any,
    values: Any, codes: Any, first: int, last: int, shift: int,
) -> None:  # fmt: skip
    """Take neurons first…last back through all steps.

    Args:
        x: as forward; read only where values are learned.
        states: as `forward_scan` left them.
        spike_grad, membrane_grad: dL/ds and dL/dm, [0 or 1 or time, row]; no row means none, one serves every step.
        grad: gets dL/dx, [1 or time, row]; of one row the sum over time, added to what is there.
        carry: [CARRY_ROWS, row], dL/dstate after the last step; becomes that of the states at the start.
        raw: [RAW_GRADIENTS, row], added to where values are learned.
        work: [WORK_ROWS, row], scratch.
    """
    kind = codes[KIND]
    steps = states.shape[0] - 1
    has_spike, has_membrane = spike_grad.shape[0] > 0, membrane_grad.shape[0] > 0
    summed = grad.shape[0] == 1 and steps > 1
    if (
        has_spike and not has_membrane and not codes[LEARNS] and not codes[IMMEDIATE]
        and codes[SURROGATE] == ATAN and kind in (LEAKY, LAPICQUE)
    ):  # fmt: skip
        _backward_atan(states, spike_grad, grad, carry, values, kind == LEAKY, summed, first, last, shift)
        return
    for back in range(steps):
        t = steps - 1 - back
        spike = spike_grad[min(t, spike_grad.shape[0] - 1)] if has_spike else work[1]
        membrane = membrane_grad[min(t, membrane_grad.shape[0] - 1)] if has_membrane else work[1]
        _incoming(
            work, spike, membrane, carry, raw, states[t], states[t + 1], values, codes,
            has_spike, has_membrane, first, last, shift,
        )  # fmt: skip
        if codes[LEARNS]:
            current = x[min(t, x.shape[0] - 1)]
            if kind == LEAKY:
                _leaky_learn(work[0], states[t], current, carry, raw, values, first, last, shift)
            elif kind == LAPICQUE:
                _lapicque_learn(work[0], states[t], current, carry, raw, values, first, last, shift)
            elif kind == SYNAPTIC:
                _synaptic_learn(work[0], states[t], current, carry, raw, values, first, last, shift)
            elif kind == ADAPTIVE:
                _adaptive_learn(work[0], work[3], states[t], states[t + 1], carry, raw, values, first, last, shift)
            elif kind == IZHIKEVICH:
                _izhikevich_learn(work[0], states[t], states[t + 1], carry, raw, values, first, last, shift)
            else:
                _alpha_learn(work[0], states[t], current, carry, raw, values, first, last, shift)
        target = work[1] if summed else grad[t]
        if kind == LEAKY:
            _leaky_backward(work[0], states[t], target, carry, values, first, last, shift)
        elif kind == LAPICQUE:
            _lapicque_backward(work[0], states[t], target, carry, values, first, last, shift)
        elif kind == SYNAPTIC:
            _synaptic_backward(work[0], states[t], target, carry, values, first, last, shift)
        elif kind == ADAPTIVE:
            _adaptive_backward(work[0], work[3], states[t], target, carry, values, first, last, shift)
        elif kind == IZHIKEVICH:
            _izhikevich_backward(work[0], states[t], states[t + 1], target, carry, values, first, last, shift)
        else:
            _alpha_backward(work[0], states[t], target, carry, values, first, last, shift)
        if summed:
            _add(grad[0], work[1], 1, first, last)
