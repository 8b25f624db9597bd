import { test } from "../harness.ts";
import { allRules } from "./all_rules.ts";
import { loadProject, projectOf } from "./project.ts";
import { report } from "./rule.ts";
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const project = await loadProject(root);

for (const rule of allRules) {
  test(`the tree keeps the rule: ${rule.name}`, () => {
    const violations = [...rule.check(project)];
    // Not an assertion: its difference of two lists would bury the message.
    if (violations.length > 0) throw new Error(report(rule, violations));
  });

  test(`the rule can fail: ${rule.name}`, () => {
    for (const { tree, at } of rule.broken) {
      const places = [...rule.check(projectOf(tree))].map(({ path, line }) => `${path}:${line}`);
      assert.ok(places.includes(at), `expected a violation at ${at}, found ${places.join(", ") || "none"}`);
    }
    for (const tree of rule.kept) assert.deepEqual([...rule.check(projectOf(tree))], []);
  });
}

test("every file in rules/ is among the rules that are checked", async () => {
  const rules = (await readdir(new URL("rules/", import.meta.url))).length;
  assert.equal(allRules.length, rules);
  assert.equal(new Set(allRules.map((rule) => rule.name)).size, rules);
});

test("the tree was found", () => {
  assert.ok(project.files.has("src/errors.ts"));
  assert.ok(!project.files.keys().some((path) => path.includes("node_modules")));
});
