import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "../../harness.ts";

const explain = new URL("../../../src/scheduler/explain/explanation.ts", import.meta.url);

test("each cause that explain() can give is tried by a test", async () => {
  const [, union = ""] = /export type ExplanationCause =([^;]*);/.exec(await readFile(explain, "utf8")) ?? [];
  const causes = [...union.matchAll(/\| "(\w+)"/g)].map(([, cause]) => cause!);
  assert.ok(causes.length >= 19, `found ${causes.length} causes`);
  let tests = "";
  for (const folder of [new URL(".", import.meta.url), new URL("../flows/", import.meta.url)]) {
    for (const name of await readdir(folder)) {
      const text = await readFile(new URL(name, folder), "utf8");
      if (text.includes("explain(")) tests += text;
    }
  }
  assert.deepEqual(causes.filter((cause) => !tests.includes(`"${cause}"`)), []);
});
