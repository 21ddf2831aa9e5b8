/** One layer's weights; weight = `values[row * columns + column] * scale`, rows are the neurons that receive. */
export interface FrameLayer {
  rows: number;
  columns: number;
  scale: number;
  /** Mean |Δweight| since the frame before, over mean |weight|; 0 in the first frame. */
  change: number;
  /** Spikes per neuron and step. */
  rate: number;
  /** A view into the frame's own buffer: nothing is copied. */
  values: Int8Array;
}

/** All weights of a network at one update. */
export interface Frame {
  run: string;
  sequence: number;
  update: number;
  epoch: number;
  layers: FrameLayer[];
}

/** Says why bytes are no weight frame that this page can read. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code = "wire";
}

const MAGIC = 0x46443353; // "S3DF" read as a little-endian number
const VERSION = 1;
const HEADER_BYTES = 40;
const ROW_BYTES = 32;

/** Read a frame. Its layers are views into `buffer`; raises WireError for anything that is not a whole frame. */
export function decodeFrame(buffer: ArrayBuffer): Frame {
  const view = new DataView(buffer);
  if (view.byteLength < HEADER_BYTES) throw new WireError("The weight frame is truncated.");
  if (view.getUint32(0, true) !== MAGIC) throw new WireError("This is not a weight frame.");
  const version = view.getUint16(4, true);
  if (version !== VERSION) {
    throw new WireError(`The weight frame has version ${version}, this page reads ${VERSION}: reload the page.`);
  }
  const count = view.getUint16(6, true);
  if (view.byteLength < HEADER_BYTES + count * ROW_BYTES) throw new WireError("The weight frame is truncated.");
  const layers = Array.from({ length: count }, (_, index) => readLayer(view, HEADER_BYTES + index * ROW_BYTES));
  return {
    run: readAscii(new Uint8Array(buffer, 24, 16)),
    sequence: view.getUint32(8, true),
    update: view.getUint32(12, true),
    epoch: view.getUint32(16, true),
    layers,
  };
}

function readLayer(view: DataView<ArrayBuffer>, at: number): FrameLayer {
  const rows = view.getUint32(at, true);
  const columns = view.getUint32(at + 4, true);
  const offset = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  if (size !== rows * columns || offset + size > view.byteLength) {
    throw new WireError("The weight frame is damaged: a layer reaches beyond its end.");
  }
  return {
    rows,
    columns,
    scale: view.getFloat32(at + 8, true),
    change: view.getFloat32(at + 12, true),
    rate: view.getFloat32(at + 16, true),
    values: new Int8Array(view.buffer, offset, size),
  };
}

function readAscii(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}
