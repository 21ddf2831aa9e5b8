import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Clock } from "../../../src/state/playback/clock";
import { Newest } from "../../../src/state/playback/newest";
import { until } from "../../until";

let frames: ((now: number) => void)[] = [];
let now = 0;

beforeEach(() => {
  frames = [];
  now = 0;
  vi.stubGlobal("requestAnimationFrame", (frame: (at: number) => void) => frames.push(frame));
  vi.stubGlobal("cancelAnimationFrame", () => (frames = []));
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function pass(ms: number): void {
  now += ms;
  for (const frame of frames.splice(0)) frame(now);
}

it("plays at its speed, with every moment in between, and stops at the last step", () => {
  const clock = new Clock();
  const seen: number[] = [];
  clock.take(3, 0);
  clock.listen(({ position }) => seen.push(position));
  clock.play();
  for (let at = 0; at < 12; at += 1) pass(100);
  expect(seen.some((position) => position % 1 !== 0)).toBe(true);
  const last = seen.pop();
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(last).toBe(2);
  expect([clock.step, clock.playing, clock.phase]).toEqual([2, false, 0]);
  clock.play();
  expect(clock.step).toBe(0);
});

it("repeats when told to, and stands where it is paused", () => {
  const clock = new Clock();
  clock.take(2, 0);
  clock.setLoop(true);
  clock.play();
  for (let at = 0; at < 5; at += 1) pass(125);
  expect([clock.step, clock.playing]).toEqual([0, true]);
  expect(clock.phase).toBeCloseTo(0.5, 9);
  clock.pause();
  expect([clock.position, clock.phase]).toEqual([0, 0]);
});

it("steps and scrubs within its length, and goes on where a hidden page left it", () => {
  const clock = new Clock();
  clock.take(5, 4);
  clock.move(1);
  expect(clock.step).toBe(4);
  clock.move(-1);
  expect(clock.step).toBe(3);
  clock.seek(-7);
  expect(clock.step).toBe(0);
  clock.play();
  pass(60_000);
  expect(clock.step).toBe(1);
});

it("asks one question at a time, and of those that wait only the newest", async () => {
  const asked: number[] = [];
  const taken: string[] = [];
  const failed: string[] = [];
  const answers: ((what?: unknown) => void)[] = [];
  const line = new Newest<number, string>(
    (question) => {
      asked.push(question);
      return new Promise((done, fail) => answers.push((wrong) => (wrong ? fail(wrong) : done(`answer ${question}`))));
    },
    (answer) => taken.push(answer),
    (thrown) => failed.push(String(thrown)),
  );
  for (const question of [1, 2, 3]) line.put(question);
  expect(asked).toEqual([1]);
  answers[0]();
  await until(() => expect(asked).toEqual([1, 3]));
  line.put(4);
  answers[1]("too late");
  await until(() => expect(asked).toEqual([1, 3, 4]));
  line.put(5);
  line.drop();
  answers[2]();
  await until(() => expect(taken).toEqual(["answer 1", "answer 4"]));
  expect(failed).toEqual(["too late"]);
  expect(asked).toEqual([1, 3, 4]);
  line.put(6);
  expect(asked).toEqual([1, 3, 4, 6]);
});
