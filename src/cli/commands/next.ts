import { CarillonError } from "../../errors.ts";
import { systemClock } from "../../time/system_clock.ts";
import { Temporal } from "../../time/temporal.ts";
import { timeZoneId, UTC } from "../../time/time_zone.ts";
import { cron } from "../../triggers/cron/cron.ts";
import { describe } from "../../triggers/words/describe.ts";
import { lint } from "../../triggers/words/lint.ts";
import { epochMsOf } from "../../time/moment.ts";
import type { Command } from "../command.ts";
import type { CommandContext } from "../command_context.ts";
import { wholeNumber } from "../option_values.ts";
import { painter } from "../render/colors.ts";
import { line } from "../../model/printable.ts";
import { table } from "../render/table.ts";
import { distanceText } from "../render/times.ts";

const COUNT_MAX = 10_000;

/** `next "<cron>"`: when an expression fires, in words and as a table. */
export const nextCommand: Command = {
  name: "next",
  summary: "Show when a cron expression fires, in words and as a table",
  details:
    "Quote the expression, or the shell replaces its asterisks. Five fields, six with seconds first, seven with the year last.",
  arguments: [{ name: "cron", summary: "The cron expression, in quotes" }],
  options: [
    { name: "zone", value: "ZONE", summary: "Zone whose clock it is read by (default UTC)" },
    { name: "count", value: "N", summary: "How many fires (default 10)" },
    {
      name: "from",
      value: "TIME",
      summary: "Start there instead of now: 2026-03-28, or an instant with its offset",
    },
    { name: "gap", value: "POLICY", summary: "Local times that do not exist: skip, after or shift" },
    { name: "overlap", value: "POLICY", summary: "Local times that exist twice: first, second or both" },
  ],
  examples: ['next "0 9 * * mon-fri" --zone Europe/Berlin', 'next "*/15 * * * *" --count 3 --json'],
  run(context) {
    const timeZone = timeZoneId(context.option("zone") ?? UTC);
    const trigger = cron(context.argument("cron"), {
      timeZone,
      gap: context.option("gap") as "skip" | undefined,
      overlap: context.option("overlap") as "first" | undefined,
    });
    const nowMs = systemClock.nowMs();
    const fromText = context.option("from");
    const fromMs = fromText === undefined ? nowMs : epochMsOf(fromText, "--from", timeZone);
    const from = Temporal.Instant.fromEpochMilliseconds(fromMs);
    const fires = trigger.preview({ from, limit: wholeNumber(context, "count", COUNT_MAX) ?? 10 });
    const findings = lint(trigger, { from });
    const description = describe(trigger, { from });
    context.print(
      {
        expression: context.argument("cron"),
        timeZone,
        description,
        findings,
        fires: fires.map((fire) => ({
          instant: fire.toInstant(),
          local: fire.toString({ timeZoneName: "never" }),
          weekday: weekdayOf(fire),
        })),
      },
      () =>
        [lines(description), ...warnings(findings, context), "", firesTable(fires, nowMs, context)].join(
          "\n",
        ),
    );
    if (fires.length > 0) return Promise.resolve();
    throw new CarillonError(
      "neverFires",
      `Cron expression '${context.argument("cron")}' has no fire from ${from} on`,
    );
  },
};

/** One sentence a line, so that the day of a change of the clock is found at a glance. */
function lines(description: string): string {
  return description.replace(/\. (?=[A-Z])/g, ".\n");
}

function warnings(findings: ReturnType<typeof lint>, { terminal }: CommandContext): string[] {
  const paint = painter(terminal.color);
  return findings.map(({ message, hint }) => paint("note:", "yellow") + line` ${message}; ${hint}`);
}

function firesTable(
  fires: readonly Temporal.ZonedDateTime[],
  nowMs: number,
  { terminal }: CommandContext,
): string {
  if (fires.length === 0) return "no fires";
  return table({
    columns: ["DATE", "DAY", "TIME", "OFFSET", "FROM NOW"].map((title) => ({ title })),
    rows: fires.map((fire) => [
      fire.toPlainDate().toString(),
      weekdayOf(fire),
      fire.toPlainTime().toString({ smallestUnit: "second" }),
      fire.offset,
      distanceText(fire.epochMilliseconds, nowMs),
    ]),
    width: terminal.width,
  });
}

function weekdayOf(fire: Temporal.ZonedDateTime): string {
  return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][fire.dayOfWeek - 1]!;
}
