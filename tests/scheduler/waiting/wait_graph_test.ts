import assert from "node:assert/strict";
import { isCarillonError } from "../../../src/errors.ts";
import { WaitGraph } from "../../../src/scheduler/waiting/wait_graph.ts";
import { test } from "../../harness.ts";

test("refuseLoop() refuses a job that waits for itself, or for one that waits for it", async () => {
  const waits = new WaitGraph();
  const refused = (error: unknown) => isCarillonError(error, "jobWaitsForItself");
  assert.throws(() => waits.refuseLoop("a", "a"), refused);
  waits.refuseLoop("a", "b");
  const over = Promise.withResolvers<void>();
  const waiting = waits.during("a", "b", new Map(), () => over.promise);
  assert.throws(() => waits.refuseLoop("b", "a"), refused);
  over.resolve();
  await waiting;
  waits.refuseLoop("b", "a");
});
