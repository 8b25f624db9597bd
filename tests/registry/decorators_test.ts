import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, test } from "../harness.ts";
import { fixtureFacts } from "./decorated_fixture.ts";

/** What both call shapes must give. */
const expected = {
  tasks: [
    ["Base.alone", ["alone"], "alone sales friday job-1"],
    ["Base.between", ["Base.between"], "wrapped between sales"],
    ["Base.nightly", [], "nightly Derived"],
    ["Base.outside", [], "wrapped outside sales"],
    ["Base.typescriptPrivate", [], "private sales"],
    ["Derived.redecorated", [], "derived sales"],
    ["base.first", ["base.first", "named"], "first sales"],
    ["base.overridden", [], "derived sales"],
  ],
  resolved: ["base.first", "Base.between", "Base.outside", "base.overridden", "Base.nightly"],
  baseMethod: "derived sales",
  refusals: Array(5).fill("invalidTask"),
};

test("decorators register every kind of method in the standard shape", () => {
  assert.deepEqual(fixtureFacts(), { shapes: [2], ...expected });
});

test("decorators register the same in the legacy shape, compiled with experimentalDecorators", async () => {
  assert.deepEqual(JSON.parse(await runLegacyFixture()), { shapes: [3], ...expected });
}, { ignore: runtime === "node" });

/** Compiles and runs the fixture with `experimentalDecorators`, in a folder of its own. */
async function runLegacyFixture(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-legacy-"));
  try {
    const config = JSON.stringify({ compilerOptions: { experimentalDecorators: true } });
    await writeFile(join(folder, "deno.json"), config);
    await writeFile(join(folder, "tsconfig.json"), config);
    const source = await readFile(new URL("./decorated_fixture.ts", import.meta.url), "utf8");
    const root = new URL("../../", import.meta.url);
    await writeFile(
      join(folder, "fixture.ts"),
      source.replaceAll(
        /"\.\.\/\.\.\/(src\/[^"]+)"/g,
        (_, path) => JSON.stringify(pathOf(new URL(path, root))),
      ) +
        "\nconsole.log(JSON.stringify(fixtureFacts()));\n",
    );
    return await runFile(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As the runtime likes absolute imports best. */
function pathOf(url: URL): string {
  return runtime === "deno" ? url.href : fileURLToPath(url);
}

function runFile(folder: string): Promise<string> {
  const args = runtime === "deno"
    ? ["run", "-A", "--no-lock", "--config", join(folder, "deno.json"), join(folder, "fixture.ts")]
    : [join(folder, "fixture.ts")];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { cwd: folder },
      (error, stdout) => error ? reject(error) : resolve(stdout),
    );
  });
}
