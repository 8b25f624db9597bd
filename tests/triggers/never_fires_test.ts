import assert from "node:assert/strict";
import { and, or } from "../../src/triggers/and_or.ts";
import { calendarInterval } from "../../src/triggers/calendar_interval.ts";
import { cron } from "../../src/triggers/cron/cron.ts";
import { date } from "../../src/triggers/date.ts";
import { fixedDelay } from "../../src/triggers/fixed_delay.ts";
import { interval } from "../../src/triggers/interval.ts";
import { neverFires } from "../../src/triggers/never_fires.ts";
import { test } from "../harness.ts";

const never = cron("0 0 30 2 *");

test("neverFires() knows what could never fire at any time", () => {
  assert.ok(neverFires(never));
  assert.ok(neverFires(cron("0 0 31 4,6 *", { timeZone: "Europe/Berlin" })));
  assert.ok(neverFires(cron("0 0 0 1 1 * 2020", { start: "2021-01-01" })));
  assert.ok(
    neverFires(
      cron("30 2 29 3 *", { timeZone: "Europe/Berlin", gap: "skip", start: "2026-03-29", end: "2026-03-30" }),
    ),
  );
  assert.ok(neverFires(cron({ day: 30, month: 2 })));
  assert.ok(
    neverFires(calendarInterval({ days: 1 }, { at: "09:00", start: "2026-01-01T12:00", end: "2026-01-01" })),
  );
  assert.ok(neverFires(or([never, never])));
  assert.ok(neverFires(and([never, cron("* * * * *")])));
  assert.ok(neverFires(never.except("holidays")));
});

test("neverFires() is false for what has fired, depends on a calendar or takes too long to tell", () => {
  const fires = [
    date("1980-01-01"),
    cron("0 0 29 2 *"),
    cron("0 0 0 1 1 * 1980"),
    interval({ hours: 1 }, { end: "1990-01-01" }),
    fixedDelay({ hours: 1 }),
    or([never, cron("* * * * *")]),
    cron("0 9 * * *").only("nothing"),
    and([interval({ seconds: 4 }), interval({ seconds: 4 }, { start: "1970-01-01T00:00:02" })]),
    and([cron("0 9 * * *").except("holidays"), cron("0 9 * * *")]),
  ];
  for (const trigger of fires) assert.ok(!neverFires(trigger), JSON.stringify(trigger));
});
