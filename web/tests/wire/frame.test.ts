import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeFrame, type FrameLayer, WireError } from "../../src/wire";

interface Block {
  rows: number;
  columns: number;
  scale: number;
  change: number;
  rate: number;
  values: number[];
}

/** A frame written here by hand, field by field, so that the reader is not tested against itself. */
function makeFrame(blocks: Block[], run = "abc123"): ArrayBuffer {
  const padded = (size: number) => Math.ceil(size / 4) * 4;
  const table = 40 + 32 * blocks.length;
  const total = blocks.reduce((sum, block) => sum + padded(block.values.length), table);
  const view = new DataView(new ArrayBuffer(total));
  [..."S3DF"].forEach((letter, at) => view.setUint8(at, letter.charCodeAt(0)));
  view.setUint16(4, 1, true);
  view.setUint16(6, blocks.length, true);
  [7, 1234, 2, 0].forEach((value, at) => view.setUint32(8 + 4 * at, value, true));
  [...run].forEach((letter, at) => view.setUint8(24 + at, letter.charCodeAt(0)));
  let offset = table;
  blocks.forEach((block, index) => {
    const at = 40 + 32 * index;
    view.setUint32(at, block.rows, true);
    view.setUint32(at + 4, block.columns, true);
    [block.scale, block.change, block.rate].forEach((value, i) => view.setFloat32(at + 8 + 4 * i, value, true));
    view.setUint32(at + 20, offset, true);
    view.setUint32(at + 24, block.values.length, true);
    block.values.forEach((value, i) => view.setInt8(offset + i, value));
    offset += padded(block.values.length);
  });
  return view.buffer;
}

const BLOCKS: Block[] = [
  { rows: 2, columns: 3, scale: 0.5, change: 0.25, rate: 0.125, values: [127, -127, 0, 1, -1, 64] },
  { rows: 1, columns: 2, scale: 0.25, change: 0, rate: 0.5, values: [-128, 5] },
];

describe("decodeFrame", () => {
  it("reads every field", () => {
    const frame = decodeFrame(makeFrame(BLOCKS));
    expect([frame.run, frame.sequence, frame.update, frame.epoch]).toEqual(["abc123", 7, 1234, 2]);
    expect(frame.layers.map((layer) => ({ ...layer, values: [...layer.values] }))).toEqual(BLOCKS);
  });

  it("gives views into the frame and copies nothing", () => {
    const buffer = makeFrame(BLOCKS);
    for (const layer of decodeFrame(buffer).layers) expect(layer.values.buffer).toBe(buffer);
  });

  it("reads a run id that fills its 16 bytes", () => {
    expect(decodeFrame(makeFrame(BLOCKS, "0123456789abcdef")).run).toBe("0123456789abcdef");
  });

  it("reads a frame without layers", () => {
    expect(decodeFrame(makeFrame([])).layers).toEqual([]);
  });

  it("refuses every truncation with a WireError", () => {
    const whole = makeFrame(BLOCKS);
    const least = whole.byteLength - 2; // the last block holds two bytes and two of padding
    for (let size = 0; size < least; size++) {
      expect(() => decodeFrame(whole.slice(0, size)), `${size} bytes`).toThrow(WireError);
    }
  });

  it.each([
    ["magic", 0, 65, /not a weight frame/],
    ["version", 4, 9, /version 9/],
    ["rows", 40, 99, /damaged/],
    ["offset", 63, 255, /damaged/],
  ])("refuses a wrong %s", (_, at, value, words) => {
    const buffer = makeFrame(BLOCKS);
    new Uint8Array(buffer)[at] = value;
    expect(() => decodeFrame(buffer)).toThrow(words);
  });
});

const rowsOf = ({ rows, columns, values }: FrameLayer): number[][] =>
  Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);

const GOLDEN = resolve(import.meta.dirname, "../../../tests/golden/frames");
const golden = existsSync(GOLDEN) ? readdirSync(GOLDEN).filter((name) => name.endsWith(".bin")) : [];

describe("golden frames written by Python", () => {
  it("found some", () => expect(golden.length).toBeGreaterThan(0));

  it.each(golden)("%s", (name) => {
    const bytes = readFileSync(resolve(GOLDEN, name));
    const expected = JSON.parse(readFileSync(resolve(GOLDEN, name.replace(".bin", ".json")), "utf8"));
    const frame = decodeFrame(new Uint8Array(bytes).buffer);
    const layers = frame.layers.map((layer) => ({
      scale: layer.scale,
      change: layer.change,
      rate: layer.rate,
      values: rowsOf(layer),
    }));
    expect({ ...frame, layers, bytes: bytes.byteLength }).toEqual(expected);
  });
});
