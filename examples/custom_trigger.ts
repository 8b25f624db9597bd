/**
 * A kind of trigger of your own: a definition, checked by a schema and stored as JSON, and a pure function that
 * finds the next fire. Previews, schedules and every data store then know it.
 *
 *     deno run -A examples/custom_trigger.ts
 */
// deno-lint-ignore-file no-console
import { registerTrigger, Scheduler, task, triggerFromJSON } from "carillon";
import { z } from "zod";

const MONTH_MS = 29.530588861 * 86_400_000;
const NEW_MOON_MS = Date.UTC(2000, 0, 6, 18, 14);
const quarters = { new: 0, firstQuarter: 1, full: 2, lastQuarter: 3 };

/** Fires at a phase of the moon, to within half a day: months are not all equally long. */
const moon = registerTrigger(
  "example.moon",
  z.strictObject({ phase: z.enum(["new", "firstQuarter", "full", "lastQuarter"]) }),
  ({ phase }) => ({
    nextAfterMs(epochMs) {
      const firstMs = NEW_MOON_MS + MONTH_MS * quarters[phase] / 4;
      return Math.ceil(firstMs + MONTH_MS * (Math.floor((epochMs - firstMs) / MONTH_MS) + 1));
    },
  }),
);

const fullMoon = moon({ phase: "full" });
const from = Temporal.Instant.from("2026-01-01T00:00Z");
for (const fire of fullMoon.preview({ from, limit: 3 })) console.log(fire.toPlainDate().toString());

console.log(JSON.stringify(fullMoon));
console.log(triggerFromJSON(fullMoon.toJSON()).nextAfterMs(0) === fullMoon.nextAfterMs(0));

const howl = task({ name: "howl", run: () => "Ahoo!" });
await using scheduler = new Scheduler({ tasks: [howl] });
const { id } = await scheduler.addSchedule(howl, fullMoon, { id: "howling" });
console.log(id, (await (await scheduler.getSchedule(id)).get()).trigger?.kind);
