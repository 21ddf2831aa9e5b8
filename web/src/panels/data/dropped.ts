/** What lies in files and folders that were dropped. */
import type { GivenFile } from "../../state/own-files";

/** Gives every file, those of folders too; must be called within the drop itself, after which the list is empty. */
export function filesOf(files: FileList | null | undefined, items?: DataTransferItemList): Promise<GivenFile[]> {
  const entries = [...(items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (!entries.some((entry) => entry.isDirectory))
    return Promise.resolve([...(files ?? [])].map((file) => ({ path: file.name, file })));
  return Promise.all(entries.map((entry) => inside(entry, ""))).then((found) => found.flat());
}

async function inside(entry: FileSystemEntry, folder: string): Promise<GivenFile[]> {
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: GivenFile[] = [];
  for (;;) {
    // A hundred at a time, until there are none.
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await inside(one, `${path}/`)));
  }
}
