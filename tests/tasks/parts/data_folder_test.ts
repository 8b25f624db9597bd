import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { folderOfStore } from "../../../tasks/parts/data_folder.ts";
import { test } from "../../harness.ts";

test("folderOfStore() is the folder of the database's file, however it is written", () => {
  const folder = resolve("some folder");
  assert.equal(folderOfStore("file:carillon.db"), resolve("."));
  assert.equal(folderOfStore("file:some folder/carillon.db"), folder);
  assert.equal(folderOfStore(`file:${join(folder, "carillon.db")}`), folder);
  assert.equal(folderOfStore(pathToFileURL(join(folder, "carillon.db")).href), folder);
});

test("folderOfStore() is the current folder for a store without a file", () => {
  assert.equal(folderOfStore(":memory:"), resolve("."));
  assert.equal(folderOfStore("memory"), resolve("."));
});
