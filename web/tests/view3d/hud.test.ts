import { describe, expect, it } from "vitest";
import { Meter } from "../../src/view3d/hud";

describe("Meter", () => {
  it("gives what arrived a second, over the last two", () => {
    const meter = new Meter();
    meter.add(1000, 0);
    meter.add(3000, 1000);
    expect(meter.perSecond(1500)).toBe(2000);
    expect(meter.perSecond(2500)).toBe(1500);
    expect(meter.perSecond(9000)).toBe(0);
  });
});
