import type { Colour } from "../palette";

/** Viridis, from the smallest conductance to the largest; also in shades of grey, and for those who see few colours. */
export const RAMP: readonly Colour[] = [
  [68 / 255, 1 / 255, 84 / 255],
  [59 / 255, 82 / 255, 139 / 255],
  [33 / 255, 145 / 255, 140 / 255],
  [94 / 255, 201 / 255, 98 / 255],
  [253 / 255, 231 / 255, 37 / 255],
];

/** Colour of a conductance, on a logarithmic scale between two. */
export function conductanceColour(siemens: number, low: number, high: number): Colour {
  const share = Math.log(siemens / low) / Math.log(high / low);
  const place = Math.min(1, Math.max(0, share || 0)) * (RAMP.length - 1);
  const at = Math.min(RAMP.length - 2, Math.floor(place));
  const mix = (channel: 0 | 1 | 2) => RAMP[at][channel] + (RAMP[at + 1][channel] - RAMP[at][channel]) * (place - at);
  return [mix(0), mix(1), mix(2)];
}
