import { BUN_VERSION, findBun } from "../../tools/bun.ts";
import { runCommand } from "../../tools/run_command.ts";
import { runtime, test } from "../harness.ts";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const LIMIT_MS = 30_000;
// The stand-ins for bun and npx are shell scripts.
const onlyWithShell = { ignore: runtime !== "deno" || process.platform === "win32" };

/** The result of findBun() where only these programs exist. */
async function findAmong(programs: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-path-"));
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const tool = JSON.stringify(new URL("../../tools/bun.ts", import.meta.url).href);
  const code = `const { findBun } = await import(${tool}); console.log(await findBun());`;
  const args = ["eval", "--quiet", code];
  const { output } = await runCommand({
    program: process.execPath,
    args,
    env: { PATH: folder },
    timeLimitMs: LIMIT_MS,
  });
  await rm(folder, { recursive: true });
  return output.trim();
}

test("findBun() gives a Bun of the version that the tests are meant for", async () => {
  const { output } = await runCommand({
    program: await findBun(),
    args: ["--version"],
    timeLimitMs: LIMIT_MS,
  });
  assert.equal(output.trim(), BUN_VERSION);
});

test("findBun() takes the Bun on the PATH only when it has the version", async () => {
  const npx = `echo "from npm: $*"`;
  assert.equal(await findAmong({ bun: `echo ${BUN_VERSION}`, npx }), "bun");
  const wanted = `from npm: --yes bun@${BUN_VERSION} -p process.execPath`;
  assert.equal(await findAmong({ bun: "echo 1.0.0", npx }), wanted);
  assert.equal(await findAmong({ npx }), wanted);
}, onlyWithShell);

test("findBun() fails, and says what to do, when npm has none either", async () => {
  const answer = await findAmong({ npx: "echo network down; exit 1" });
  assert.match(answer, /Cannot get Bun .* from npm; install it/);
  assert.match(answer, /network down/);
}, onlyWithShell);
