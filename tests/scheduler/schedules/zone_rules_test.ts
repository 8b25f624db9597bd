import assert from "node:assert/strict";
import type { ScheduleRecord } from "../../../src/model/schedule_record.ts";
import { ZoneRules } from "../../../src/scheduler/schedules/zone_rules.ts";
import { TriggerReader } from "../../../src/scheduler/schedules/trigger_reader.ts";
import type { ScheduleStep } from "../../../src/scheduler/store/gateway/schedule_gateway.ts";
import type { StoreGateway } from "../../../src/scheduler/store/gateway/store_gateway.ts";
import type { Environment } from "../../../src/scheduler/environment.ts";
import { contentOf } from "../../../src/scheduler/schedules/fire_plan.ts";
import { memory } from "../../../src/stores/memory.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { scheduleWrite } from "../../../src/testing/store_conformance/records.ts";
import { test } from "../../harness.ts";

const HOUR = 3_600_000;

/** A store with schedules in two zones, and runtimes with rules of their own that work on it. */
async function setUp() {
  const clock = new VirtualClock("2026-01-01T00:00Z");
  const store = memory();
  await store.open({ clock });
  const logged: { readonly message: string; readonly fields: unknown }[] = [];
  const log = (message: string, fields?: unknown) => void logged.push({ message, fields });
  const environment = {
    clock,
    logger: { debug() {}, info: log, warn: log, error: log },
  } as unknown as Environment;
  const written: string[] = [];
  const schedules = {
    async advance(steps: readonly ScheduleStep[]) {
      written.push(...steps.map(({ advance }) => advance.schedule.id));
      return await store.advanceSchedules(steps.map(({ advance }) => advance));
    },
  };
  const gateway = { store, alias: "default", schedules } as unknown as StoreGateway;
  const runtime = (hash: string, version?: string) =>
    new ZoneRules({ environment, gateway, triggers: new TriggerReader(store) }, {
      version,
      hashOf: (zone) => zone === "Europe/Chisinau" ? hash : "same",
    });
  for (const [id, timeZone] of [["moldova", "Europe/Chisinau"], ["germany", "Europe/Berlin"]] as const) {
    const trigger = cron("0 9 * * *", { timeZone }).toJSON();
    await store.writeSchedules({
      puts: [{
        expected: null,
        schedule: scheduleWrite(id, { trigger, nextFireTimeMs: clock.nowMs() + HOUR }),
      }],
    });
  }
  const record = async (id: string) => (await store.getSchedules({ ids: [id] }))[0] as ScheduleRecord;
  const triggers = (await store.getSchedules({})).map(({ trigger }) => trigger);
  /** As if a process with other rules had computed the fire. */
  const misplace = async (id: string) => {
    const before = await record(id);
    const schedule = { ...contentOf(before), nextFireTimeMs: clock.nowMs() + HOUR };
    await store.writeSchedules({ puts: [{ expected: before, schedule }] });
  };
  return { store, runtime, written, record, triggers, misplace, logged, clock };
}

test("runtimes whose rules agree, or agree in the zones that are used, replan nothing", async () => {
  const { runtime, triggers, written, store } = await setUp();
  await runtime("old").note(triggers);
  const before = await store.getFact("timeZoneRules");
  await runtime("old", "2026b").check();
  await runtime("old").check();
  assert.deepEqual(written, []);
  assert.equal(await store.getFact("timeZoneRules"), before);
});

test("newer rules move the coming fires of their zone, once, and only where these differ", async () => {
  const { runtime, triggers, written, record, logged } = await setUp();
  await runtime("old", "2025a").note(triggers);
  await runtime("new", "2026b").check();
  assert.deepEqual(written, ["moldova"]);
  assert.equal((await record("moldova")).nextFireTimeMs, Date.UTC(2026, 0, 1, 7));
  assert.ok(logged.some(({ message }) => /time zone rules have changed/.test(message)));
  await runtime("new", "2026b").check();
  assert.deepEqual(written, ["moldova"]);
});

test("runtimes that take turns replan nothing, and the newer rules stay", async () => {
  const { runtime, triggers, written, misplace, record, logged } = await setUp();
  await runtime("old").note(triggers);
  for (let turn = 0; turn < 3; turn++) {
    await runtime("new", "2026b").check();
    await runtime("old").check();
  }
  assert.deepEqual(written, ["moldova"]);
  assert.ok(logged.some(({ message }) => /newer time zone data/.test(message)));
  await misplace("moldova");
  await runtime("old").check();
  await runtime("new", "2026b").check();
  assert.deepEqual(written, ["moldova", "moldova"]);
  assert.equal((await record("moldova")).nextFireTimeMs, Date.UTC(2026, 0, 1, 7));
});

test("among runtimes that report no version, rules that were replaced do not come back", async () => {
  const { runtime, triggers, written, misplace } = await setUp();
  await runtime("old").note(triggers);
  await runtime("new").check();
  assert.deepEqual(written, ["moldova"]);
  await misplace("moldova");
  await runtime("old").check();
  assert.deepEqual(written, ["moldova"]);
  await runtime("new").check();
  assert.deepEqual(written, ["moldova", "moldova"]);
});

test("a fire that is owed stays where it is, and a calendar's zone counts for its schedules", async () => {
  const { runtime, triggers, written, clock, store, record } = await setUp();
  const definition = { timeZone: "Europe/Chisinau", dates: ["2026-01-02"] };
  await store.putCalendar("closed", definition);
  const before = await record("germany");
  const trigger = cron("0 9 * * *", { timeZone: "Europe/Berlin" }).except("closed").toJSON();
  await store.writeSchedules({ puts: [{ expected: before, schedule: { ...contentOf(before), trigger } }] });
  await runtime("old").note([...triggers, definition]);
  await clock.advance({ minutes: 30 });
  const moldova = await record("moldova");
  const owed = { ...contentOf(moldova), nextFireTimeMs: clock.nowMs() };
  await store.writeSchedules({ puts: [{ expected: moldova, schedule: owed }] });
  await runtime("new").check();
  assert.deepEqual(written, ["germany"]);
});
