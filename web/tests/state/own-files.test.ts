/** Files given together become one zip that others read; what is too much is refused in words. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { titleOf, together, zipped } from "../../src/state/own-files";

const given = (path: string, content: string | Uint8Array<ArrayBuffer>) => ({
  path,
  file: new File([content], path.split("/").pop()!),
});

it("packs files so that Python reads them whole, names in every alphabet", async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7919) % 251);
  const blob = new Blob(await zipped([given("öl/1.png", bytes), given("öl/empty", ""), given("b", "text")]));
  const folder = mkdtempSync(join(tmpdir(), "snntrainer3d-zip-"));
  writeFileSync(join(folder, "a.zip"), new Uint8Array(await blob.arrayBuffer()));
  const read = `
import sys, zipfile, zlib
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print([(one.filename, one.file_size, zlib.crc32(archive.read(one))) for one in archive.infolist()])`;
  const said = execFileSync("python3", ["-c", read, join(folder, "a.zip")], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(said.trim()).toBe("[('öl/1.png', 70000, 1331467303), ('öl/empty', 0, 0), ('b', 4, 999008199)]");
});

it("leaves a single file as it is, and calls others by what they share", async () => {
  const one = given("a.csv", "1,2");
  expect(await together([one])).toEqual({ file: one.file, what: "a.csv" });
  const pair = (await together([given("shd_train.h5", "a"), given("shd_test.h5", "b")]))!;
  expect([pair.file.name, pair.what]).toEqual(["shd.zip", "shd_train.h5, shd_test.h5"]);
  const folder = (await together([given("pets/cat/1.png", "a"), given("pets/.DS_Store", "b")]))!;
  expect([folder.file.name, folder.what]).toEqual(["pets.zip", "folder pets with 1 file"]);
  expect(await together([given("__MACOSX/a", "x")])).toBeNull();
});

it("calls files together what the command line calls them", () => {
  const golden = readFileSync(join(import.meta.dirname, "../../../tests/golden/titles.json"), "utf8");
  const cases = JSON.parse(golden) as { files: string[]; title: string }[];
  expect(cases.length).toBeGreaterThan(9);
  expect(cases.map(({ files }) => ({ files, title: titleOf(files) }))).toEqual(cases);
});

it("says what is more than the page takes, and who takes it", async () => {
  const large = { path: "d/a", file: Object.defineProperty(new File([], "a"), "size", { value: 2e9 }) };
  await expect(together([large])).rejects.toThrow("1 file of 2,000,000,000 bytes: more than the page takes");
});
