import type { Palette, Theme } from "./types";

/** Red, green and blue from 0 to 1, as the screen shows them (sRGB). */
export type Colour = readonly [red: number, green: number, blue: number];

export interface Colours {
  positive: Colour;
  negative: Colour;
  /** Where positive and negative weights balance. */
  neutral: Colour;
  backgroundTop: Colour;
  backgroundBottom: Colour;
  node: Colour;
  warm: Colour;
  spike: Colour;
  text: string;
  textQuiet: string;
  textShadow: string;
}

type Ground = Omit<Colours, "positive" | "negative">;

const hex = (code: number): Colour => [(code >> 16) / 255, ((code >> 8) & 255) / 255, (code & 255) / 255];

const GROUNDS: Record<Theme, Ground> = {
  dark: {
    neutral: hex(0x7279a3),
    backgroundTop: hex(0x0a0d16),
    backgroundBottom: hex(0x121828),
    node: hex(0x7088c4),
    warm: hex(0xffb347),
    spike: hex(0xffe08a),
    text: "#e6eaf5",
    textQuiet: "#9aa6c3",
    textShadow: "rgba(8, 11, 19, 0.9)",
  },
  light: {
    neutral: hex(0x8b8fa3),
    backgroundTop: hex(0xffffff),
    backgroundBottom: hex(0xeef1f7),
    node: hex(0x4c649f),
    warm: hex(0xf08c00),
    spike: hex(0xe67700),
    text: "#1b2233",
    textQuiet: "#55607a",
    textShadow: "rgba(255, 255, 255, 0.95)",
  },
};

const SIGNS: Record<Palette, Record<Theme, [positive: Colour, negative: Colour]>> = {
  "green-red": { dark: [hex(0x2fe07f), hex(0xff4757)], light: [hex(0x0f9d58), hex(0xd9303e)] },
  "blue-orange": { dark: [hex(0x3fa9ff), hex(0xff9f2e)], light: [hex(0x1769c9), hex(0xd97706)] },
};

/** Give all colours of the view. */
export function coloursOf(theme: Theme, palette: Palette): Colours {
  const [positive, negative] = SIGNS[palette][theme];
  return { ...GROUNDS[theme], positive, negative };
}

/** Write a colour the way CSS reads it. */
export function cssColour([red, green, blue]: Colour, opacity = 1): string {
  return `rgba(${Math.round(red * 255)}, ${Math.round(green * 255)}, ${Math.round(blue * 255)}, ${opacity})`;
}
