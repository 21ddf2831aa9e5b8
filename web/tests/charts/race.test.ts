// @vitest-environment happy-dom
import { cleanup, render } from "@testing-library/svelte";
import { afterEach, expect, it } from "vitest";
import { Race } from "../../src/charts/spikes";

afterEach(cleanup);

function shown(decided: number | null): string[] {
  const { container } = render(Race, {
    steps: 1,
    names: ["zero", "one"],
    scores: new Float32Array([0, 0]),
    words: "spikes",
    standing: String,
    leading: () => [],
    decided,
    latency: null,
    theme: "dark",
    listen: () => () => {},
    onseek: () => {},
    onpick: () => {},
  });
  return [...container.querySelectorAll("li.decided button")].map((item) => item.textContent ?? "");
}

it("marks the class that was decided for, and none where nothing was decided", () => {
  expect(shown(1)).toEqual(["one"]);
  cleanup();
  expect(shown(null)).toEqual([]);
});
