/** Records what a canvas shows as a WebM clip: weights as they are learned, spikes as they travel. */
const FRAMES_A_SECOND = 30;
const BITS_A_SECOND = 8_000_000;
/** A clip that somebody forgot ends by itself, in milliseconds. */
const LONGEST = 60_000;

export const canRecord = (): boolean =>
  typeof MediaRecorder !== "undefined" && MediaRecorder.isTypeSupported("video/webm");

/** Begins to record; gives the function that ends it, and calls `done` with the clip in either case. */
export function recordClip(canvas: HTMLCanvasElement, done: (clip: Blob) => void): () => void {
  const stream = canvas.captureStream(FRAMES_A_SECOND);
  const recorder = new MediaRecorder(stream, { mimeType: "video/webm", videoBitsPerSecond: BITS_A_SECOND });
  const parts: Blob[] = [];
  const end = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  const late = setTimeout(end, LONGEST);
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => {
    clearTimeout(late);
    stream.getTracks().forEach((track) => track.stop());
    done(new Blob(parts, { type: "video/webm" }));
  };
  recorder.start();
  return end;
}
