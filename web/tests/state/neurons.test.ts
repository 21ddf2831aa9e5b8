import { describe, expect, it } from "vitest";
import {
  changeKind,
  compensated,
  isCircuit,
  circuitDecay,
  circuitGain,
  NEURON_DEFAULTS,
  NEURON_KINDS,
  setForm,
} from "../../src/state/neurons";

describe("kinds", () => {
  it("keep what both have and take what is new", () => {
    const leaky = { ...NEURON_DEFAULTS.leaky, beta: 0.8, threshold: 2 };
    expect(changeKind(leaky, "synaptic")).toMatchObject({ kind: "synaptic", beta: 0.8, threshold: 2, alpha: 0.5 });
    expect(changeKind(leaky, "alpha").reset).toBe("zero");
    expect(changeKind({ ...leaky, reset: "none" }, "alpha").reset).toBe("none");
  });

  it("never hold fields of another kind", () => {
    for (const from of NEURON_KINDS) {
      for (const to of NEURON_KINDS) {
        const fields = Object.keys(changeKind(NEURON_DEFAULTS[from], to)).sort();
        expect(fields).toEqual(Object.keys(NEURON_DEFAULTS[to]).sort());
      }
    }
  });
});

describe("Lapicque", () => {
  const lapicque = { ...NEURON_DEFAULTS.lapicque, beta: 0.95 };

  it("takes its input 19.5 times weaker at β = .95", () => {
    expect(circuitGain(lapicque)).toBeCloseTo(0.0513, 4);
    expect(1 / circuitGain(lapicque)).toBeCloseTo(19.5, 1);
  });

  it("has gain 1 and the same decay once compensated", () => {
    const after = compensated(lapicque);
    expect(circuitGain(after)).toBeCloseTo(1, 6);
    expect(circuitDecay(after)).toBeCloseTo(circuitDecay(lapicque), 6);
    expect(after).not.toHaveProperty("beta");
  });

  it("goes to R and C and back without losing β", () => {
    const circuit = setForm(lapicque, "circuit");
    expect(isCircuit(circuit)).toBe(true);
    expect(circuitDecay(circuit)).toBeCloseTo(circuitDecay(lapicque), 6);
    expect(setForm(circuit, "beta").beta).toBeCloseTo(0.95, 6);
  });
});
