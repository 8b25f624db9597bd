import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "../harness.ts";
import { mutations } from "./mutations.ts";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

test("every bug can be planted: its text is in its file, once", async () => {
  for (const { name, unmask = [], ...edit } of mutations) {
    for (const { file, find, replace } of [edit, ...unmask]) {
      assert.equal((await read(file)).split(find).length, 2, name);
      assert.notEqual(find, replace, name);
    }
  }
});

test("the guide lists every bug with the seed that catches it", async () => {
  const guide = await read("docs/testing.md");
  for (const { name, seed, what } of mutations) {
    assert.ok(guide.includes(`| \`${name}\` | ${seed} | ${what} |`), name);
  }
});
