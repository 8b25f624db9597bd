import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { databaseFile } from "../../../tasks/parts/data_folder.ts";
import { test } from "../../harness.ts";

test("databaseFile() is the file of a store, however it is written", () => {
  const file = resolve("some folder", "carillon.db");
  assert.equal(databaseFile("file:carillon.db"), resolve("carillon.db"));
  assert.equal(databaseFile(`file:${join("some folder", "carillon.db")}`), file);
  assert.equal(databaseFile("file:some%20folder/carillon.db"), file);
  assert.equal(databaseFile(`file:${file}`), file);
  assert.equal(databaseFile(pathToFileURL(file).href), file);
});

test("databaseFile() is undefined for a store without a file", () => {
  assert.equal(databaseFile(":memory:"), undefined);
  assert.equal(databaseFile("memory"), undefined);
});
