import { task, taskRef } from "../../../src/registry/task.ts";
import { cron } from "../../../src/triggers/cron/cron.ts";
import type { CalendarDefinition } from "../../../src/triggers/calendar/calendar.ts";
import type { Feature, Timed } from "./feature.ts";

/** Requests about calendars and the schedules that use them. */
export type CalendarAsk =
  | { readonly kind: "setCalendar"; readonly calendar: string; readonly days: string }
  | { readonly kind: "addDated"; readonly id: string; readonly calendar: string; readonly only: boolean }
  | { readonly kind: "removeDated" | "pauseDated" | "resumeDated" | "redate"; readonly id: string };

/** A life is over within a day: either it is in a calendar or not. */
const DAYS: Readonly<Record<string, CalendarDefinition>> = {
  none: { dates: [] },
  all: { ranges: [{ from: "2026-03-27", to: "2026-03-29" }] },
  later: { dates: ["2026-04-01"] },
};
const CALENDARS = ["closed", "open"] as const;
const everySecond = cron("* * * * * *");

/** Calendars that change again and again while schedules use them. */
export const calendars: Feature<CalendarAsk> = {
  kinds: ["setCalendar", "addDated", "removeDated", "pauseDated", "resumeDated", "redate"],

  tasks: ({ run }) => [
    task({
      name: "datedTask",
      maxRunningJobs: null,
      schedules: [
        { id: "dated0", trigger: cron("*/2 * * * * *").except("closed"), coalesce: "all", overlap: "allow" },
        { id: "dated1", trigger: everySecond.only("open"), overlap: "allow" },
      ],
      run: run({ fromMs: 0, upToMs: 100 }),
    }),
  ],

  asks(random, atMs): readonly Timed<CalendarAsk>[] {
    const id = () => `dated${random.whole(0, 3)}`;
    const set = Array.from({ length: random.whole(2, 12) }, (): Timed<CalendarAsk> => ({
      kind: "setCalendar",
      atMs: atMs(),
      calendar: random.pick(CALENDARS),
      days: random.pick(["none", "all", "all", "later"]),
    }));
    // Two in a row, so that the second comes while the first is still being heeded.
    const again = set.filter(() => random.chance(0.5)).map((ask): Timed<CalendarAsk> => ({
      ...(ask as Timed<CalendarAsk> & { readonly kind: "setCalendar" }),
      atMs: ask.atMs + random.between(0, 25),
      days: random.pick(["none", "all"]),
    }));
    // And schedules that are added or changed just then.
    const changed = set.filter(() => random.chance(0.7)).map(({ atMs }): Timed<CalendarAsk> => {
      const ask = { atMs: atMs + random.between(-9, 4), id: id() };
      if (random.chance(0.5)) return { ...ask, kind: "redate" };
      return { ...ask, kind: "addDated", calendar: random.pick(CALENDARS), only: random.chance(0.5) };
    });
    const touched = Array.from({ length: random.whole(0, 3) }, (): Timed<CalendarAsk> => ({
      kind: random.pick(["removeDated", "pauseDated", "resumeDated"]),
      atMs: atMs(),
      id: id(),
    }));
    return [...set, ...again, ...changed, ...touched];
  },

  async ask(client, ask, { schedules: { calendars, calendarRules } }) {
    switch (ask.kind) {
      case "setCalendar": {
        const before = calendars.changes([ask.calendar]);
        await client.setCalendar(ask.calendar, DAYS[ask.days]!);
        return calendarRules.announced(ask.calendar, before + 1);
      }
      case "addDated": {
        const { id, calendar, only } = ask;
        const trigger = only ? everySecond.only(calendar) : everySecond.except(calendar);
        return await client.addSchedule(taskRef("datedTask"), trigger, { id });
      }
      case "removeDated":
        return await client.removeSchedule(ask.id);
      case "pauseDated":
        return await client.pauseSchedule(ask.id);
      case "resumeDated":
        return await client.resumeSchedule(ask.id);
      case "redate":
        return await client.updateSchedule(ask.id, { trigger: cron("*/3 * * * * *").except("closed") });
    }
  },

  async prepare(store) {
    for (const name of CALENDARS) {
      await store.putCalendar(name, DAYS[name === "open" ? "all" : "none"] as never);
    }
  },
};
