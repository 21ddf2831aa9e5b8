import { expect, it } from "vitest";
import { SpeedMeter } from "../../src/state/speed-meter";

it("knows the speed of the last seconds, not of the whole run", () => {
  const meter = new SpeedMeter();
  expect(meter.updatesPerSecond).toBeNull();
  for (let at = 0; at <= 60; at += 1) meter.take(at, at * 10);
  expect(meter.updatesPerSecond).toBeCloseTo(10, 6);
  for (let at = 61; at <= 80; at += 1) meter.take(at, 600 + (at - 60) * 2);
  expect(meter.updatesPerSecond).toBeCloseTo(2, 6);
});

it("does not count a pause, and begins anew after a resume", () => {
  const meter = new SpeedMeter();
  meter.take(0, 0);
  meter.take(1, 10);
  meter.take(1000, 11);
  expect(meter.updatesPerSecond).toBeNull();
  meter.take(1001, 21);
  expect(meter.updatesPerSecond).toBeCloseTo(10, 6);
  meter.take(1002, 5);
  expect(meter.updatesPerSecond).toBeNull();
});
