/** Colours of signed values for canvases: background at 0, the palette's two hues at the ends. */

export type Rgb = [number, number, number];

/** Reads `#rgb`, `#rrggbb` or `rgb(r g b)`. */
export function readColour(text: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim());
  if (hex) {
    const digits = hex[1].length === 3 ? [...hex[1]].map((mark) => mark + mark).join("") : hex[1];
    const value = Number.parseInt(digits, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }
  const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [];
  return [numbers[0] ?? 128, numbers[1] ?? 128, numbers[2] ?? 128];
}

/** One 32-bit RGBA (little endian, as ImageData is) per int8 value: entry value + 128. */
export function divergingTable(zero: Rgb, plus: Rgb, minus: Rgb): Uint32Array {
  const table = new Uint32Array(256);
  for (let value = -128; value < 128; value += 1) {
    const end = value < 0 ? minus : plus;
    const share = Math.min(1, Math.abs(value) / 127);
    const mixed = zero.map((from, at) => Math.round(from + (end[at] - from) * share));
    table[value + 128] = (255 << 24) | (mixed[2] << 16) | (mixed[1] << 8) | mixed[0];
  }
  return table;
}
