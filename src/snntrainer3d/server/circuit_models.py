"""The bodies about circuits: what a run's network is as one, and its simulations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from snntrainer3d.errors import Fault
from snntrainer3d.server.body import Body as _Body
from snntrainer3d.server.body import Request as _Request
from snntrainer3d.server.models import ErrorDetail

MOST_SIMULATED = 20
CircuitFormName = Literal["vccs", "ideal", "opamp", "async"]


class FormEstimate(_Body):
    """How long a form takes."""

    form: CircuitFormName
    seconds: float
    """Of a processor, for one sample: an estimate."""
    bearable: bool
    """Whether that is within the time limit."""
    here: bool
    """Whether it is small enough to be simulated in the page."""


class CircuitCrossbar(_Body):
    """A crossbar as it lies: row by row, the columns + and - of a neuron side by side."""

    rows: int
    columns: int
    bias: bool
    """Whether the last row is the bias."""
    siemens: str
    """Base64 of little-endian float32."""


class CircuitCard(_Body):
    """A run's network as a circuit."""

    network: str
    faults: list[Fault]
    """Why it cannot become one; empty where it can."""
    ngspice: str
    """Empty where ngspice is here; else what to do."""
    devices: int
    neurons: int
    num_steps: int
    test_samples: int
    time_limit_s: float
    """For one sample."""
    forms: list[FormEstimate]
    min_siemens: float
    max_siemens: float


class CircuitPlan(_Body):
    """All crossbars of a run, from the bottom of the stack."""

    pitch_m: float
    min_siemens: float
    max_siemens: float
    crossbars: list[CircuitCrossbar]


class SimulateCircuit(_Request):
    """Which samples are simulated, and in what form."""

    form: CircuitFormName = "ideal"
    samples: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=MOST_SIMULATED)]
    """Of the test set."""


class CircuitNetlist(_Body):
    """One sample as a netlist for a simulator that runs elsewhere, as in a page."""

    netlist: str
    stop_s: float
    """When its simulation ends."""


class MeasureCircuit(_Request):
    """What another simulator made of such a netlist."""

    form: CircuitFormName
    sample: Annotated[int, Field(ge=0)]
    seconds: Annotated[float, Field(ge=0.0)]
    """That it took."""
    nodes: Annotated[list[str], Field(max_length=4096)]
    """Names of the nodes, in the order of the values."""
    times: str
    """Base64 of little-endian float32, in seconds."""
    values: str
    """The same of volts: all moments of the first node, then of the next."""


class CircuitMeasures(_Body):
    """The five measures, of all samples together."""

    samples: int
    predictions_equal: int
    count_error: float
    largest_count_error: int
    spikes: int
    spikes_differing: int
    residual: float
    root_causes: int
    unexplained: int


class SimulatedSample(_Body):
    """One sample, decided by the circuit and by the network."""

    sample: int
    label: int
    circuit: int
    network: int
    circuit_counts: list[int]
    network_counts: list[int]
    spikes_differing: int
    residual: float
    seconds: float


class CircuitTrace(_Body):
    """A membrane; arrays are base64 of little-endian float32."""

    layer: int
    neuron: int
    circuit_v: str
    """Evenly spaced from 0 to the end."""
    read_ms: str
    """When each step is read."""
    network_v: str
    """What the network has then, in volts."""
    circuit_spikes: list[int]
    """Steps."""
    network_spikes: list[int]


class CircuitTraces(_Body):
    """The waveforms of one sample."""

    sample: int
    end_ms: float
    threshold_v: float
    neurons: list[CircuitTrace]


class CircuitReport(_Body):
    """What a simulation found."""

    num_steps: int
    right: int
    agreement: CircuitMeasures
    samples: list[SimulatedSample]
    traces: list[CircuitTraces]


class Simulation(_Body):
    """A simulation that runs, or ran."""

    id: str
    run: str
    form: CircuitFormName
    status: Literal["running", "done", "failed", "cancelled"]
    share: float
    """Of all that is done."""
    seconds: float
    error: ErrorDetail | None
    report: CircuitReport | None
