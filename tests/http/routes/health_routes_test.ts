import assert from "node:assert/strict";
import { CarillonError } from "../../../src/errors.ts";
import { memory } from "../../../src/stores/memory.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { test } from "../../harness.ts";
import { controlTest, greet, TOKEN, withControl } from "../control_fixture.ts";

controlTest(
  "GET /health answers 200 without a token while all is well, with the status only",
  async ({ send }) => {
    const answer = await send("GET /health");
    assert.deepEqual([answer.status, answer.body], [200, { status: "ok" }]);
    assert.equal((await send("GET /scheduler/health")).status, 401);
    const shown = await send("GET /scheduler/health", undefined, {
      headers: { Authorization: `Bearer ${TOKEN}` },
    });
    assert.deepEqual([shown.status, shown.body], [200, {
      status: "ok",
      scheduler: { role: "both", state: "running", paused: false },
      stores: [{ name: "main", answers: true }],
      lagMs: 0,
    }]);
  },
  { app: { auth: { tokens: [TOKEN] } } },
);

test("GET /health answers 503 for a scheduler that is not started, and does not open its store", async () => {
  const store = memory();
  await withControl(async ({ send }) => {
    const answer = await send("GET /health");
    assert.deepEqual([answer.status, answer.body], [503, { status: "failing" }]);
    await assert.rejects(store.getTasks(), { code: "storeClosed" });
  }, { start: false, scheduler: { store } });
});

test("GET /health answers 200 for a client, which is never started", async () => {
  await withControl(async ({ send }) => {
    assert.equal((await send("GET /health")).status, 200);
  }, { start: false, scheduler: { role: "client" } });
});

test("GET /scheduler/health says how late the scheduler is", async () => {
  const clock = new VirtualClock("2026-01-01T00:00Z");
  await withControl(async ({ scheduler, send }) => {
    await scheduler.addSchedule(greet, cron("0 1 * * *"), { input: { name: "Ada" } });
    scheduler.pause();
    await clock.advance({ hours: 1, minutes: 2 });
    const answer = await send("GET /scheduler/health");
    assert.deepEqual([answer.status, answer.at("lagMs")], [200, 120_000]);
    assert.equal(answer.at("scheduler.paused"), true);
  }, { app: { clock }, scheduler: { clock } });
});

test("GET /health answers 503 and no secrets when a store fails, and asks it once for all who ask", async () => {
  const store = memory();
  const logged: string[] = [];
  const note = (message: string) => void logged.push(message);
  const logger = { debug: note, info: note, warn: note, error: note };
  await withControl(async ({ send }) => {
    const getSchedules = store.getSchedules;
    let asked = 0;
    store.getSchedules = () => {
      asked++;
      return Promise.reject(new CarillonError("storeUnavailable", "file:secret/path.db is gone"));
    };
    const answers = await Promise.all([send("GET /scheduler/health"), send("GET /health")]);
    store.getSchedules = getSchedules;
    assert.deepEqual(answers.map(({ status }) => status), [503, 503]);
    assert.deepEqual(answers[0]!.at("stores"), [{ name: "main", answers: false }]);
    assert.equal(answers[0]!.at("lagMs"), null);
    assert.equal(JSON.stringify(answers[0]!.body).includes("secret"), false);
    assert.deepEqual([asked, logged], [1, ["a store does not answer"]]);
    assert.equal((await send("GET /health")).status, 200);
  }, { scheduler: { store }, app: { logger } });
});

test("GET /health does not wait forever for a store", async () => {
  const store = memory();
  const clock = new VirtualClock();
  await withControl(async ({ send }) => {
    const getSchedules = store.getSchedules;
    store.getSchedules = () => new Promise(() => {});
    const answer = send("GET /scheduler/health");
    await clock.advance({ seconds: 6 });
    store.getSchedules = getSchedules;
    assert.deepEqual([(await answer).status, (await answer).at("stores.0.answers")], [503, false]);
  }, { scheduler: { store }, app: { clock } });
});
