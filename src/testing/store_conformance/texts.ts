import assert from "node:assert/strict";
import { newJob, scheduleWrite } from "./records.ts";
import { defined, only } from "./store_test.ts";
import { check, type StoreCheck } from "./store_check.ts";

/** What is left when a text is cut off within a character. */
const half = "\u{1f600}".slice(0, 1);
const cut = `cut ${half}`;
const json = JSON.stringify({ cut, "\\ud83d": "\\\ud83d\\" });

/** A store may replace the half of a character, and nothing else. */
function same(answered: string | null | undefined, given: string): void {
  assert.equal(wellFormed(answered ?? ""), wellFormed(given));
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Texts that no encoding knows: whatever may hold one is stored and answered, and spoils nothing around it. */
export const textTests: readonly StoreCheck[] = [
  check(
    "a text that was cut off within a character is stored: inputs, metadata, values, errors",
    async (t) => {
      await t.task();
      await t.store.addJobs([newJob("a", { input: cut, metadata: { cut } })]);
      await t.store.addJobs([1, 2, 3, 4, 5].map((number) => newJob(`b${number}`, { input: json })));
      await t.store.addJobs([newJob("c", { input: cut, concurrencyKey: "k" })]);
      const job = only(await t.claim(await t.scheduler(), { limit: 1 }));
      same(job.input, cut);
      const error = { name: "Error", message: cut };
      await t.end(job, { to: "finished", outcome: "error", value: cut, error, keepMs: 1000 });
      const finished = await t.job("a");
      same(finished.value, cut);
      same(finished.error?.message, cut);
      same(String(finished.metadata["cut"]), cut);
      assert.equal((await t.job("b3")).input, json);
      same((await t.job("c")).input, cut);
      same(defined(await t.store.updateJob("c", { input: `${cut}!` })).input, `${cut}!`);
    },
  ),
  check("a text that was cut off within a character is stored: logs, progress, reasons", async (t) => {
    await t.task();
    const job = await t.running("a");
    const line = { line: 1, atMs: 1, level: "info", message: cut, fields: json } as const;
    await t.store.putLogs([{ jobSeq: job.seq, claimNumber: job.claimNumber, part: "run", lines: [line] }]);
    const stored = only(defined(await t.store.getLogs("a")));
    same(stored.message, cut);
    assert.equal(stored.fields, json);
    const fence = { seq: job.seq, incarnation: job.owner as number, claimNumber: job.claimNumber };
    await t.store.putProgress([{ fence, progress: { done: 1, total: 2, message: cut, atMs: 1 } }]);
    same((await t.job("a")).progress?.message, cut);
    await t.end(job, { to: "parked", reason: cut });
    same((await t.job("a")).parkedReason, cut);
    const { cancelled } = await t.store.cancelJobs(["a"], { reason: cut, keepMs: 1000 });
    same(only(cancelled).cancelRequested, cut);
  }),
  check("a text that was cut off within a character is stored: schedules", async (t) => {
    const schedule = scheduleWrite("s", { description: cut, error: cut, input: json, metadata: { cut } });
    const [written] = defined(await t.store.writeSchedules({ puts: [{ expected: null, schedule }] }));
    same(written?.description, cut);
    same(written?.error, cut);
    assert.equal(written?.input, json);
    same(String(written?.metadata["cut"]), cut);
  }),
];
