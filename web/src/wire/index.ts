/** The binary weight frame, as `snntrainer3d.frames` writes it: the one form in which weights reach the page. */
export { decodeFrame, WireError, type Frame, type FrameLayer } from "./frame";
