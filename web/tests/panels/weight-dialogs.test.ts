// @vitest-environment happy-dom
/** The dialogs that ask what a weight file does not say: its time step, and which module is which layer. */
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FoundModule } from "../../src/api";
import ModulesDialog from "../../src/panels/runs/ModulesDialog.svelte";
import TimeStepDialog from "../../src/panels/runs/TimeStepDialog.svelte";
import { notices, runs, session, workbench } from "../../src/state";
import { madeRun } from "../state/library/made-runs";
import { until } from "../until";

interface Asked {
  method: string;
  address: URL;
}
let asked: Asked[];
/** What the server answers, by method and end of the path. */
let answers: Record<string, (address: URL) => [status: number, body: unknown]>;

const imports = () => asked.filter(({ address }) => address.pathname === "/api/runs/import-weights");
const file = (name: string) => new File(["what it holds"], name);
const imported = (id: string, assumed: number | null = null, told: string[] = []) => ({
  ...madeRun({ id, name: "net" }),
  notices: told,
  assumed_dt_s: assumed,
});

beforeEach(() => {
  asked = [];
  answers = {};
  vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
    const address = new URL(path, "http://here");
    const method = init.method ?? "GET";
    asked.push({ method, address });
    const answer = answers[`${method} ${address.pathname}`];
    if (!answer) return Promise.reject(new TypeError("offline"));
    const [status, body] = answer(address);
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  notices.toasts = [];
  session.untimed = null;
  session.doubtful = [];
});
afterEach(() => {
  cleanup();
  session.close();
  vi.unstubAllGlobals();
});

it("a file without a time step is loaded again with the one that is given, in place of the run with the assumed", async () => {
  answers["POST /api/runs/import-weights"] = ({ searchParams }) =>
    searchParams.has("dt_s")
      ? [201, imported("timed")]
      : [201, imported("assumed", 1e-4, ["The file says no time step; 0.1 ms were assumed.", "Another thing."])];
  answers["DELETE /api/runs/assumed"] = () => [204, null];
  const nir = file("net.nir");
  await session.importWeights(nir);
  const [notice, ...others] = notices.toasts;
  expect([notice.level, notice.text, notice.action?.label, others]).toEqual([
    "warning",
    "“net” is loaded.\nThe file says no time step; 0.1 ms were assumed.\nAnother thing.",
    "Time step…",
    [],
  ]);
  notice.action?.run();
  expect(session.untimed).toEqual({ file: nir, run: "assumed", seconds: 1e-4 });

  render(TimeStepDialog, session.untimed!);
  expect(screen.getByRole("dialog").textContent).toContain("0.1 ms were assumed");
  const field = screen.getByLabelText(/Time step/, { selector: "input" });
  const load = screen.getByRole<HTMLButtonElement>("button", { name: "Load again" });
  for (const [typed, sensible] of [
    ["", false],
    ["0", false],
    ["-1", false],
    ["2.5", true],
  ] as const) {
    await fireEvent.input(field, { target: { value: typed } });
    expect(load.disabled, typed).toBe(!sensible);
  }
  await fireEvent.click(load);
  await until(() => expect(asked.map(({ method }) => method)).toContain("DELETE"));
  expect(imports().map(({ address }) => address.searchParams.get("dt_s"))).toEqual([null, "0.0025"]);
  expect([session.untimed, runs.openId]).toEqual([null, "timed"]);
});

it("a file that is not loaded again with a time step leaves the run that there is", async () => {
  answers["POST /api/runs/import-weights"] = () => [
    400,
    { error: { code: "input", message: "Not so.", path: "", hint: "", faults: [] } },
  ];
  runs.reset("assumed");
  render(TimeStepDialog, { file: file("net.nir"), run: "assumed", seconds: 1e-4 });
  await fireEvent.click(screen.getByRole("button", { name: "Load again" }));
  await until(() => expect(notices.toasts.map(({ text }) => text)).toContain("Loading net.nir: Not so."));
  await until(() => expect(session.busy).toBe(false));
  expect(asked.map(({ method }) => method)).not.toContain("DELETE");
  expect(runs.openId).toBe("assumed");
});

const module = (name: string, sort: FoundModule["sort"], fits: number[]): FoundModule => ({
  name,
  sort,
  shapes: sort === "connections" ? { weight: [64, 64], bias: [64] } : { beta: [], threshold: [] },
  fits,
  layer: null,
});
const DOUBT = {
  code: "mismatch",
  message: "The state dict fits the architecture in more than one way.",
  path: "fc_a",
  hint: "",
  faults: [{ path: "lif_a", message: "may be of layers.0 or layers.1.", hint: "Say which is which: --map …" }],
};

it("a state dict that fits in two ways is loaded as it is said, and asked about again where that does not do", async () => {
  const modules = [
    module("fc_a", "connections", [0, 1]),
    module("fc_b", "connections", [0, 1]),
    module("lif_a", "neurons", [0, 1]),
    module("lif_b", "neurons", [0, 1]),
  ];
  answers["POST /api/runs/import-weights"] = ({ searchParams }) =>
    searchParams.getAll("map").some((one) => one.startsWith("lif")) ? [201, imported("said")] : [422, { error: DOUBT }];
  answers["POST /api/runs/import-weights/modules"] = () => [200, { modules }];
  await session.importWeights(file("net.safetensors"));
  expect([notices.toasts, session.doubtful.length]).toEqual([[], 1]);
  const network = JSON.stringify(workbench.spec.network);
  expect(asked.map(({ address }) => address.searchParams.get("network"))).toEqual([network, network]);

  const first = render(ModulesDialog, { doubtful: session.doubtful[0] });
  expect(screen.queryByRole("alert")).toBe(null);
  const load = () => screen.getByRole<HTMLButtonElement>("button", { name: "Load" });
  const select = (name: string) => screen.getByLabelText<HTMLSelectElement>(name);
  expect(load().disabled).toBe(true);
  expect([...select("Weights of Hidden 1").options].map(({ value }) => value)).toEqual(["", "fc_a", "fc_b"]);
  await fireEvent.change(select("Weights of Hidden 1"), { target: { value: "fc_b" } });
  expect(screen.getByRole("group", { name: "Weights" }).textContent).toContain("weight 64 × 64, bias 64");
  await fireEvent.click(load());
  await until(() => expect(session.doubtful[0]?.said).toEqual({ fc_b: 0 }));
  first.unmount();

  render(ModulesDialog, { doubtful: session.doubtful[0] });
  expect(screen.getByRole("alert").textContent?.trim()).toBe("Still in doubt: lif_a. Choose the layers of these too.");
  expect(select("Weights of Hidden 1").value).toBe("fc_b");
  await fireEvent.change(select("Neurons of Output"), { target: { value: "lif_a" } });
  await fireEvent.click(load());
  await until(() => expect(runs.openId).toBe("said"));
  await tick();
  expect(imports().at(-1)?.address.searchParams.getAll("map")).toEqual(["fc_b=layers.0", "lif_a=layers.1"]);
  expect(session.doubtful).toEqual([]);
});

it("two files in doubt wait for their turn, and one that is given up leaves the other", async () => {
  answers["POST /api/runs/import-weights"] = () => [422, { error: DOUBT }];
  answers["POST /api/runs/import-weights/modules"] = () => [200, { modules: [module("fc_a", "connections", [0, 1])] }];
  await session.importWeights(file("one.pt"));
  await session.importWeights(file("two.pt"));
  render(ModulesDialog, { doubtful: session.doubtful[0] });
  screen.getByRole("heading", { name: "Layers of one.pt" });
  await fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(session.doubtful.map((one) => one.file.name)).toEqual(["two.pt"]);
});

it("a file that does not fit at all is told, and not asked about", async () => {
  answers["POST /api/runs/import-weights"] = () => [422, { error: { ...DOUBT, message: "It is of another network." } }];
  answers["POST /api/runs/import-weights/modules"] = () => [422, { error: DOUBT }];
  await session.importWeights(file("other.pt"));
  expect(session.doubtful).toEqual([]);
  expect(notices.toasts[0].text).toBe(
    "Loading other.pt: It is of another network. lif_a: may be of layers.0 or layers.1. Say which is which: --map …",
  );
});
