import { runStep } from "../../tools/step.ts";
import { bunTests, checkSteps, denoTests, docExamples, GUIDES } from "../../tools/steps.ts";
import { runtime, test } from "../harness.ts";
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

// The gate runs on Deno; there it starts both runtimes.
const onlyOnDeno = { ignore: runtime !== "deno" };

const HARNESS = await readFile(new URL("../harness.ts", import.meta.url), "utf8");
const HEAD = `import { test } from "./harness.ts"; import process from "node:process";\n`;
const PASSES = `${HEAD}test("passes", () => { process; });\n`;

const HANGS = "a test that hangs in a hot loop";

/** Test files that go wrong. Each must end as a failure on both runtimes, with any exit code. */
const FAILURES: Readonly<Record<string, string>> = {
  "a failing test": `${HEAD}test("fails", () => { throw new Error("no"); });`,
  "a throw at import": `${HEAD}test("never", () => {}); throw new Error("at import");`,
  "an import that does not exist": `import "./missing.ts";`,
  "a test that ends the process with 0": `${HEAD}test("exits", () => process.exit(0));`,
  "a test that kills the process": `${HEAD}test("dies", () => process.kill(process.pid, "SIGKILL"));`,
  // Not forever: were this very run killed, the loop would outlive it.
  [HANGS]: `${HEAD}test("hangs", () => { const end = Date.now() + 10_000; while (Date.now() < end); });`,
  "a rejection nobody handles": `${HEAD}Promise.reject(new Error("dangling")); test("a", () => {});`,
};

async function inProject<T>(files: Readonly<Record<string, string>>, use: (cwd: string) => Promise<T>) {
  const cwd = await mkdtemp(join(tmpdir(), "carillon-project-"));
  try {
    for (const [path, text] of Object.entries({ "deno.json": "{}", "tests/harness.ts": HARNESS, ...files })) {
      await mkdir(dirname(join(cwd, path)), { recursive: true });
      await writeFile(join(cwd, path), text);
    }
    return await use(cwd);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

for (const [what, text] of Object.entries(FAILURES)) {
  for (const [runtimeName, tests] of [["Deno", denoTests], ["Bun", bunTests]] as const) {
    test(`the gate fails on ${what} on ${runtimeName}`, async () => {
      const files = { "tests/good_test.ts": PASSES, "tests/bad_test.ts": text };
      const testLimitMs = what === HANGS ? 1500 : 30_000;
      const outcome = await inProject(files, (cwd) => runStep(tests({ cwd, testLimitMs })));
      assert.ok(outcome.failed > 0, outcome.output);
      assert.equal(/killed: it took longer/.test(outcome.output), what === HANGS, outcome.output);
    }, onlyOnDeno);
  }
}

test("the gate counts the tests of both runtimes", async () => {
  const files = { "tests/a_test.ts": PASSES, "tests/b_test.ts": PASSES + PASSES.slice(HEAD.length) };
  await inProject(files, async (cwd) => {
    assert.equal((await runStep(denoTests({ cwd }))).passed, 3);
    assert.equal((await runStep(bunTests({ cwd }))).passed, 3);
  });
}, onlyOnDeno);

test("the gate fails on a type error, on lint and on format, each by itself", async () => {
  const files = { "src/a.ts": `export   const a: number = "text"; debugger;` };
  await inProject(files, async (cwd) => {
    for (const step of checkSteps({ cwd })) assert.equal((await runStep(step)).failed, 1, step.name);
  });
}, onlyOnDeno);

test("the gate runs the examples of doc comments and of the README", async () => {
  const example =
    "/**\n * Adds.\n *\n * ```ts\n * throw new Error(`example`);\n * ```\n */\nexport const a = 1;\n";
  await inProject({ "src/a.ts": example, "README.md": "```ts\nconst one = 1;\n```\n" }, async (cwd) => {
    const { passed, failed } = await runStep(docExamples({ cwd }));
    assert.deepEqual({ passed, failed }, { passed: 1, failed: 1 });
  });
}, onlyOnDeno);

test("the gate fails on an example whose claim is false", async () => {
  const block = (claim: string) => `\`\`\`ts\nconsole.assert(${claim}, "sum");\n\`\`\`\n`;
  await inProject({ "README.md": block("1 + 1 === 3") + block("1 + 1 === 2") }, async (cwd) => {
    const { passed, failed, output } = await runStep(docExamples({ cwd }));
    assert.deepEqual({ passed, failed }, { passed: 1, failed: 1 });
    assert.match(output, /The claim of an example is false: sum/);
  });
}, onlyOnDeno);

test("the gate runs the examples of every guide that has some", async () => {
  const folder = new URL("../../docs/", import.meta.url);
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".md") || name === "testing.md") continue;
    const hasExamples = (await readFile(new URL(name, folder), "utf8")).includes("```ts\n");
    assert.equal(GUIDES.includes(`docs/${name}`), hasExamples, name);
  }
});
