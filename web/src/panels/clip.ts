/** Records what a canvas shows as a WebM clip: weights as they are learned, spikes as they travel. */
const FRAMES_A_SECOND = 30;
const BITS_A_SECOND = 8_000_000;
/** A file of fewer bytes has a head but no picture yet. */
const HEAD_BYTES = 1000;
const PART_MS = 200;
/** How long the first picture is waited for, once the clip shall end. */
const FIRST_WITHIN = 4000;
/** A clip that somebody forgot ends by itself, in milliseconds. */
const LONGEST = 60_000;

export const canRecord = (): boolean =>
  typeof MediaRecorder !== "undefined" && MediaRecorder.isTypeSupported("video/webm");

/** Begins to record; gives the function that ends it, and calls `done` with the clip in either case. */
export function recordClip(canvas: HTMLCanvasElement, done: (clip: Blob) => void): () => void {
  const stream = canvas.captureStream(FRAMES_A_SECOND);
  const recorder = new MediaRecorder(stream, { mimeType: "video/webm", videoBitsPerSecond: BITS_A_SECOND });
  const parts: Blob[] = [];
  let bytes = 0;
  let ending: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  // A busy machine packs the first pictures long after they were drawn: ended at once, the clip would be without any.
  const end = () => {
    if (bytes > HEAD_BYTES) stop();
    else ending ??= setTimeout(stop, FIRST_WITHIN);
  };
  const late = setTimeout(end, LONGEST);
  recorder.ondataavailable = (event) => {
    parts.push(event.data);
    bytes += event.data.size;
    if (ending !== undefined) end();
  };
  recorder.onstop = () => {
    clearTimeout(late);
    clearTimeout(ending);
    stream.getTracks().forEach((track) => track.stop());
    done(new Blob(parts, { type: "video/webm" }));
  };
  recorder.start(PART_MS);
  return end;
}
