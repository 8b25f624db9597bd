/**
 * Writes what was sampled about this machine as a page with plots: `reports/machine.html`, every minute, and
 * `reports/machine-day.html` on weekday mornings, by the clock of Berlin.
 *
 * An example of one task with two schedules, each with its own input, in a named time zone.
 */
import { cron, task } from "carillon";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { dataFolder } from "./parts/data_folder.ts";
import { machinePage } from "./parts/page/machine_page.ts";
import { samplesIn } from "./parts/sample_table.ts";

const HOUR_MS = 60 * 60 * 1000;
const timeZone = "Europe/Berlin";

/** The input of the task. */
const Input = z.strictObject({
  /** Number of hours that the page covers. */
  hours: z.number().positive().max(31 * 24).default(1),
  /** The zone that the page shows times in. */
  timeZone: z.string().refine(isTimeZone, "must be a time zone such as 'Europe/Berlin'").default(timeZone),
  /** The page's file, in the folder `reports`. */
  file: z.string().regex(/^[\w-]+\.html$/, "must be the name of a page such as 'machine.html'").default(
    "machine.html",
  ),
}).prefault({});

/** A page about this machine. */
export const report = task({
  name: "report.machine",
  description: "Writes a page with plots of this machine to reports/",
  input: Input,
  timeout: { minutes: 1 },
  schedules: [
    { trigger: cron("* * * * *", { timeZone }), input: { hours: 1 } },
    {
      id: "report.machine.day",
      trigger: cron("0 7 * * mon-fri", { timeZone }),
      input: { hours: 24, file: "machine-day.html" },
    },
  ],
  async run({ hours, timeZone, file }, { log, progress }) {
    const folder = dataFolder();
    const untilMs = Date.now();
    const fromMs = untilMs - hours * HOUR_MS;
    const samples = samplesIn(folder).between(fromMs, untilMs);

    progress(0.5, "plotting");
    const page = await machinePage({ host: hostname(), fromMs, untilMs, timeZone, samples });
    const path = join(folder, "reports", file);
    await writeWhole(path, page);
    log.info("report written", { path, samples: samples.length });
    return { path, samples: samples.length };
  },
});

/** Whoever opens the page meanwhile sees the old one or the new one, never half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
  const part = `${path}.part`;
  // Made anew, so that nothing that was put there is written through: not a link, not a file of others.
  await rm(part, { force: true });
  await writeFile(part, text, { flag: "wx", mode: 0o600 });
  await rename(part, path);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
