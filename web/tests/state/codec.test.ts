import { describe, expect, it } from "vitest";
import { decodeDesign, encodeDesign } from "../../src/state/codec";
import { changeNeuron, changeTraining, neuronEverywhere, setHidden, startDesign } from "../../src/state/design";
import { changeKind, compensated, NEURON_DEFAULTS, NEURON_KINDS, surrogateOf } from "../../src/state/neurons";
import { readAddress, writeAddress, type Address } from "../../src/state/url";

describe("a design in a link", () => {
  it("comes back as it was, whatever is in it", () => {
    for (const kind of NEURON_KINDS) {
      let design = setHidden(startDesign("mnist"), [100, 100, 30]);
      design = neuronEverywhere(design, {
        ...changeKind(NEURON_DEFAULTS.leaky, kind),
        surrogate: surrogateOf("sigmoid"),
      });
      design = changeNeuron(design, 1, { ...NEURON_DEFAULTS.synaptic, alpha: 0.25, learn_beta: "per_neuron" });
      design = changeTraining(design, { name: "größer – β", gradient_clip_norm: 1, schedule: { kind: "constant" } });
      design.spec.network.layers[2].bias = false;
      expect(decodeDesign(encodeDesign(design))).toEqual(design);
    }
  });

  it("keeps a Lapicque given by R and C without β", () => {
    const neuron = compensated(NEURON_DEFAULTS.lapicque);
    const design = neuronEverywhere(startDesign(), neuron);
    const read = decodeDesign(encodeDesign(design));
    expect(read).toEqual(design);
    expect(read?.spec.network.layers[0].neuron).not.toHaveProperty("beta");
  });

  it("is short where little differs from the defaults, also for many layers", () => {
    expect(encodeDesign(startDesign()).length).toBeLessThan(120);
    expect(encodeDesign(setHidden(startDesign(), new Array(150).fill(100))).length).toBeLessThan(200);
  });

  it("keeps what was typed and is no number", () => {
    const design = changeTraining(startDesign(), { epochs: "ten" as never });
    expect(decodeDesign(encodeDesign(design))?.spec.training.epochs).toBe("ten");
  });

  it.each([
    "",
    "nonsense",
    "e30",
    btoa('{"v":2}'),
    btoa('{"v":1,"i":[2],"n":[{"kind":"x"}],"l":[[1,0,1,1]],"t":{},"d":0}'),
  ])("is refused quietly when it is damaged: %s", (text) => expect(decodeDesign(text)).toBeNull());
});

describe("the address", () => {
  const nowhere: Address = { page: "workbench", chosen: [], study: null, run: null, tab: null, design: null };

  it("holds run, tab and design", () => {
    const address = { ...nowhere, run: "01abc", tab: "results", design: "eyJ2Ijox_-" };
    expect(readAddress(writeAddress(address))).toEqual(address);
    expect(writeAddress(nowhere)).toBe("");
    expect(readAddress("")).toEqual(nowhere);
  });

  it("holds the page, the runs that are compared, and the open study", () => {
    const address: Address = { ...nowhere, page: "compare", chosen: ["01abc", "01abd"], study: "paper-1a2b3c4d" };
    expect(writeAddress(address)).toBe("#page=compare&runs=01abc,01abd&study=paper-1a2b3c4d");
    expect(readAddress(writeAddress(address))).toEqual(address);
    expect(readAddress("#page=elsewhere").page).toBe("workbench");
  });

  it("is refused where it is larger than any design", () => {
    const many = (rows: number) =>
      btoa(JSON.stringify({ v: 1, i: [2], n: [{ kind: "leaky" }], l: Array(rows).fill([1, 0, 1, 200]), t: {}, d: 0 }));
    expect(decodeDesign(many(5))?.spec.network.layers).toHaveLength(1000);
    expect(decodeDesign(many(6))).toBeNull();
    expect(decodeDesign("A".repeat(100_001))).toBeNull();
  });
});
