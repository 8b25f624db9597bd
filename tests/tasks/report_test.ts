import assert from "node:assert/strict";
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { CarillonError } from "../../src/errors.ts";
import { Temporal } from "../../src/time/temporal.ts";
import { samplesIn } from "../../tasks/parts/sample_table.ts";
import { report } from "../../tasks/report.ts";
import { test } from "../harness.ts";
import { sampleAt } from "./sample_at.ts";
import { schedulerInFolder } from "./scheduler_in_folder.ts";

const MINUTE_MS = 60 * 1000;

test("report.machine writes the samples of the last hour as a page", async () => {
  await schedulerInFolder([report], async (scheduler, folder) => {
    const now = Date.now();
    const table = samplesIn(folder);
    table.add(sampleAt(now - 90 * MINUTE_MS, { lagMs: 999 }));
    table.add(sampleAt(now - 20 * MINUTE_MS, { lagMs: 12.5, load: null }));
    table.add(sampleAt(now - 10 * MINUTE_MS, { lagMs: 7.5, load: null }));

    const done = await scheduler.runJob(report);

    assert.deepEqual(done, { path: join(folder, "reports", "machine.html"), samples: 2 });
    const page = await readFile(done.path, "utf8");
    const { timeZone, plots } = dataOf(page);
    assert.equal(timeZone, "Europe/Berlin");
    assert.deepEqual(plots.find(({ id }) => id === "lagMs")?.values, [12.5, 7.5]);
    assert.match(page, /average 10\u202fms, highest 12\.5\u202fms/);
    assert.match(page, /<section id="load">\s*<h2>.*<\/h2>\s*<p class="now">not available/);
    assert.deepEqual(await readdir(join(folder, "reports")), ["machine.html"]);
  });
});

test("report.machine writes through no link that was put in its way, and for its owner alone", async () => {
  await schedulerInFolder([report], async (scheduler, folder) => {
    const victim = join(folder, "victim");
    await writeFile(victim, "untouched");
    await mkdir(join(folder, "reports"));
    for (const name of ["machine.html.part", "machine.html"]) {
      await symlink(victim, join(folder, "reports", name));
    }
    const { path } = await scheduler.runJob(report);
    assert.equal(await readFile(victim, "utf8"), "untouched");
    assert.match(await readFile(path, "utf8"), /<html/);
    if (process.platform !== "win32") assert.equal((await lstat(path)).mode & 0o777, 0o600);
  });
});

test("report.machine says so when there are no samples", async () => {
  await schedulerInFolder([report], async (scheduler) => {
    const { path, samples } = await scheduler.runJob(report, { file: "empty.html" });
    assert.equal(samples, 0);
    const page = await readFile(path, "utf8");
    assert.match(page, /No samples in this time/);
    assert.doesNotMatch(page, /<script/);
  });
});

test("report.machine refuses zones, files and keys that cannot be, before it is stored", async () => {
  await schedulerInFolder([report], async (scheduler) => {
    const wrong = [{ timeZone: "Mars/Base" }, { file: "../up.html" }, { hours: -1 }, { hour: 1 }];
    for (const input of wrong) {
      await assert.rejects(
        scheduler.runJob(report, input),
        (error) => error instanceof CarillonError && error.code === "invalidInput",
        JSON.stringify(input),
      );
    }
    assert.deepEqual((await scheduler.getJobs()).items, []);
  });
});

test("report.machine is due every minute, and on weekdays at seven by the clock of Berlin", async () => {
  await schedulerInFolder([report], async (scheduler) => {
    await scheduler.startInBackground({ paused: true });
    const [minute, day] = await Promise.all(
      ["report.machine", "report.machine.day"].map(async (id) => (await scheduler.getSchedule(id)).get()),
    );
    const from = Temporal.Instant.from("2026-03-27T00:00Z");
    const fires = (trigger = day?.trigger) =>
      trigger?.preview({ from, limit: 2 }).map((fire) => fire.toInstant().toString());
    // A weekend and the beginning of summer time are between the two.
    assert.deepEqual(fires(), ["2026-03-27T06:00:00Z", "2026-03-30T05:00:00Z"]);
    assert.deepEqual(fires(minute?.trigger), ["2026-03-27T00:00:00Z", "2026-03-27T00:01:00Z"]);
  });
});

interface PageData {
  readonly timeZone: string;
  readonly plots: readonly { readonly id: string; readonly values: readonly (number | null)[] }[];
}

function dataOf(page: string): PageData {
  const [, data = ""] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
  return JSON.parse(data) as PageData;
}
