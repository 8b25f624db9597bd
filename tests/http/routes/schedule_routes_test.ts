import assert from "node:assert/strict";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { type Control, controlTest, endless, failing, greet, nextStart } from "../control_fixture.ts";

const yearly = "0 0 1 1 *";

async function addTwo({ scheduler }: Control): Promise<void> {
  await scheduler.addSchedule(greet, cron(yearly, { timeZone: "Europe/Berlin" }), {
    id: "mail/yearly",
    input: { name: "Ada" },
    description: "Once a year",
  });
  await scheduler.addSchedule(failing, interval({ hours: 1 }, { first: "afterPeriod" }), { id: "hourly" });
}

controlTest("GET /schedules lists schedules by next fire time, with ISO instants", async (control) => {
  await addTwo(control);
  const answer = await control.send("GET /schedules");
  assert.equal(answer.status, 200);
  assert.deepEqual([answer.at("items.0.id"), answer.at("items.1.id")], ["hourly", "mail/yearly"]);
  assert.deepEqual(answer.at("items.1.trigger"), {
    kind: "cron",
    expression: yearly,
    timeZone: "Europe/Berlin",
  });
  assert.match(String(answer.at("items.1.nextFireTime")), /^\d{4}-12-31T23:00:00Z$/);
  assert.equal(answer.at("items.1.lastFireTime"), null);
  assert.equal(answer.at("next"), undefined);
});

controlTest("GET /schedules takes filters and pages", async (control) => {
  await addTwo(control);
  const { send } = control;
  await send("POST /schedules/hourly/pause");
  const ids = async (query: string) => {
    const { body, status } = await send(`GET /schedules?${query}`);
    assert.equal(status, 200);
    return (body as { items: { id: string }[] }).items.map(({ id }) => id);
  };
  assert.deepEqual(await ids("paused=true"), ["hourly"]);
  assert.deepEqual(await ids("paused=false"), ["mail/yearly"]);
  assert.deepEqual(await ids("task=failing"), ["hourly"]);
  assert.deepEqual(await ids("status=finished"), []);
  assert.deepEqual(await ids("group=none&status=active&store=main"), []);
  const next = (await send("GET /schedules?limit=1")).at("next");
  assert.deepEqual(await ids(`limit=1&cursor=${next}`), ["mail/yearly"]);
});

controlTest("GET /schedules refuses wrong filters, saying what was expected", async ({ send }) => {
  const refused = async (query: string, detail: RegExp) => {
    const answer = await send(`GET /schedules?${query}`);
    assert.equal(answer.status, 400);
    assert.match(String(answer.at("detail")), detail);
  };
  await refused("paused=yes", /'paused' must be one of 'true', 'false', but got 'yes'/);
  await refused("status=activ", /'status' must be one of .* did you mean 'active'/);
  await refused("stauts=active", /no query parameter 'stauts'; did you mean 'status'/);
  await refused("task=", /'task' must not be empty/);
  await refused("task=a&task=b", /'task' may be given only once/);
  await refused("store=other", /no store with the alias 'other'/);
});

controlTest("GET /schedules/:id shows one, whatever its id holds", async (control) => {
  await addTwo(control);
  const answer = await control.send("GET /schedules/mail%2Fyearly");
  assert.equal(answer.at("description"), "Once a year");
  assert.deepEqual(answer.at("counters"), {
    runs: 0,
    late: 0,
    missed: 0,
    coalesced: 0,
    skipped: 0,
    failed: 0,
  });
});

controlTest("POST /schedules/:id/pause and resume change it", async (control) => {
  await addTwo(control);
  const { send } = control;
  assert.equal((await send("POST /schedules/hourly/pause")).at("paused"), true);
  assert.equal((await send("POST /schedules/hourly/resume")).at("paused"), false);
  await send("POST /schedules/hourly/pause");
  const resumed = await send("POST /schedules/hourly/resume", { resumeFrom: "2100-01-01T00:00Z" });
  assert.equal(resumed.status, 200);
  assert.match(String(resumed.at("nextFireTime")), /^2100-01-01T00/);
});

controlTest("POST /schedules/:id/resume refuses a wrong body", async (control) => {
  await addTwo(control);
  const { send } = control;
  await send("POST /schedules/hourly/pause");
  const refused = async (json: unknown, detail: RegExp) => {
    const answer = await send("POST /schedules/hourly/resume", json);
    assert.equal(answer.status, 400);
    assert.match(String(answer.at("detail")), detail);
  };
  await refused({ resumeFrom: "tomorrow" }, /resumeFrom must be an instant/);
  await refused({ resumeFrom: true }, /'resumeFrom' must be 'now' or an instant/);
  await refused({ from: "now" }, /no field 'from'/);
  await refused([], /The body must be an object/);
  assert.equal((await send("GET /schedules/hourly")).at("paused"), true);
});

controlTest("POST /schedules/:id/run adds a job now and says where it is", async (control) => {
  await addTwo(control);
  const { send } = control;
  const answer = await send("POST /schedules/mail%2Fyearly/run");
  assert.equal(answer.status, 201);
  assert.equal(answer.at("outcome"), "added");
  assert.equal(answer.at("job.scheduleId"), "mail/yearly");
  const location = new URL(answer.headers.get("Location")!, "http://a/carillon/schedules/mail%2Fyearly/run");
  assert.equal(location.pathname, `/carillon/jobs/${answer.at("job.id")}`);
  const result = await send(`GET /jobs/${answer.at("job.id")}/result?wait=true`);
  assert.deepEqual(result.at("value.greeting"), "hello Ada");
});

controlTest("DELETE /schedules/:id removes it, and its jobs if told to", async ({ scheduler, send }) => {
  await scheduler.addSchedule(endless, interval({ hours: 1 }, { first: "afterPeriod" }), { id: "hourly" });
  const started = nextStart(scheduler);
  const jobId = (await send("POST /schedules/hourly/run")).at("job.id");
  await started;
  const removed = await send("DELETE /schedules/hourly?jobs=cancel");
  assert.deepEqual([removed.status, removed.body], [204, null]);
  const result = await send(`GET /jobs/${jobId}/result?wait=true`);
  assert.equal(result.at("outcome"), "cancelled");
  assert.equal((await send("DELETE /schedules/hourly?jobs=drop")).status, 400);
});

controlTest("every endpoint of one schedule answers 404 when there is none", async ({ send }) => {
  for (
    const what of [
      "GET /schedules/none",
      "POST /schedules/none/pause",
      "POST /schedules/none/resume",
      "POST /schedules/none/run",
      "DELETE /schedules/none",
    ]
  ) {
    const answer = await send(what);
    assert.deepEqual([what, answer.status, answer.at("code")], [what, 404, "scheduleNotFound"]);
    assert.deepEqual(answer.at("details"), { scheduleId: "none" });
  }
});

controlTest("POST /schedules/:id/backfill makes past fire times into jobs, each once", async (control) => {
  await addTwo(control);
  const { send } = control;
  const backfill = "POST /schedules/mail%2Fyearly/backfill";
  const range = { from: "2020-06-01", until: "2023-06-01" };
  const first = await send(backfill, range);
  assert.deepEqual([first.status, (first.at("jobIds") as string[]).length], [201, 3]);
  assert.deepEqual((await send(backfill, range)).at("jobIds"), []);
  assert.equal((await send(backfill, { from: "x", until: "y" })).status, 400);
  assert.equal((await send(backfill, { ...range, again: true, limit: 1 })).at("code"), "invalidOption");
});
