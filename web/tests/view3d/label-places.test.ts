import { describe, expect, it } from "vitest";
import { placeBelow, thinning, type Wish } from "../../src/view3d/label-places";

const wish = (x: number, y: number, priority = 0): Wish => ({ x, y, width: 80, height: 30, priority });

describe("placeBelow", () => {
  it("gives free labels their wish", () => {
    expect(placeBelow([wish(100, 50), wish(300, 50)], 600, 400)).toEqual([
      { left: 60, top: 50 },
      { left: 260, top: 50 },
    ]);
  });

  it("never lets labels overlap, and leaves out what has no place", () => {
    const wishes = Array.from({ length: 12 }, (_, index) => wish(100 + 9 * index, 60));
    const places = placeBelow(wishes, 400, 400);
    const shown = places.filter((place) => place !== null);
    expect(shown.length).toBeGreaterThan(1);
    shown.forEach((a, i) =>
      shown.slice(i + 1).forEach((b) => {
        expect(Math.abs(a.left - b.left) >= 80 || Math.abs(a.top - b.top) >= 30).toBe(true);
      }),
    );
  });

  it("serves the more important first", () => {
    const [a, b] = placeBelow([wish(100, 50, 0), wish(110, 50, 1)], 600, 400);
    expect(b?.top).toBe(50);
    expect(a?.top).toBeGreaterThan(50);
  });

  it("keeps labels within the window", () => {
    const [place] = placeBelow([wish(-50, 390)], 600, 400);
    expect(place?.left).toBeGreaterThanOrEqual(0);
    expect(place && place.top + 30).toBeLessThanOrEqual(400);
  });
});

describe("thinning", () => {
  it("shows all names where there is room, else every second, fifth, tenth", () => {
    expect(thinning(20, 12)).toBe(1);
    expect(thinning(7, 12)).toBe(2);
    expect(thinning(3, 12)).toBe(5);
    expect(thinning(1.3, 12)).toBe(10);
    expect(thinning(0, 12)).toBe(Infinity);
  });
});
