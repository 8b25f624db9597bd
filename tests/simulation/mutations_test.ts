import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "../harness.ts";
import { mutations } from "./mutations.ts";

test("every bug can be planted: its text is in its file, once", async () => {
  assert.ok(mutations.length >= 10);
  for (const { name, file, find, replace } of mutations) {
    const text = await readFile(new URL(`../../${file}`, import.meta.url), "utf8");
    assert.equal(text.split(find).length, 2, name);
    assert.notEqual(find, replace, name);
  }
});
