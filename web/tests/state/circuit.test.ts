/** A run's circuit: which samples are meant, how values are said, and a simulation that is begun, asked for and cancelled. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { api, type CircuitCard, type Simulation } from "../../src/api";
import {
  CircuitDesk,
  conductanceWords,
  crossbarsOf,
  durationWords,
  samplesFrom,
  wavesOf,
} from "../../src/state/circuit";
import { textOf } from "../../src/state/playback/base64";
import { until } from "../until";

const floats = (...values: number[]) => textOf(new Uint8Array(Float32Array.of(...values).buffer));
const simulation = (status: Simulation["status"], share = 0): Simulation => ({
  id: "abc", run: "one", form: "ideal", status, share, seconds: 1, error: null, report: null,
}); // prettier-ignore

describe("Samples as people write them", () => {
  it("are numbers and spans", () => {
    expect(samplesFrom("0, 3 8-10;3", 20)).toEqual([0, 3, 8, 9, 10]);
    expect(samplesFrom("7–9", 10)).toEqual([7, 8, 9]);
  });

  it("are refused in words", () => {
    expect(samplesFrom("", 4)).toContain("at least one");
    expect(samplesFrom("two", 4)).toContain("“two”");
    expect(samplesFrom("-1", 4)).toContain("no number");
    expect(samplesFrom("3-1", 4)).toContain("backwards");
    expect(samplesFrom("4", 4)).toContain("0 to 3");
    expect(samplesFrom("0-20", 400)).toContain("At most 20");
    expect(samplesFrom("0-9999999", 10_000_000)).toContain("At most 20");
  });
});

it("Values are said with their units", () => {
  expect(conductanceWords(23.44e-6)).toBe("23.4 µS");
  expect(conductanceWords(Math.fround(1e-6))).toBe("1 µS");
  expect(conductanceWords(5e-8)).toBe("50 nS");
  expect(conductanceWords(2e-3)).toBe("2 mS");
  expect(durationWords(0.4)).toBe("less than a second");
  expect(durationWords(34)).toBe("about 30 s");
  expect(durationWords(400)).toBe("about 7 min");
});

it("Crossbars and waves are read from their bytes", () => {
  const plan = { pitch_m: 1, min_siemens: 1e-6, max_siemens: 1e-4, crossbars: [] as never[] };
  const bar = { rows: 1, columns: 2, bias: true, siemens: floats(1e-6, 1e-4) };
  expect([...crossbarsOf({ ...plan, crossbars: [bar] })[0].siemens]).toEqual([...Float32Array.of(1e-6, 1e-4)]);
  const trace = { layer: 1, neuron: 3, circuit_v: floats(0, 1), read_ms: floats(5), network_v: floats(0.5) };
  const [wave] = wavesOf(
    { sample: 0, end_ms: 9, threshold_v: 1, neurons: [{ ...trace, circuit_spikes: [0], network_spikes: [] }] },
    2,
  );
  expect(wave.name).toBe("Output 3");
  expect([...wave.circuit, ...wave.readMs, ...wave.network]).toEqual([0, 1, 5, 0.5]);
});

describe("A desk", () => {
  afterEach(() => vi.restoreAllMocks());
  const opened = () => {
    vi.spyOn(api, "circuit").mockResolvedValue({ network: "2-8-2" } as CircuitCard);
    return new CircuitDesk("one");
  };

  it("asks for the simulation until it is done", async () => {
    const desk = opened();
    await until(() => expect(desk.card?.network).toBe("2-8-2"));
    vi.spyOn(api, "simulate").mockResolvedValue(simulation("running"));
    const asked = vi.spyOn(api, "simulation").mockResolvedValueOnce(simulation("running", 0.5));
    asked.mockResolvedValue(simulation("done", 1));
    await desk.begin({ form: "ideal", samples: [0] });
    expect(desk.running).toBe(true);
    await until(() => expect(desk.simulation?.status).toBe("done"));
    expect(asked).toHaveBeenCalledTimes(2);
    desk.dispose();
  });

  it("says why a simulation was refused or broke", async () => {
    const desk = opened();
    const told = { code: "limit", message: "Too large.", path: "", hint: "Take vccs.", faults: [] };
    vi.spyOn(api, "simulate").mockResolvedValue({ ...simulation("failed"), error: told });
    await desk.begin({ form: "ideal", samples: [0] });
    expect(desk.fault).toBe("Too large. Take vccs.");
    vi.spyOn(api, "simulate").mockRejectedValue(new Error("lost"));
    await desk.begin({ form: "ideal", samples: [0] });
    expect(desk.fault).not.toBe("");
    expect(desk.simulation).toBeNull();
    desk.dispose();
  });

  it("simulates here sample by sample, and puts the reports together", async () => {
    const desk = opened();
    vi.spyOn(api, "netlist").mockResolvedValue({ netlist: "* one", stop_s: 1 });
    const agreement = {
      samples: 1, predictions_equal: 1, count_error: 0.5, largest_count_error: 1, spikes: 10, spikes_differing: 2,
      residual: 0.25, root_causes: 1, unexplained: 0,
    }; // prettier-ignore
    const report = { num_steps: 5, right: 1, agreement, samples: [], traces: [] };
    const asked = vi.spyOn(api, "measureCircuit").mockResolvedValue(report);
    const waves = { nodes: ["mem1_0"], times: Float32Array.of(0, 1), values: Float32Array.of(0, 0.5) };
    const simulator = { simulate: vi.fn().mockResolvedValue(waves), cancel: vi.fn() };
    await desk.beginHere({ form: "vccs", samples: [3, 4] }, simulator);
    expect(simulator.simulate).toHaveBeenCalledTimes(2);
    expect(asked.mock.calls[1][1]).toMatchObject({ sample: 4, nodes: ["mem1_0"], times: floats(0, 1) });
    expect(desk.simulation).toMatchObject({ status: "done", share: 1 });
    const found = desk.simulation?.report?.agreement;
    expect(found).toMatchObject({ samples: 2, predictions_equal: 2, count_error: 0.5, spikes: 20, residual: 0.25 });
    simulator.simulate.mockRejectedValue(new Error("singular matrix"));
    await desk.beginHere({ form: "vccs", samples: [3] }, simulator);
    expect(desk.fault).toContain("singular matrix");
    expect(desk.running).toBe(false);
    desk.dispose();
  });

  it("cancels, and asks no more", async () => {
    const desk = opened();
    vi.spyOn(api, "simulate").mockResolvedValue(simulation("running"));
    vi.spyOn(api, "cancelSimulation").mockResolvedValue(simulation("cancelled"));
    const asked = vi.spyOn(api, "simulation").mockResolvedValue(simulation("running"));
    await desk.begin({ form: "ideal", samples: [0] });
    await desk.cancel();
    expect(desk.simulation?.status).toBe("cancelled");
    expect(desk.running).toBe(false);
    desk.dispose();
    expect(asked).not.toHaveBeenCalled();
  });
});
