import { describe, expect, it } from "vitest";
import { csvCell, markdownText } from "../../src/wire";

describe("a cell of CSV", () => {
  it.each(["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1"])("keeps %j a text", (text) => {
    expect(csvCell(text)).toBe(`'${text}`);
  });

  it("quotes what ends a row, carriage returns too", () => {
    expect(csvCell("\r=1")).toBe(`"'\n=1"`);
    expect(csvCell('a,"b"')).toBe('"a,""b"""');
  });

  it.each([-1.5, "-1.5", "+0.25", "-1e-5", "784-100-10", ""])("leaves %j", (value) => {
    expect(csvCell(value)).toBe(String(value));
  });
});

it("Markdown shows what a name says", () => {
  expect(markdownText("![x](y)\n<b> _a_ learning_rate")).toBe("!\\[x\\](y) \\<b\\> \\_a\\_ learning_rate");
});
