/** The plot of a chart on its element: what it draws, which stretch of x it shows, what is under its cursor. */
import uPlot from "uplot";
import { rangeWithin, shifted, zoomed, type Stretch } from "./stretch";
import type { Line } from "./lines";

export interface Look {
  height: number;
  log: boolean;
  /** Bounds that the y-axis never exceeds. */
  within?: [number, number];
  tick: (value: number) => string;
  /** Whether x only has whole values: then no others are written at its axis. */
  wholeX: boolean;
  /** Charts of one name show their cursors together. */
  sync?: string;
  /** Gives the colour of a CSS variable. */
  colour: (name: string) => string;
  /** Factor on fonts, lines and gaps; 1 on the page. */
  scale: number;
  /** x to mark with an upright line, asked at every drawing. */
  marker: () => number | null;
  /** The smoothed lines are drawn over their raw ones: data has the raw columns first, then the smoothed. */
  doubled: boolean;
}

/** What the plot's cursor is on; null for x where it is nowhere, and the newest values then. */
export interface Reading {
  x: number | null;
  values: (number | null)[];
}

type Column = ArrayLike<number | null | undefined>;
const LEAST_WIDTH = 80;
/** Pixels between the cursor and the value that it is held on: it stands on whole ones, and a resize rounds. */
const HELD_WITHIN = 2;
/** What is left of lines that another one is emphasised over, and of raw values behind their smoothed line. */
const STEPPED_BACK = 0.2;
const RAW = 0.3;

export class LinePlot {
  private readonly plot: uPlot;

  /** The value of x that keys put the cursor on. */
  private held: number | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly look: Look,
    private readonly lines: Line[],
    data: uPlot.AlignedData,
    private readonly told: (reading: Reading) => void = () => {},
    private readonly drawn: () => void = () => {},
  ) {
    this.plot = new uPlot(this.options(), data, host);
  }

  get canvas(): HTMLCanvasElement {
    return this.plot.ctx.canvas;
  }

  /** The element that the pointer moves over. */
  get area(): HTMLElement {
    return this.plot.over;
  }

  get isZoomed(): boolean {
    const [whole, seen] = [this.whole, this.seen];
    // A single value of x has no stretch: uPlot makes one up around it.
    return seen !== null && whole.max > whole.min && (seen.min > whole.min || seen.max < whole.max);
  }

  setData(data: uPlot.AlignedData): void {
    const zoomedIn = this.isZoomed;
    // Data that come before the first drawing would leave uPlot without a scale of x: it is told one.
    const tooEarly = this.seen === null && data[0].length > 1;
    this.plot.setData(data, !zoomedIn && !tooEarly);
    if (tooEarly) this.plot.setScale("x", this.whole);
    if (zoomedIn) this.plot.redraw();
    this.tell();
  }

  resize(): void {
    this.plot.setSize({ width: this.width, height: this.look.height });
  }

  redraw(): void {
    // Before the first drawing uPlot would take the scale of x that it has not got yet for what is wanted.
    if (this.seen !== null) this.plot.redraw();
  }

  show(line: number, shown: boolean): void {
    for (const series of this.seriesOf(line)) this.plot.setSeries(series, { show: shown });
  }

  /** Let one line stand out, or with null none. */
  emphasise(line: number | null): void {
    const own = line === null ? null : this.seriesOf(line);
    this.plot.series.forEach((series, at) => {
      if (at > 0) series.alpha = own === null ? this.alphaOf(at) : own.includes(at) ? 1 : STEPPED_BACK;
    });
    this.plot.redraw(false);
  }

  /** Show more (factor below 1) or less of x around a share of the width; the cursor's place where none is given. */
  zoomBy(factor: number, share = this.cursorShare): void {
    const { seen } = this;
    if (seen) this.setStretch(zoomed(seen, factor, share, this.whole));
  }

  panBy(share: number): void {
    const { seen } = this;
    if (seen) this.setStretch(shifted(seen, share, this.whole));
  }

  reset(): void {
    this.plot.setData(this.plot.data, true);
  }

  /** Put the cursor on another value of x: so many further, or at one end. */
  moveCursor(by: number | "first" | "last"): void {
    const [xs] = this.plot.data;
    if (xs.length === 0) return;
    const now = this.plot.cursor.idx ?? xs.length - 1;
    let goal = by === "first" ? 0 : by === "last" ? xs.length - 1 : Math.min(Math.max(now + by, 0), xs.length - 1);
    // The cursor stands on whole pixels: where values are closer than these, the next pixel's is next.
    const pixel = (at: number) => Math.round(this.plot.valToPos(xs[at], "x"));
    if (typeof by === "number") {
      while (pixel(goal) === pixel(now) && goal + Math.sign(by) in xs) goal += Math.sign(by);
    }
    const { seen } = this;
    if (seen && xs[goal] < seen.min) this.panBy((xs[goal] - seen.min) / (seen.max - seen.min));
    if (seen && xs[goal] > seen.max) this.panBy((xs[goal] - seen.max) / (seen.max - seen.min));
    this.hold(xs[goal]);
  }

  /** Keep the cursor on a value of x, also while values come and the scale grows, until it is moved elsewhere. */
  hold(x: number | null): void {
    this.held = x;
    if (x !== null && this.seen) this.plot.setCursor({ left: this.plot.valToPos(x, "x"), top: 1 });
  }

  /** Put the cursor at a place, in CSS pixels from the plot's left; null takes it away. */
  pointAt(left: number | null): void {
    this.plot.setCursor({ left: left ?? -10, top: left === null ? -10 : 1 });
  }

  get heldAt(): number | null {
    return this.held;
  }

  get reading(): Reading {
    const at = this.plot.cursor.idx ?? null;
    const [xs, ...columns] = this.plot.data;
    const shown = this.look.doubled ? columns.slice(this.lines.length) : columns;
    return { x: at === null ? null : xs[at], values: shown.map((ys) => newest(ys, at ?? ys.length - 1)) };
  }

  get bounds(): Stretch {
    return this.whole;
  }

  destroy(): void {
    this.plot.destroy();
  }

  private get width(): number {
    return Math.max(this.host.clientWidth, LEAST_WIDTH);
  }

  private get whole(): Stretch {
    const [xs] = this.plot.data;
    return { min: xs[0] ?? 0, max: xs[xs.length - 1] ?? 1 };
  }

  private get seen(): Stretch | null {
    const { min, max } = this.plot.scales.x;
    return min == null || max == null ? null : { min, max };
  }

  private get cursorShare(): number {
    const left = this.plot.cursor.left ?? -1;
    return left < 0 ? 0.5 : left / Math.max(1, this.plot.over.clientWidth);
  }

  private setStretch(stretch: Stretch): void {
    const { whole } = this;
    if (stretch.min <= whole.min && stretch.max >= whole.max) this.reset();
    else this.plot.setScale("x", stretch);
  }

  private seriesOf(line: number): number[] {
    return this.look.doubled ? [line + 1, line + 1 + this.lines.length] : [line + 1];
  }

  private alphaOf(series: number): number {
    return this.look.doubled && series <= this.lines.length ? RAW : 1;
  }

  /** A cursor that is elsewhere was moved there by a pointer. */
  private letGo(): void {
    if (this.held === null) return;
    const away = Math.abs((this.plot.cursor.left ?? 0) - this.plot.valToPos(this.held, "x"));
    if (away > HELD_WITHIN) this.held = null;
  }

  private tell(): void {
    this.told(this.reading);
  }

  private options(): uPlot.Options {
    const { look } = this;
    const { scale } = look;
    const axis: uPlot.Axis = {
      stroke: look.colour("--ink-dim"),
      grid: { stroke: look.colour("--line"), width: scale },
      ticks: { show: false },
      font: `${11 * scale}px system-ui, sans-serif`,
      gap: 4 * scale,
    };
    const empty = () => this.plot.data[0].length === 0;
    const xWords = (at: number) => (empty() || (look.wholeX && !Number.isInteger(at)) ? "" : String(+at.toFixed(6)));
    return {
      width: this.width,
      height: look.height,
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 7 },
        drag: { x: true, y: false, setScale: true },
        ...(look.sync ? { sync: { key: look.sync, setSeries: false } } : {}),
      },
      padding: [8 * scale, 10 * scale, 0, 0],
      scales: {
        x: { time: false },
        y: {
          distr: look.log ? 3 : 1,
          range: look.log ? undefined : (_, low, high) => rangeWithin(low, high, look.within),
        },
      },
      axes: [
        { ...axis, size: 26 * scale, space: 50 * scale, values: (_, ticks) => ticks.map(xWords) },
        {
          ...axis,
          size: 46 * scale,
          space: 30 * scale,
          values: (_, ticks) => ticks.map((at) => (at == null || empty() ? "" : look.tick(at))),
        },
      ],
      series: [{}, ...this.allSeries()],
      hooks: {
        setScale: [(_, key) => key === "x" && this.hold(this.held)],
        setCursor: [() => this.letGo(), () => this.tell()],
        draw: [() => this.drawMarker(), this.drawn],
      },
    };
  }

  private allSeries(): uPlot.Series[] {
    const { scale, doubled, colour } = this.look;
    const make = ({ label, colour: name, points, dash }: Line, raw: boolean): uPlot.Series => {
      const stroke = colour(name);
      return {
        label,
        stroke,
        width: (points || raw ? 1.5 : 1.75) * scale,
        dash: dash?.map((part) => part * scale),
        alpha: raw ? RAW : 1,
        spanGaps: true,
        points: { show: Boolean(points), size: 5 * scale, fill: stroke },
      };
    };
    const shown = this.lines.map((line) => make(line, false));
    return doubled ? [...this.lines.map((line) => make(line, true)), ...shown] : shown;
  }

  private drawMarker(): void {
    const at = this.look.marker();
    if (at === null) return;
    const { ctx, bbox } = this.plot;
    const x = Math.round(this.plot.valToPos(at, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = this.look.colour("--ink");
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }
}

/** The value at a place, or the last one before it. */
function newest(ys: Column, from: number): number | null {
  for (let at = from; at >= 0; at -= 1) if (ys[at] != null) return ys[at] ?? null;
  return null;
}
