/** The real server, on a home of its own that is gone afterwards. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");
export const PYTHON = process.env.PYTHON ?? join(ROOT, ".venv/bin/python");
const PATIENCE_MS = 240_000;

export class Server {
  url = "";
  private child: ChildProcess | null = null;
  private said = "";

  private constructor(
    readonly home: string,
    public token: string,
  ) {}

  /** With a token the server asks for it. */
  static async start(token = ""): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "snntrainer3d-page-")), token);
    await server.run(0);
    return server;
  }

  /** Starts anew on the same home and address. */
  async again(): Promise<void> {
    await this.run(Number(new URL(this.url).port));
  }

  private run(port: number): Promise<void> {
    const env = { ...process.env, SNNTRAINER3D_HOME: this.home, SNNTRAINER3D_TOKEN: this.token, PYTHONUNBUFFERED: "1" };
    const child = spawn(PYTHON, ["-m", "snntrainer3d", "serve", "--port", String(port), "--no-browser"], {
      env,
      cwd: ROOT,
    });
    this.child = child;
    this.said = "";
    return new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error(`The server did not start:\n${this.said}`)), PATIENCE_MS);
      const hear = (data: Buffer) => {
        this.said += data.toString();
        const found = /http:\/\/[\d.]+:\d+/.exec(this.said);
        if (!found) return;
        clearTimeout(late);
        this.url = `${found[0]}/`;
        this.answers().then(done, fail);
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.on("exit", (code) => fail(new Error(`The server ended with ${code}:\n${this.said}`)));
    });
  }

  private async answers(): Promise<void> {
    for (const begun = Date.now(); Date.now() - begun < PATIENCE_MS; ) {
      const headers = { Authorization: `Bearer ${this.token}` };
      const answer = await fetch(`${this.url}api/health`, { headers }).catch(() => null);
      if (answer?.ok) return;
      await new Promise((done) => setTimeout(done, 200));
    }
    throw new Error(`The server does not answer:\n${this.said}`);
  }

  /** Ends the server as a machine that is switched off would. */
  async kill(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGINT");
      await gone;
    }
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
