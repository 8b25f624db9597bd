import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { sleep } from "../../src/time/clock.ts";
import { SERVER_EXISTS, SERVER_PROGRAM } from "../../tools/libsql_server.ts";
import { systemClock } from "../../src/time/system_clock.ts";

/** Why tests that need a server cannot run here, for their names; undefined where they can. */
export const noServer = !SERVER_EXISTS
  ? " (skipped: the server's package is for 64-bit Linux only)"
  : existsSync(SERVER_PROGRAM)
  ? undefined
  : " (skipped: the server is missing; run deno run -A tools/libsql_server.ts)";

/** Time limit of a health check of the server before the next one. */
const ANSWER_MS_MAX = 1000;

/** A real libSQL server in a folder of its own. */
export class LibsqlServer {
  readonly host: string;
  readonly #folder: string;
  #flags: readonly string[];
  #child: ChildProcess | undefined;

  constructor(folder: string, host: string, flags: readonly string[]) {
    this.#folder = folder;
    this.host = host;
    this.#flags = flags;
  }

  /** Starts a server; resolves once it answers. Its data is below `parent`. */
  static async start(flags: readonly string[] = [], parent: string = tmpdir()): Promise<LibsqlServer> {
    const folder = await mkdtemp(join(parent, "carillon-"));
    const server = new LibsqlServer(folder, `127.0.0.1:${await freePort()}`, flags);
    await server.restart();
    return server;
  }

  /** Starts it again on the same folder and port, with other flags where some are given. */
  async restart(flags: readonly string[] = this.#flags): Promise<void> {
    this.#flags = flags;
    const args = ["-d", this.#folder, "--http-listen-addr", this.host, "--no-welcome", ...this.#flags];
    this.#child = spawn(SERVER_PROGRAM, args, { stdio: "ignore" });
    this.#child.unref();
    // real time: a server in a process of its own gets ready
    while (!await this.#answers()) await sleep(systemClock, 10);
  }

  /** Ends it at once, whatever it is doing. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.ref();
    child.kill("SIGKILL");
    await ended;
  }

  /** Freezes it where it stands, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    // Deno takes the child's own `kill` for its end.
    if (this.#child?.pid) process.kill(this.#child.pid, signal);
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }

  /** Ends it for good, without waiting: for where nothing can wait any more. */
  endNow(): void {
    this.#child?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    try {
      const response = await fetch(`http://${this.host}/health`, {
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
