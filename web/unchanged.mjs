// Runs a check unless it passed before and nothing that it reads has changed: node unchanged.mjs NAME PATH… -- COMMAND
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "node_modules/.cache/unchanged";
const ALWAYS = ["package-lock.json", "unchanged.mjs"];
const words = process.argv.slice(2);
const [name, ...paths] = words.slice(0, words.indexOf("--"));
const command = words.slice(words.indexOf("--") + 1);

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((entry) => filesOf(join(path, entry)));
}

const digest = createHash("sha256").update(command.join("\0"));
for (const file of [...ALWAYS, ...paths].flatMap(filesOf).sort())
  digest.update(`\0${file}\0`).update(readFileSync(file));
const found = digest.digest("hex");
const stamp = join(FOLDER, name);

function passedBefore() {
  try {
    return readFileSync(stamp, "utf8") === found;
  } catch {
    return false;
  }
}

if (passedBefore()) {
  console.log(`${name}: passed before, and nothing has changed.`);
} else {
  rmSync(stamp, { force: true });
  const { status } = spawnSync(command[0], command.slice(1), { stdio: "inherit" });
  process.exitCode = status ?? 1;
  mkdirSync(FOLDER, { recursive: true });
  if (status === 0) writeFileSync(stamp, found);
}
