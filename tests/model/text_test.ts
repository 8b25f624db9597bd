import assert from "node:assert/strict";
import { didYouMean, editDistance, suggest } from "../../src/model/text.ts";
import { test } from "../harness.ts";

test("editDistance() counts insertions, deletions, replacements and swaps of neighbours", () => {
  const cases: [string, string, number][] = [
    ["", "", 0],
    ["abc", "abc", 0],
    ["", "abc", 3],
    ["abc", "ab", 1],
    ["abc", "axc", 1],
    ["abc", "acb", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ];
  for (const [a, b, distance] of cases) {
    assert.equal(editDistance(a, b), distance, `${a} ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} ${a}`);
  }
});

test("suggest() finds the nearest candidate in any case, and none that is too far", () => {
  const names = ["mail.digest", "reports.daily", "ping"];
  assert.equal(suggest("mail.digset", names), "mail.digest");
  assert.equal(suggest("Ping", names), "ping");
  assert.equal(suggest("reports.dialy", names), "reports.daily");
  assert.equal(suggest("backup", names), undefined);
  assert.equal(suggest("x", ["y", "xy"]), undefined);
  assert.equal(suggest("xz", ["y", "xy"]), "xy");
  assert.equal(suggest("anything", []), undefined);
});

test("suggest() looks for nothing near a very long word, and compares a bounded number of candidates", () => {
  const long = "x".repeat(300_000);
  assert.equal(suggest(long, [`${long}y`]), undefined);
  assert.equal(suggest("ping", [long, "pinh"]), "pinh");
  let taken = 0;
  function* many() {
    for (; taken < 1_000_000; taken++) yield "abcd";
  }
  assert.equal(suggest("wxyz", many()), undefined);
  assert.ok(taken <= 1000, String(taken));
});

test("didYouMean() is a tail for a message, or nothing", () => {
  assert.equal(didYouMean("pnig", ["ping"]), "; did you mean 'ping'?");
  assert.equal(didYouMean("other", ["ping"]), "");
});
