import assert from "node:assert/strict";
import { type ErrorCode, isCarillonError } from "../../src/errors.ts";
import type { EventType } from "../../src/events/event.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import type { LibsqlStore } from "../../src/stores/libsql.ts";

/** A trouble of a store, its repair, and the reported error codes. */
export interface Trouble {
  readonly store: LibsqlStore;
  readonly codes: readonly ErrorCode[];
  readonly begin: () => Promise<void>;
  readonly mend: () => Promise<void>;
  /** Length of the value of each job. @default 20000 */
  readonly bytes?: number;
}

/** A scheduler survives trouble with its store: that is reported once, nothing is lost, and work continues on its own. */
export async function surviveTrouble({ store, codes, begin, mend, bytes = 20_000 }: Trouble): Promise<void> {
  const echo = task({ name: "echo", maxRunningJobs: null, run: () => "x".repeat(bytes) });
  await using scheduler = new Scheduler({ store, tasks: [echo], lease: { seconds: 1 } });
  const heard = new Map<string, number>();
  let onEvent = (): void => {};
  const types: EventType[] = ["storeFailed", "storeRecovered"];
  scheduler.subscribe(({ type }) => {
    heard.set(type, (heard.get(type) ?? 0) + 1);
    onEvent();
  }, { types });
  const until = (type: EventType) =>
    new Promise<void>((resolve) => {
      onEvent = () => heard.has(type) ? resolve() : undefined;
      onEvent();
    });
  await scheduler.startInBackground();
  assert.equal((await scheduler.runJob(echo)).length, bytes);
  await begin();
  const acknowledged: string[] = [];
  await assert.rejects(async () => {
    for (;;) acknowledged.push((await scheduler.addJob(echo)).id);
  }, (error) => codes.some((code) => isCarillonError(error, code)));
  await until("storeFailed");
  await mend();
  await until("storeRecovered");
  assert.equal((await scheduler.runJob(echo)).length, bytes);
  for (const id of acknowledged) {
    assert.equal((await scheduler.getJobResult(id, { wait: true })).outcome, "success");
  }
  assert.deepEqual(await store.integrity(), []);
}
