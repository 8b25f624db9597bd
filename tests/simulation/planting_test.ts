import assert from "node:assert/strict";
import { plantBug } from "../../tools/plant_bug.ts";
import { runtime, test } from "../harness.ts";
import { mutations } from "./mutations.ts";

/** Bugs of different kinds that are caught within a second or two. */
const PLANTED = ["missing-version-check", "promoted-too-early", "coalesce-off-by-one"];

for (const mutation of mutations.filter(({ name }) => PLANTED.includes(name))) {
  test(`the simulation catches '${mutation.name}': ${mutation.what} (on Deno)`, async () => {
    const { seed, line } = await plantBug(mutation);
    assert.equal(seed, mutation.seed, line);
  }, { ignore: runtime !== "deno" });
}
