import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { runtime, test } from "../harness.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

function refusal(tool: string, ...args: readonly string[]): string {
  const run = ["run", "-A", "--no-check", `tools/${tool}.ts`, ...args];
  const { status, stderr } = spawnSync(process.execPath, run, { cwd: root, encoding: "utf8" });
  assert.equal(status, 2, stderr);
  return stderr;
}

// A call that did nothing must not look like one that found nothing.
test("tools refuse calls that are wrong with an exit code of their own (on Deno)", () => {
  assert.match(refusal("chaos", "--minutes", "ten"), /^--minutes must be a number .*'ten'/);
  assert.match(refusal("chaos", "--seeds", "7"), /'--seeds'/);
  assert.match(refusal("simulate", "--seeds", "0"), /^--seeds must be a whole number of at least 1/);
  assert.match(refusal("simulate", "--store", "redis"), /memory or libsql/);
  assert.match(refusal("simulate", "74"), /74/);
  assert.match(refusal("plant_bug", "no-such-bug"), /missing-fence/);
}, { ignore: runtime !== "deno" });
