/** Forms of what comes and goes: the binary weight frame, as `snntrainer3d.frames` writes it, and tables as text. */
export { decodeFrame, WireError, type Frame, type FrameLayer } from "./frame";
export { csvCell, markdownText } from "./table";
