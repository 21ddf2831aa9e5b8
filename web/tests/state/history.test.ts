import { expect, it } from "vitest";
import { begin, COALESCE, commit, redo, undo } from "../../src/state/history";

it("goes back and forth", () => {
  let history = commit(commit(begin("a"), "b"), "c");
  history = undo(history);
  expect(history.present).toBe("b");
  history = undo(history);
  expect(undo(history)).toBe(history);
  expect(redo(redo(history)).present).toBe("c");
});

it("forgets what was undone after a new change", () => {
  const history = commit(undo(commit(begin("a"), "b")), "x");
  expect(redo(history)).toBe(history);
  expect(undo(history).present).toBe("a");
});

it("takes quick changes of one field as one step", () => {
  let history = commit(begin("1"), "12", "size", COALESCE, 1000);
  history = commit(history, "123", "size", COALESCE, 1000 + COALESCE - 1);
  expect(undo(history).present).toBe("1");
  history = commit(history, "1234", "size", COALESCE, 1000 + 3 * COALESCE);
  expect(undo(history).present).toBe("123");
  history = commit(history, "12345", "other", COALESCE, 1000 + 3 * COALESCE);
  expect(undo(history).present).toBe("1234");
});

it("takes a drag as one step, however long it takes", () => {
  const history = commit(commit(begin("a"), "b", "drag", Infinity, 0), "c", "drag", Infinity, 1e9);
  expect(undo(history).present).toBe("a");
});

it("does not count a change that changes nothing", () => {
  const history = begin("a");
  expect(commit(history, "a")).toBe(history);
});
