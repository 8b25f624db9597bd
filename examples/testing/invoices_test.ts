import assert from "node:assert/strict";
import { test } from "node:test";
import { cron, task } from "carillon";
import { testScheduler } from "carillon/testing";

const invoices = task({
  name: "invoices",
  schedules: [{ trigger: cron("0 9 * * mon-fri") }],
  retry: { maxAttempts: 3, backoff: "fixed", base: { minutes: 10 }, jitter: 0 },
  run(_input, { job }) {
    if (job.attempt === 1) throw new Error("the bank sleeps");
  },
});

test("invoices go out at nine, also across the clock change", async () => {
  await using t = await testScheduler({ tasks: [invoices], start: "2026-03-27T00:00[Europe/Berlin]" });
  await t.clock.advance({ days: 4 });
  t.assertRan(invoices, { times: 4 }); // Friday and Monday, two attempts each
  assert.equal(t.ran(invoices)[2]?.startedAt.toString(), "2026-03-30T07:00:00Z");
});
