import type { Painted } from "./labels";

/** Give a PNG of the canvas as it was just drawn, with the labels that stand over it. */
export function savePicture(canvas: HTMLCanvasElement, texts: readonly Painted[], scale: number): Promise<Blob> {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  if (!context) return Promise.reject(new Error("This browser gives no 2D canvas to save the picture with."));
  context.drawImage(canvas, 0, 0);
  context.scale(scale, scale);
  context.textBaseline = "middle";
  for (const { text, x, y, size, weight, colour } of texts) {
    context.font = `${weight} ${size}px system-ui, sans-serif`;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }
  return new Promise((resolve, reject) =>
    copy.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be saved."))), "image/png"),
  );
}
