import { describe, expect, it } from "vitest";
import { COLUMNS } from "../../../src/state/library/columns";
import {
  farConditions,
  matches,
  parseQuery,
  readValue,
  withoutToken,
  withToken,
  writeCondition,
} from "../../../src/state/library/query";
import { madeRun } from "./made-runs";

const finds = (search: string, change = {}) => matches(madeRun(change), parseQuery(search));

describe("words", () => {
  it("are looked for in name, data, network, neuron, status and tags; all of them must be there", () => {
    expect(finds("DIGITS leaky")).toBe(true);
    expect(finds("finished 64-20")).toBe(true);
    expect(finds("thesis", { tags: ["thesis"] })).toBe(true);
    expect(finds("digits lapicque")).toBe(false);
  });

  it("are kept out with a minus, and kept together in quotes", () => {
    expect(finds("-lapicque")).toBe(true);
    expect(finds("-leaky")).toBe(false);
    expect(finds('"digits 64"')).toBe(true);
    expect(finds('"64 digits"')).toBe(false);
  });
});

describe("conditions", () => {
  it.each([
    ["accuracy>91%", true],
    ["accuracy>0.92", false],
    ["accuracy>=91.64", true],
    ["test:91.64%", true],
    ["epochs<=3", true],
    ["epochs!=3", false],
    ["params<2,000", true],
    ["neuron:leak", true],
    ["neuron=leak", false],
    ["neuron=leaky", true],
    ["size=20", true],
    ["took<2m", true],
    ["took<30s", false],
    ["made<2024-01-01", true],
    ["-tag:old", true],
    ["archived:no", true],
    ["is:finished", true],
  ])("%s", (search, found) => expect(finds(search)).toBe(found));

  it("are not fulfilled by what is not known, but for `is not`", () => {
    expect(finds("accuracy>0", { test_accuracy: null })).toBe(false);
    expect(finds("accuracy!=1", { test_accuracy: null })).toBe(true);
  });

  it("take one of several tags or neurons for the whole", () => {
    expect(finds("tag=old", { tags: ["new", "old"] })).toBe(true);
    expect(finds("neuron=alpha", { neurons: ["leaky", "alpha"] })).toBe(true);
  });

  it("on fields that only the server knows are handed on, short names written out", () => {
    const query = parseQuery("lr>1e-3 results.test.macro_f1>=.9 training.schedule.kind:one");
    expect(farConditions(query).map(({ field, operator, value }) => [field, operator, value])).toEqual([
      ["training.learning_rate", ">", "1e-3"],
      ["results.test.macro_f1", ">=", ".9"],
      ["training.schedule.kind", "~", "one"],
    ]);
  });

  it("on a field that is not there are faults with the close names, and hide no run", () => {
    const query = parseQuery("epoch>2");
    expect(query.faults[0].fault.message).toBe("There is no field epoch.");
    expect(query.faults[0].fault.hint).toBe("Did you mean epochs?");
    expect(matches(madeRun(), query)).toBe(true);
  });

  it("with a value of another kind are faults", () => {
    expect(parseQuery("epochs>many").faults[0].fault.message).toBe("many is no number.");
    expect(parseQuery("made>yesterday").faults[0].fault.message).toContain("is no date");
  });
});

it("a search grows and shrinks by its tokens", () => {
  const search = withToken(withToken("digits", writeCondition("name", "~", "my run")), "epochs>2");
  expect(search).toBe('digits name~"my run" epochs>2');
  expect(withoutToken(search, 'name~"my run"')).toBe("digits epochs>2");
  expect(parseQuery(search).conditions[0].value).toBe("my run");
});

it("ages are read as moments before now", () => {
  expect(readValue(COLUMNS.created_at, "2h", 10_000)).toBe(10_000 - 7200);
});

it("a run has the epochs and the time that it was trained, not those planned or passed", () => {
  const progress = { epoch: 12, update: 120, total_updates: 400, samples_per_second: 1 };
  const words = (key: string, change: Parameters<typeof madeRun>[0]) => COLUMNS[key].words(madeRun(change));
  expect(words("epochs", { epochs: 40, progress })).toBe("12 of 40");
  expect(COLUMNS.epochs.value(madeRun({ epochs: 40, progress }))).toBe(12);
  expect(words("epochs", { epochs: 12, progress })).toBe("12");
  expect(words("epochs", { epochs: 40, status: "queued" })).toBe("0 of 40");
  expect(words("epochs", { epochs: 1 })).toBe("1");
  expect(words("took", { started_at: 0, ended_at: 600, train_seconds: 48 })).toBe("48 s");
  expect(words("took", { status: "cancelled", started_at: 0, ended_at: 600, train_seconds: null })).toBe("–");
});
