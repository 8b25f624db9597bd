import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, test } from "../harness.ts";
import { fixtureFacts } from "./decorated_fixture.ts";
import { withFolder } from "../folders.ts";

const root = new URL("../../", import.meta.url);
const legacy = { experimentalDecorators: true };

/** The facts that both call shapes must give. */
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

test("types of decorators are checked the same under experimentalDecorators (checker: Deno's)", async () => {
  const { compilerOptions } = JSON.parse(await readFile(new URL("deno.json", root), "utf8"));
  await inFolder({ compilerOptions: { ...compilerOptions, ...legacy } }, async (folder) => {
    const files = ["decorator_types_test.ts", "decorated_fixture.ts"]
      .map((file) => fileURLToPath(new URL(file, import.meta.url)));
    await execute(["check", "--no-lock", "--config", join(folder, "deno.json"), ...files], folder);
  });
}, { ignore: runtime !== "deno" });

/** Compiles and runs the fixture with `experimentalDecorators`, in a folder of its own. */
async function runLegacyFixture(): Promise<string> {
  const source = await readFile(new URL("./decorated_fixture.ts", import.meta.url), "utf8");
  const elsewhere = source.replaceAll(
    /"\.\.\/\.\.\/(src\/[^"]+)"/g,
    (_, path) => JSON.stringify(specifier(new URL(path, root))),
  );
  return await inFolder({ compilerOptions: legacy }, async (folder) => {
    const main = join(folder, "fixture.ts");
    await writeFile(main, `${elsewhere}\nconsole.log(JSON.stringify(fixtureFacts()));\n`);
    const options = ["run", "-A", "--no-lock", "--config", join(folder, "deno.json")];
    return await execute(runtime === "deno" ? [...options, main] : [main], folder);
  });
}

/** An absolute import, as the runtime likes it best. */
function specifier(url: URL): string {
  return runtime === "deno" ? url.href : fileURLToPath(url);
}

/** Works in a new folder with this configuration for Deno and Bun, and removes it. */
async function inFolder<Result>(config: object, work: (folder: string) => Promise<Result>): Promise<Result> {
  return await withFolder(async (folder) => {
    for (const name of ["deno.json", "tsconfig.json"]) {
      await writeFile(join(folder, name), JSON.stringify(config));
    }
    return await work(folder);
  });
}

/** Runs this runtime again in a folder, whose configuration counts; gives what it prints, and rejects with it when it fails. */
function execute(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd }, (error, stdout) => error ? reject(error) : resolve(stdout));
  });
}
