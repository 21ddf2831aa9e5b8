/** A person's own files dropped on the page: looked at, trained, and their confusion matrix shown. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { application } from "./application";
import { PYTHON } from "./server";

const app = application();
let folder = "";

/** Two classes of pictures, a crescent at the left or at the right; a table of two clouds; the zip with a fault in it. */
const MAKE = `
import io, sys, zipfile
import numpy as np
from PIL import Image
random = np.random.default_rng(0)
files = {}
for name, side in (("left", slice(0, 4)), ("right", slice(6, 10))):
    for at in range(30):
        picture = random.integers(0, 60, (10, 10)).astype(np.uint8)
        picture[2:8, side] = random.integers(150, 255)
        out = io.BytesIO()
        Image.fromarray(picture).save(out, "PNG")
        files[f"{name}/{at}.png"] = out.getvalue()
def pack(name, content):
    with zipfile.ZipFile(f"{sys.argv[1]}/{name}", "w") as archive:
        for path, data in content.items():
            archive.writestr(path, data)
pack("sides.zip", files)
pack("broken.zip", {**files, "left/odd.png": b"no picture", "stray.png": files["left/0.png"]})
rows = ["x,y,where"]
for at in range(80):
    centre = 0.2 if at % 2 else 0.8
    rows.append(f"{centre + random.normal() * 0.05:.4f},{centre + random.normal() * 0.05:.4f},{'low' if at % 2 else 'high'}")
def moving(side, seed):
    random = np.random.default_rng(seed)
    times = np.sort(random.integers(0, 300_000, 200))
    ways = times / 300_000 if side == "right" else 1 - times / 300_000
    rows = zip((ways * 30).astype(int), random.integers(8, 26, 200), random.integers(0, 2, 200), times)
    return b"".join(bytes((int(x), int(y))) + ((int(p) << 23) | int(t)).to_bytes(3, "big") for x, y, p, t in rows)
recorded = {f"{side}/{at}.bin": moving(side, at) for side in ("left", "right") for at in range(20)}
pack("moving.zip", recorded)
pack("cut.zip", {**recorded, "left/cut.bin": b"1234567"})
import h5py, os
for part, each in (("train", 20), ("test", 10)):
    with h5py.File(f"{sys.argv[1]}/shd_{part}.h5", "w") as file:
        for name, kind in (("times", np.float16), ("units", np.uint16)):
            file.create_dataset(f"spikes/{name}", (2 * each,), h5py.vlen_dtype(kind))
        for at in range(2 * each):
            file["spikes/times"][at] = np.sort(random.random(60))
            file["spikes/units"][at] = random.integers(0, 350, 60) + 350 * (at % 2)
        file["labels"] = np.arange(2 * each) % 2
        file.create_dataset("extra/keys", data=["low", "high"], dtype=h5py.string_dtype())
for path, content in files.items():
    os.makedirs(os.path.dirname(f"{sys.argv[1]}/sides/{path}"), exist_ok=True)
    open(f"{sys.argv[1]}/sides/{path}", "wb").write(content)
towns = ["Id;town;width;kind;origin"]
for at in range(1, 41):
    towns.append(f"{at};{'xyz'[at % 3]};{at % 7 + random.random():.2f};{at % 4};{'ab'[at % 2]}".replace(".", ","))
open(f"{sys.argv[1]}/towns.csv", "w", encoding="utf-16").write("\\r".join(towns))
open(f"{sys.argv[1]}/clouds.csv", "w").write("\\n".join(rows))
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "snntrainer3d-own-"));
  execFileSync(PYTHON, ["-c", MAKE, folder]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Drops files or a folder on the data sets, as a hand does. */
async function drop(page: Page, ...names: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const target = page.getByRole("button", { name: "Your own data" });
  await target.scrollIntoViewIfNeeded();
  const box = (await target.boundingBox())!;
  const [x, y] = [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
  const data = { items: [], files: names.map((name) => join(folder, name)), dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, x, y, data });
  await session.detach();
}

const dialog = (page: Page) => page.getByRole("dialog", { name: "Your own data" });

/** The names of the own data sets that are kept. */
async function own(page: Page): Promise<string[]> {
  const rows = (await (await page.request.get(new URL("api/datasets", app.url).href)).json()) as { name: string }[];
  return rows.map(({ name }) => name).filter((name) => name.startsWith("own-"));
}

/** Takes what was dropped, and waits for a design that fits it, without faults. */
async function designed(page: Page, title: RegExp): Promise<void> {
  await dialog(page).getByRole("button", { name: "Import" }).click();
  await page.getByRole("button", { name: "Train on it" }).click();
  await page.locator(".tabs .title", { hasText: title }).first().waitFor();
}

/** Takes what was dropped, trains it, and gives the accuracy that the results tell. */
async function trained(page: Page, classes: [string, string]): Promise<string> {
  await dialog(page).getByRole("button", { name: "Import" }).click();
  await page.getByRole("button", { name: "Train on it" }).click();
  await page.getByLabel("Epochs").fill("20");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".run .what", { hasText: "Finished" }).waitFor();
  await page.getByRole("tab", { name: "Results" }).click();
  const matrix = page.getByRole("table", { name: /confusion/i });
  for (const name of classes) await matrix.getByText(name, { exact: true }).first().waitFor();
  return (await page.locator(".results, main").first().textContent()) ?? "";
}

it("takes a zip of pictures by class: preview, balance, training, confusion matrix", async () => {
  const { page, complaints } = await app.open();
  await drop(page, "sides.zip");
  await dialog(page).getByText("grey pictures of 10×10").waitFor();
  expect(await dialog(page).getByRole("img", { name: "A sample of left" }).count()).toBeGreaterThan(3);
  const row = dialog(page).getByRole("row", { name: /^left/ });
  expect(await row.textContent()).toMatch(/24\s*6/);
  await trained(page, ["left", "right"]);
  expect(complaints).toEqual([]);
});

it("takes a zip of events by class: frames as they are asked for, preview, training, confusion matrix", async () => {
  const { page, complaints } = await app.open();
  await drop(page, "moving.zip");
  await dialog(page).getByText("20 frames of 2×34×34").waitFor();
  await dialog(page).getByLabel("Frames").fill("8");
  await dialog(page).getByLabel("Bring pictures to").fill("17");
  await dialog(page).getByRole("button", { name: "Read again" }).click();
  await dialog(page).getByText("8 frames of 2×17×17").waitFor();
  expect(await dialog(page).getByRole("img", { name: "A sample of left" }).count()).toBeGreaterThan(3);
  await trained(page, ["left", "right"]);
  expect(complaints).toEqual([]);
  await drop(page, "cut.zip");
  await dialog(page).getByText("left/cut.bin").waitFor();
  expect(await dialog(page).textContent()).toContain("not whole events of 5");
});

it("takes a folder of pictures by class, and keeps nothing of it when that is cancelled", async () => {
  const { page, complaints } = await app.open();
  const before = await own(page);
  await drop(page, "sides");
  await dialog(page).getByText("grey pictures of 10×10").waitFor();
  await dialog(page).getByText("folder sides with 60 files").waitFor();
  expect(await dialog(page).getByRole("row", { name: /^left/ }).textContent()).toMatch(/24\s*6/);
  await dialog(page).getByText("Nothing is kept yet.").waitFor();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  await dialog(page).waitFor({ state: "detached" });
  expect(await own(page)).toEqual(before);
  expect(complaints).toEqual([]);
});

it("takes spike trains for training and for the test together, and keeps that split", async () => {
  const { page, complaints } = await app.open();
  await drop(page, "shd_test.h5", "shd_train.h5");
  await dialog(page).getByText("as its maker split it").waitFor();
  await dialog(page).getByText("40 to train on, 20 for the test").waitFor();
  expect(await dialog(page).getByRole("row", { name: /^low/ }).textContent()).toMatch(/20\s*10/);
  expect(await dialog(page).getByLabel("For the test").count()).toBe(0);
  await dialog(page).getByLabel("Merge channels to").fill("70");
  await dialog(page).getByRole("button", { name: "Read again" }).click();
  await dialog(page).getByText("20 frames of 70 channels").waitFor();
  await designed(page, /^70-.*-2$/);
  expect(complaints).toEqual([]);
});

it("takes a CSV: numbers, classes, and the network that they need", async () => {
  const { page, complaints } = await app.open();
  await drop(page, "clouds.csv");
  await dialog(page).getByText("Your own data: 2 numbers.").waitFor();
  await designed(page, /^2-.*-2$/);
  expect(complaints).toEqual([]);
});

it("says how a table is read before anything is kept, and reads it as a person chooses", async () => {
  const { page, complaints } = await app.open();
  const towns = async () => (await own(page)).filter((name) => name.startsWith("own-towns"));
  const asked = dialog(page);
  const again = () => asked.getByRole("button", { name: "Read again" }).click();
  await drop(page, "towns.csv");
  // Two columns of words: none of them is taken for the label by itself.
  await asked.getByText("column town").waitFor();
  expect(await asked.getByRole("button", { name: "Import" }).count()).toBe(0);
  await asked.getByText("Columns left out").click();
  await asked.getByRole("checkbox", { name: "town" }).check();
  await again();
  const read = asked.getByRole("region", { name: "How it is read" });
  await read.getByText("separated by semicolon, with , as the decimal sign").waitFor();
  await read.getByText("The label is the column origin (the only one of words).").waitFor();
  const left = await asked.getByRole("region", { name: "Left out" }).textContent();
  expect(left).toContain("1 column (Id): numbers the rows");
  expect(left).toContain("1 column (town): left out as chosen");
  await asked.getByText("Nothing is kept yet.").waitFor();
  // What is imported is what was seen.
  await asked.getByLabel("Label").fill("kind");
  expect(await asked.getByRole("button", { name: "Import" }).isDisabled()).toBe(true);
  await asked.getByRole("checkbox", { name: "origin" }).check();
  await again();
  await read.getByText("The label is the column kind (as chosen).").waitFor();
  expect(await asked.getByRole("row").count()).toBe(1 + 4);
  expect(await towns()).toEqual([]);
  await asked.getByRole("button", { name: "Import" }).click();
  await asked.getByText("Kept on this machine as").waitFor();
  expect(await towns()).toEqual(["own-towns"]);
  await asked.getByRole("button", { name: "Remove it" }).click();
  await asked.waitFor({ state: "detached" });
  expect(await towns()).toEqual([]);
  expect(complaints.filter((one) => !one.includes("422"))).toEqual([]);
});

it("tells every fault of a zip by its file, and keeps nothing of it", async () => {
  const { page } = await app.open();
  await drop(page, "broken.zip");
  await dialog(page).getByText("stray.png").waitFor();
  await dialog(page).getByText("left/odd.png").waitFor();
  expect(await dialog(page).textContent()).toContain("lies in no class's folder");
  expect(await dialog(page).getByRole("button", { name: "Train on it" }).count()).toBe(0);
  await dialog(page).getByRole("button", { name: "Close" }).click();
  expect(await page.getByRole("radio", { name: /broken/ }).count()).toBe(0);
});
