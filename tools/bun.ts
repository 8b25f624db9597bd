/**
 * Finds the Bun that the tests are meant for, and runs it: `deno task test:bun [files]`.
 *
 * Bun comes from npm where it is not installed, so that a machine with Node and npm can run every test.
 */
import { runCommand } from "./run_command.ts";
import { spawn } from "node:child_process";
import process from "node:process";

/** The version that the tests are run with. */
export const BUN_VERSION = "1.4.5";

const VERSION_LIMIT_MS = 20_000;
const DOWNLOAD_LIMIT_MS = 300_000;

let found: Promise<string> | undefined;

/** The path of the right Bun: the one on the PATH if it has the version, else npm's. Throws where there is none. */
export function findBun(): Promise<string> {
  return found ??= lookForBun();
}

async function lookForBun(): Promise<string> {
  const installed = await runCommand({ program: "bun", args: ["--version"], timeLimitMs: VERSION_LIMIT_MS });
  if (installed.code === 0 && installed.output.trim() === BUN_VERSION) return "bun";
  // The path, not the tests, through npx: a signal sent to npx does not reach what it runs.
  const { code, output } = await runCommand(throughNpx(["-p", "process.execPath"]));
  const path = output.trim().split(/\r?\n/).at(-1);
  if (code === 0 && path) return path;
  throw new Error(
    `Cannot get Bun ${BUN_VERSION} from npm; install it, or npm with network access\n${output}`,
  );
}

function throughNpx(args: readonly string[]) {
  const npx = ["npx", "--yes", `bun@${BUN_VERSION}`, ...args];
  // On Windows npx is a batch file, which only the command interpreter can run.
  const [program = "npx", ...rest] = process.platform === "win32" ? ["cmd.exe", "/d", "/c", ...npx] : npx;
  // Bun's package fetches its program with an install script.
  const env = { npm_config_ignore_scripts: "false", npm_config_update_notifier: "false" };
  return { program, args: rest, env, timeLimitMs: DOWNLOAD_LIMIT_MS };
}

if (import.meta.main) {
  const files = process.argv.slice(2);
  const args = ["test", ...(files.length > 0 ? files : ["./tests"]), "--timeout=60000"];
  spawn(await findBun(), args, { stdio: "inherit" }).on("close", (code) => process.exit(code ?? 1));
}
