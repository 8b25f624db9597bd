import assert from "node:assert/strict";
import { decodeScheduler } from "../../../../src/stores/sqlite/rows/scheduler_row.ts";
import { test } from "../../../harness.ts";

function decode(tasks: string, tags: string) {
  const { incarnation, tasks: read, tags: offered } = decodeScheduler(
    JSON.stringify([7, "name", "both", tasks, tags, "{}", 1000, 1, 2]),
  );
  return { incarnation, tasks: read, tags: offered };
}

test("decodeScheduler() never throws: what names no task or tag is left out", () => {
  const sound = { incarnation: 7, tasks: [{ name: "a", version: 2 }], tags: ["gpu"] };
  assert.deepEqual(decode('[["a",2]]', '["gpu"]'), sound);
  assert.deepEqual(decode('[["a",2],5,null]', '["gpu"]'), sound);
  for (const broken of ["{}", '{"a":1}', "5", "not JSON"]) {
    assert.deepEqual(decode(broken, broken), { incarnation: 7, tasks: [], tags: [] });
  }
});
