/** Stacked crossbars: every device is drawn where its wires cross, coloured by its conductance, and found again. */
import { describe, expect, it } from "vitest";
import { conductanceColour, RAMP } from "../../src/view3d/circuit/conductance";
import { deviceOn, stackOf, type Crossbar } from "../../src/view3d/circuit/stack";

const LOW = 1e-6;
const HIGH = 1e-4;
const bars: Crossbar[] = [
  { rows: 3, columns: 4, siemens: Float32Array.from({ length: 12 }, (_, at) => (at === 5 ? 0 : LOW * (at + 1))) },
  { rows: 2, columns: 2, siemens: Float32Array.of(LOW, HIGH, HIGH / 10, HIGH / 2) },
];

describe("The scale of conductances", () => {
  it("runs from one end of the ramp to the other, logarithmically", () => {
    expect(conductanceColour(LOW, LOW, HIGH)).toEqual(RAMP[0]);
    expect(conductanceColour(HIGH, LOW, HIGH)).toEqual(RAMP[4]);
    conductanceColour(1e-5, LOW, HIGH).forEach((part, at) => expect(part).toBeCloseTo(RAMP[2][at]));
    expect(conductanceColour(1, LOW, HIGH)).toEqual(RAMP[4]);
    expect(conductanceColour(0, LOW, HIGH)).toEqual(RAMP[0]);
  });

  it("grows lighter all along", () => {
    const light = Array.from({ length: 40 }, (_, at) => {
      const [red, green, blue] = conductanceColour(LOW * 10 ** (at / 20), LOW, HIGH);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    });
    expect(light.every((value, at) => at === 0 || value > light[at - 1])).toBe(true);
  });
});

describe("The stack", () => {
  const { boxes, floors, half } = stackOf(bars, LOW, HIGH);

  it("has a box for each wire and each device, and none for a device that is not there", () => {
    expect(boxes.count).toBe(3 + 4 + 11 + 2 + 2 + 4);
    expect(boxes.middles.length).toBe(3 * boxes.count);
    expect(boxes.sizes.every((size) => size > 0)).toBe(true);
  });

  it("puts the first layer at the bottom, in the middle of the others", () => {
    expect(floors[0]).toBeLessThan(floors[1]);
    expect(floors[0]).toBe(-floors[1]);
    expect(half[0]).toBe(2);
  });

  it("makes a device as large and as light as its conductance", () => {
    const last = boxes.count - 4;
    const sides = [0, 1, 2, 3].map((at) => boxes.sizes[3 * (last + at)]);
    expect(sides[1]).toBeGreaterThan(sides[3]);
    expect(sides[3]).toBeGreaterThan(sides[2]);
    expect([...boxes.colours.subarray(3 * (last + 1), 3 * (last + 2))]).toEqual([...Float32Array.from(RAMP[4])]);
  });

  it("finds the device that a look meets first", () => {
    const down: [number, number, number] = [0, -1, 0];
    expect(deviceOn(bars, floors, [-0.5, 50, 0.5], down)).toEqual({ crossbar: 1, row: 1, column: 0 });
    expect(deviceOn(bars, floors, [1.5, 50, -1], down)).toEqual({ crossbar: 0, row: 0, column: 3 });
    expect(deviceOn(bars, floors, [-0.5, -50, 1], [0, 1, 0])).toEqual({ crossbar: 0, row: 2, column: 1 });
    // Where a device is missing one looks through to the next crossbar.
    expect(deviceOn(bars, floors, [-0.5, -50, 0.1], [0, 1, 0])?.crossbar).toBe(1);
    expect(deviceOn(bars, floors, [9, 50, 0], down)).toBeNull();
    expect(deviceOn(bars, floors, [0, 50, 0], [1, 0, 0])).toBeNull();
  });
});
