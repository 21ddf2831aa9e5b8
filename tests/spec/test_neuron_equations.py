"""The equations that people read are those that are computed."""

from snntrainer3d.spec import Adaptive, Alpha, Integrator, Izhikevich, Leaky, OwnNeuron, Synaptic, equation_of, parse
from snntrainer3d.spec.equations import equation_lines, latex_of
from snntrainer3d.spec.neurons.fitzhugh_nagumo import FitzHughNagumo


def test_steps_are_written_as_they_are_computed() -> None:
    told = {
        Leaky(): ["r = Θ(m[t−1] − threshold)", "m[t] = β·m[t−1] + x[t] − r·threshold", "s[t] = Θ(m[t] − threshold)"],
        Leaky(reset="none"): ["m[t] = β·m[t−1] + x[t]", "s[t] = Θ(m[t] − threshold)"],
        Synaptic(reset="zero"): [
            "r = Θ(m[t−1] − threshold)", "i[t] = α·i[t−1] + x[t]",
            "m[t] = β·m[t−1] + i[t] − r·(β·m[t−1] + i[t])", "s[t] = Θ(m[t] − threshold)",
        ],
        Adaptive(): [
            "m[t] = β·m[t−1] + x[t] − s[t−1]·(threshold + adaptation·a[t−1])", "rise = 1 − ρ",
            "a[t] = ρ·a[t−1] + rise·s[t−1]", "s[t] = Θ(m[t] − adaptation·a[t] − threshold)",
        ],
        Integrator(): ["m[t] = β·m[t−1] + x[t]"],
    }  # fmt: skip
    for neuron, lines in told.items():
        assert equation_lines(equation_of(neuron)) == lines
    assert equation_lines(equation_of(Alpha()))[0] == "τ = ln(α)/(ln(β) − ln(α)) + 1"


def test_half_steps_have_variables_of_their_own_and_starts_are_told() -> None:
    lines = equation_lines(equation_of(Izhikevich()))
    assert "grown₁ = v₁ + half·(0.04·(v₁·v₁) + 5·v₁ + 140 − u + current)" in lines
    assert lines[-2:] == ["v[0] = −65", "u[0] = b·(−65)"]
    names = [line.split(" = ")[0] for line in lines]
    assert len(set(names)) == len(names)


def test_sub_steps_are_told_once_and_counted() -> None:
    step = ["u = u + dt * (x - u)", "v = v + dt * (u - v)", "out = spike(v - 1)"]
    own = {"kind": "equations", "states": {"v": 0, "u": 0}, "step": step, "substeps": 10, "time_step_s": 0.001}
    equation = equation_of(parse(OwnNeuron, own))
    (told,) = [line for line in equation_lines(equation) if line.startswith("⋮")]
    assert told == "⋮ these 2 lines 7 times more"
    assert equation_lines(equation)[-2] == "v[t] = v₈ + 0.0001·(u[t] − v₈)"
    assert latex_of(equation).count(r"\vdots") == 1
    assert len(equation_lines(equation_of(FitzHughNagumo()))) == 17
