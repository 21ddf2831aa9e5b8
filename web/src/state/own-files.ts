/** Files and folders given together, as the one file that the server takes: packed into a zip, not shrunk. Pure. */

import { counted } from "./format";

export interface GivenFile {
  /** Where it lies in what was given, its name at the end. */
  path: string;
  file: File;
}

export interface Given {
  file: File;
  /** What was given, in words. */
  what: string;
}

/** What the server takes in one request, and a plain zip holds. */
const MOST_BYTES = 1_000_000_000;
const MOST_FILES = 65_535;
const ROLES = /(^|[^a-z])(train(?:ing)?|test(?:ing)?|valid(?:ation)?|val)(?![a-z])/gi;

/** Gives what files are called together: the first one's name without what tells it from the others, else its folder's. */
export function titleOf(paths: readonly string[]): string {
  const [name, folder = ""] = paths[0].split("/").reverse();
  if (paths.length === 1) return name;
  const stem = name.split(".")[0].replace(ROLES, "$1");
  return stem.replace(/^[-_. ]+|[-_. ]+$/g, "") || (/[^.]/.test(folder) ? folder : "data");
}

/** Gives what was dropped as one file; throws a message for people where it is too much for the page. */
export async function together(files: readonly GivenFile[]): Promise<Given | null> {
  const shown = files.filter(({ path }) => !path.split("/").some((part) => /^(\.|__MACOSX)/.test(part)));
  if (shown.length === 0) return null;
  const [{ path, file }] = shown;
  if (shown.length === 1 && !path.includes("/")) return { file, what: file.name };
  const bytes = shown.reduce((sum, one) => sum + one.file.size, 0);
  if (bytes > MOST_BYTES || shown.length > MOST_FILES) {
    const count = `${counted(shown.length, "file")} of ${bytes.toLocaleString("en-US")} bytes`;
    throw new Error(`${count}: more than the page takes. Give them to: snntrainer3d datasets import PATH`);
  }
  const folders = new Set(shown.map((one) => (one.path.includes("/") ? one.path.split("/")[0] : "")));
  const [folder] = folders.size === 1 ? folders : [""];
  const title = folder || titleOf(shown.map((one) => one.path));
  const what = folder
    ? `folder ${folder} with ${counted(shown.length, "file")}`
    : shown.map((one) => one.path).join(", ");
  return { file: new File(await zipped(shown), `${title}.zip`), what };
}

/** Gives the parts of a zip that stores files as they are; the files themselves stay where they lie until it is sent. */
export async function zipped(files: readonly GivenFile[]): Promise<BlobPart[]> {
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let [at, listed] = [0, 0];
  for (const { path, file } of files) {
    const name = new TextEncoder().encode(path);
    const crc = crc32(new Uint8Array(await file.arrayBuffer()));
    // Version 2.0, names in UTF-8, stored, 1 January 1980, CRC, packed and plain size, length of the name, nothing else.
    const about = numbers([2, 20], [2, 0x800], [2, 0], [2, 0], [2, 33], [4, crc], [4, file.size], [4, file.size]);
    const local = [numbers([4, 0x04034b50]), about, numbers([2, name.length], [2, 0]), name];
    const entry = [
      numbers([4, 0x02014b50], [2, 20]),
      about,
      numbers([2, name.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, at]),
      name,
    ];
    parts.push(...local, file);
    directory.push(...entry);
    at += lengthOf(local) + file.size;
    listed += lengthOf(entry);
  }
  const count = files.length;
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, listed], [4, at], [2, 0]);
  return [...parts, ...directory, end];
}

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** Gives numbers of so many bytes each, the lowest first. */
function numbers(...fields: [size: 2 | 4, value: number][]): Uint8Array<ArrayBuffer> {
  const made = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) made.setUint16(at, value, true);
    else made.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(made.buffer);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
