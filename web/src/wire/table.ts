/** Tables as text for other programs, in which names stay text. */

/** How a text begins that a spreadsheet takes for a formula; it reads the wide forms of East Asia too. */
const FORMULA = /^[=+\-@\t\n\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^[+-]?(\d[\d,]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MARKUP = /[\\`*[\]<>|&$~#]|(?<!\w)_|_(?!\w)/g;

/** Gives a cell of CSV; a text that a spreadsheet would run as a formula begins with an apostrophe. */
export function csvCell(value: unknown): string {
  let text = String(value).replace(/\r\n?/g, "\n");
  if (typeof value === "string" && FORMULA.test(text) && !NUMBER.test(text)) text = `'${text}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Gives a text that Markdown shows as it is, on one line. */
export const markdownText = (text: string): string => text.split(/\s+/).join(" ").trim().replace(MARKUP, "\\$&");
