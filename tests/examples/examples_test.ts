import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "../harness.ts";
import { withFolder } from "../folders.ts";
import { startExample } from "./run_example.ts";

/** Output of each example that ends on its own. */
const outputs: Readonly<Record<string, readonly RegExp[]>> = {
  first: [/^mails sent: 1$/m, /^the report for now$/m, /^digest +mail\.digest/m, /09:00.*\[Europe\/Berlin\]/],
  decorators: [/^two days: 280$/m, /^pong$/m, /^sales\.week runs sales\.report at .*T08:00:00Z$/m],
  retries: [
    /^attempt 2 failed: the bank/m,
    /^rates, at attempt 3$/m,
    /^jobFailed: there is no such street$/m,
  ],
  batches: [
    /^asking for tea, bread, salt$/m,
    /^asking for ham$/m,
    /^salt: 1$/m,
    /^ham: no ham in this shop$/m,
  ],
  middleware: [
    /^store, attempt 1: failed$/m,
    /^closed the connection of job 1$/m,
    /^store, attempt 2: succeeded$/m,
    /^stored by the connection of job 1$/m,
  ],
  cluster: [/^image 1 resized by (anna|bert)$/m, /^image 8 resized by (anna|bert)$/m],
  edge_tick: [/^1 done, wake me at \d{4}-/m, /^[3-9] done, wake me at \d{4}-/m],
  events: [/^files\.copy started$/m, /^[123] of 3$/m, /^log: copied/m, /^files\.copy ended with success$/m],
  custom_trigger: [/^2026-01-03\n2026-02-0[12]\n2026-03-03$/m, /^true$/m, /^howling example\.moon$/m],
};

for (const [name, patterns] of Object.entries(outputs)) {
  test(`examples/${name}.ts does what it says`, async () => {
    const output = await startExample(name).output();
    for (const pattern of patterns) assert.match(output, pattern);
  });
}

test(
  "examples/web_server.ts takes jobs, returns results, and stops in order at SIGTERM (not on Windows)",
  async () => {
    await withFolder(async (folder) => {
      const env = { PORT: "0", DATABASE: `file:${join(folder, "greetings.db")}` };
      const example = startExample("web_server", env);
      const [url] = /http:\S+/.exec(await example.line(/listening/))!;

      const added = await fetch(`${url}/greetings/ada`, { method: "POST" });
      assert.equal(added.status, 202);
      const { job } = await added.json() as { job: string };
      const result = await (await fetch(`${url}/jobs/${job}`)).json() as { value: string };
      assert.equal(result.value, "Hello ada");
      const refused = await fetch(`${url}/greetings/${"a".repeat(41)}`, { method: "POST" });
      assert.deepEqual([refused.status, await refused.json()], [422, { code: "invalidInput" }]);
      const unknown = await fetch(`${url}/jobs/nobody`);
      assert.deepEqual([unknown.status, await unknown.json()], [404, { code: "jobNotFound" }]);

      // Not by the child's own kill(): on Deno that reports an end by the signal even where it was handled.
      process.kill(example.process.pid!, "SIGTERM");
      assert.match(await example.output(), /^stopped$/m);
    });
  },
  { ignore: process.platform === "win32" },
);

test("examples/ has no program that is not run here, and none of 60 lines or more", async () => {
  const folder = new URL("../../examples/", import.meta.url);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
  assert.deepEqual(names.sort(), [...Object.keys(outputs), "web_server"].map((name) => `${name}.ts`).sort());
  for (const name of names) {
    const lines = (await readFile(new URL(name, folder), "utf8")).trimEnd().split("\n").length;
    assert.ok(lines < 60, `${name} has ${lines} lines`);
  }
});
