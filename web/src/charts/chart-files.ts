/** A chart as files: its values as CSV, its picture as PNG. */
import type uPlot from "uplot";
import { csvCell } from "../wire";
import { LinePlot, type Look } from "./line-plot";
import type { Line } from "./lines";

/** Gives the columns as CSV with a heading; what has no value at an x stays empty. */
export function csvOf(xName: string, lines: Line[], data: uPlot.AlignedData): string {
  const [xs, ...columns] = data;
  const rows = Array.from(xs, (x, at) => [x, ...columns.map((ys) => ys[at] ?? "")].join(","));
  return [[xName, ...lines.map((line) => line.label)].map(csvCell).join(","), ...rows, ""].join("\n");
}

const PIXELS = 2;
const CAPTION = 26;

/** Gives a PNG of the chart with title and legend, two pixels for each of the page's. */
export async function pngOf(
  host: HTMLElement,
  title: string,
  look: Look,
  lines: Line[],
  data: uPlot.AlignedData,
): Promise<Blob> {
  const scale = PIXELS / devicePixelRatio;
  const stage = document.createElement("div");
  stage.style.cssText = `position: fixed; left: -99999px; width: ${host.clientWidth * scale}px`;
  host.append(stage);
  let plot: LinePlot | undefined;
  try {
    await new Promise<void>((drawn) => {
      plot = new LinePlot(
        stage,
        { ...look, height: look.height * scale, scale, sync: undefined },
        lines,
        data,
        undefined,
        drawn,
      );
    });
    return await framed((plot as unknown as LinePlot).canvas, title, lines, look);
  } finally {
    plot?.destroy();
    stage.remove();
  }
}

function framed(plot: HTMLCanvasElement, title: string, lines: Line[], { colour }: Look): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = plot.width;
  canvas.height = plot.height + CAPTION * PIXELS;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.fillStyle = colour("--panel");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(plot, 0, CAPTION * PIXELS);
  context.scale(PIXELS, PIXELS);
  context.textBaseline = "middle";
  let x = 12;
  const write = (text: string, weight: number, ink: string) => {
    context.font = `${weight} 12px system-ui, sans-serif`;
    context.fillStyle = ink;
    context.fillText(text, x, CAPTION / 2);
    x += context.measureText(text).width + 14;
  };
  write(title, 600, colour("--ink"));
  for (const line of lines) {
    context.fillStyle = colour(line.colour);
    context.fillRect(x, CAPTION / 2 - 1.5, 12, 3);
    x += 17;
    write(line.label, 400, colour("--ink-dim"));
  }
  return new Promise((give, fail) =>
    canvas.toBlob((blob) => (blob ? give(blob) : fail(new Error("The picture could not be made."))), "image/png"),
  );
}
