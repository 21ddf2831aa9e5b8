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

/** Seconds left as they are told after every update of epochs of so many, with a time after each epoch. */
function told(
  epochs: number,
  perEpoch: number,
  each: number,
  turn: number,
  noise = 0,
): { told: number; true: number }[] {
  const meter = new SpeedMeter();
  meter.begin(perEpoch);
  const total = epochs * perEpoch;
  const found: { told: number; true: number }[] = [];
  let at = 1000;
  const ends = 1000 + total * each + (epochs - 1) * turn;
  for (let update = 1; update <= total; update += 1) {
    at += each * (1 + noise * Math.sin(update)) + ((update - 1) % perEpoch === 0 && update > 1 ? turn : 0);
    meter.take(at, update);
    const left = meter.secondsTo(total);
    if (left !== null) found.push({ told: left, true: ends - at });
  }
  return found;
}

it("tells the time left without a jump at the end of an epoch, once one was seen", () => {
  for (const turn of [0, 5, 60]) {
    const all = told(20, 50, 0.2, turn, 0.5);
    const later = all.slice(60);
    for (const one of later.filter(({ true: left }) => left > 20)) expect(one.told / one.true).toBeCloseTo(1, 0.7);
    for (let at = 1; at < later.length; at += 1) {
      const gone = later[at - 1].true - later[at].true;
      expect(Math.abs(later[at - 1].told - gone - later[at].told)).toBeLessThan(0.05 * all[0].true);
    }
  }
});

it("follows a machine that became slower within some hundred updates, and counts no pause", () => {
  const meter = new SpeedMeter();
  meter.begin(0);
  for (let update = 0; update <= 100; update += 1) meter.take(update * 0.1, update);
  expect(meter.secondsTo(1100)).toBeCloseTo(100, 6);
  meter.pause();
  meter.take(5000, 101);
  expect(meter.secondsTo(1101)).toBeCloseTo(100, 6);
  for (let update = 102; update <= 400; update += 1) meter.take(5000 + (update - 101) * 0.4, update);
  expect(meter.secondsTo(1400)).toBeGreaterThan(350);
  meter.take(9000, 50);
  expect(meter.secondsTo(100)).toBeNull();
});
