/** How own data was read, as the dialog says it, and how a person's choices reach the server. */
import { describe, expect, it } from "vitest";
import { ownQuery, type OwnChoice } from "../../src/api/data";
import { columnKey, columnsOf, leftOutOf, readingOf, type Report } from "../../src/state/own-report";

const REPORT: Report = {
  read: ["A table in UTF-8, 40 rows of 3 columns."],
  label: "The label is the column kind (by its name).",
  axes: "",
  scaling: ["Each column is brought to 0–1."],
  left_out: [
    { kind: "columns", count: 1, reason: "numbers the rows", examples: ["Id"] },
    { kind: "files", count: 1200, reason: "are of no kind that is read.", examples: ["a.txt", "b.txt"] },
    { kind: "rows", count: 2, reason: "begin with #", examples: [] },
  ],
  notes: [],
  table: null,
};
const CHOICE: OwnChoice = {
  side: null,
  overTime: false,
  testShare: 0.2,
  frames: 20,
  clip: 4,
  polarity: true,
  label: "",
  ignore: [],
  header: "",
  delimiter: "",
  decimal: "",
};
const fault = (path: string) => ({ path, message: "", hint: "" });

describe("the report of own data", () => {
  it("says how data was read, without empty sentences", () => {
    expect(readingOf(REPORT)).toEqual([REPORT.read[0], REPORT.label]);
  });

  it("says what was left out, with its count, some names and why", () => {
    expect(leftOutOf(REPORT)).toEqual([
      "1 column (Id): numbers the rows.",
      "1,200 files (a.txt, b.txt and 1,198 more): are of no kind that is read.",
      "2 rows: begin with #.",
    ]);
  });

  it("knows the columns that faults name, each once, where there is no report", () => {
    const faults = ["column town", "row 4, column w, cm", "row 5, column w, cm", "row 9", "label"].map(fault);
    expect(columnsOf(null, faults)).toEqual(["town", "w, cm"]);
    expect(columnsOf(REPORT, faults)).toEqual([]);
  });

  it("names a column by its number where others have its name", () => {
    expect(["w", "h", "W"].map((_, at, all) => columnKey(all, at))).toEqual(["1", "h", "3"]);
  });
});

describe("a person's choices for the server", () => {
  it("leaves out what is to be found out", () => {
    const keys = [...ownQuery("t.csv", CHOICE).keys()];
    expect(keys).toEqual(["file", "over_time", "test_share", "frames", "clip", "polarity"]);
  });

  it("gives each column to leave out by itself", () => {
    const query = ownQuery("t.csv", { ...CHOICE, label: "y", ignore: ["a", "b & c"], header: "false", decimal: "," });
    expect(query.getAll("ignore")).toEqual(["a", "b & c"]);
    expect([query.get("label"), query.get("header"), query.get("decimal")]).toEqual(["y", "false", ","]);
    expect(query.has("delimiter")).toBe(false);
  });
});
