/** Bytes as text: what JSON can carry. */

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** `String.fromCharCode` takes arguments, and engines take only so many. */
const AT_ONCE = 8192;

export function textOf(bytes: Uint8Array): string {
  let letters = "";
  for (let at = 0; at < bytes.length; at += AT_ONCE)
    letters += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return btoa(letters);
}
