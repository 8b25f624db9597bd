import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "../../harness.ts";
import { type SampleProject, sampleTasks, withProject } from "../sample_project.ts";

type Row = Readonly<Record<string, unknown>>;

/** A project whose store knows the tasks. */
async function withTasks(body: (project: SampleProject) => Promise<void>): Promise<void> {
  await withProject(sampleTasks, async (project) => {
    await project.run(["run", "sample.greet"]);
    await body(project);
  });
}

test("jobs add adds a job with its input and options, for a scheduler that is started", async () => {
  await withTasks(async (project) => {
    const { code, out } = await project.run([
      "jobs",
      "add",
      "sample.add",
      "--input",
      '{"a":1,"b":2}',
      "--id",
      "sum",
    ]);
    assert.equal(code, 0);
    assert.equal(out, "Job sum of task 'sample.add' is added; 'carillon jobs follow sum' shows its run\n");
    const again = await project.run(["jobs", "add", "sample.add", "--input=-", "--id", "sum"], {
      input: '{"a":1}',
    });
    assert.match(again.out, /exists already; nothing is added/);
    const job = await project.json([
      "jobs",
      "add",
      "sample.tick",
      "--delay=1h30m",
      "--priority=-5",
      "--after",
      "su",
    ]) as Row;
    assert.deepEqual([job["state"], job["priority"]], ["blocked", -5]);
    const away = Date.parse(String(job["runAt"])) - Date.parse(String(job["createdAt"]));
    // The instant at which it was added is this process's, the delay counts from the store's.
    assert.equal(Math.round(away / 60_000), 90);
    const at = await project.json([
      "jobs",
      "add",
      "sample.tick",
      "--at",
      "2099-01-01T00:00Z",
      "--key",
      "k",
    ]) as Row;
    assert.deepEqual([at["runAt"], at["concurrencyKey"]], ["2099-01-01T00:00:00Z", "k"]);
  });
});

test("jobs add and schedules add refuse an unknown task and an input that does not fit, and add nothing", async () => {
  await withTasks(async (project) => {
    const refusals = [
      [["jobs", "add", "sample.tic"], 5, /'sample\.tic'; did you mean 'sample\.tick'\? \(unknownTask\)/],
      [["jobs", "add", "sample.add", "--input", '{"a":"x"}'], 4, /does not fit its schema.*\(invalidInput\)/],
      [["jobs", "add", "sample.add", "--input", "{a"], 4, /is not JSON.*\(invalidInput\)/],
      [["jobs", "add", "sample.tick", "--priority", "high"], 2, /--priority must be a whole number/],
      [["schedules", "add", "sample.tic", "--every", "5m"], 5, /\(unknownTask\)/],
      [["schedules", "add", "sample.add", "--every", "5m"], 4, /\(invalidInput\)/],
      [
        ["schedules", "add", "sample.tick"],
        2,
        /one of --cron, --every and --at; see 'carillon help schedules add'/,
      ],
      [["schedules", "add", "sample.tick", "--every", "5m", "--at", "2099-01-01"], 2, /one of --cron/],
      [["schedules", "add", "sample.tick", "--cron", "61 * * * *"], 4, /\(invalidTrigger\)/],
    ] as const;
    for (const [args, wanted, message] of refusals) {
      const { code, err } = await project.run(args);
      assert.equal(code, wanted, `${args.join(" ")}: ${err}`);
      assert.match(err, message);
    }
    assert.equal((await project.json(["jobs"]) as Row[]).length, 1);
    assert.deepEqual(await project.json(["schedules"]), []);
  });
});

test("schedules add stores a schedule of each kind, and changes the one of the same id", async () => {
  await withTasks(async (project) => {
    const added = await project.run([
      "schedules",
      "add",
      "sample.tick",
      "--cron",
      "0 7 * * *",
      "--id",
      "daily",
      "--zone",
      "Europe/Berlin",
    ]);
    assert.match(added.out, /^Schedule 'daily' of task 'sample\.tick' is stored; next: \d{4}-/);
    await project.run(["schedules", "add", "sample.tick", "--every", "1h30m", "--id", "daily"]);
    const daily = await project.json(["schedules", "show", "daily"]) as Row;
    assert.deepEqual(daily["trigger"], { kind: "interval", everyMs: 5_400_000 });
    const once = await project.json([
      "schedules",
      "add",
      "sample.tick",
      "--at",
      "2099-01-01T00:00Z",
      "--paused",
    ]) as Row;
    assert.equal(once["paused"], true);
    const all = await project.json(["schedules"]) as Row[];
    assert.deepEqual(
      all.map(({ nextFireTime }) => nextFireTime).filter((time) => String(time).startsWith("2099")),
      [
        "2099-01-01T00:00:00Z",
      ],
    );
  });
});

test("schedules backfill makes jobs of past fire times that have none", async () => {
  await withTasks(async (project) => {
    await project.run(["schedules", "add", "sample.tick", "--cron", "0 7 * * *", "--id", "daily"]);
    const range = ["--from", "2026-03-01", "--until", "2026-03-03"];
    const first = await project.json(["schedules", "backfill", "dai", ...range]) as Row;
    assert.equal(first["count"], 2);
    assert.equal(
      (await project.run(["schedules", "backfill", "daily", ...range])).out,
      "There is no fire time without a job\n",
    );
    assert.equal(
      (await project.run(["schedules", "backfill", "daily", ...range, "--again"])).out,
      "2 jobs are added\n",
    );
    const refused = await project.run(["schedules", "backfill", "daily", ...range, "--limit", "1"]);
    assert.equal(refused.code, 3);
    const { code, err } = await project.run(["schedules", "backfill", "daily"]);
    assert.equal(code, 2);
    assert.match(err, /Option --from is missing/);
  });
});

test("tasks pause and resume say what holds afterwards", async () => {
  await withTasks(async (project) => {
    assert.equal(
      (await project.run(["tasks", "pause", "sample.tick"])).out,
      "Task 'sample.tick' is paused\n",
    );
    assert.equal((await project.json(["tasks", "show", "sample.tick"]) as Row)["paused"], true);
    assert.equal(
      (await project.run(["tasks", "resume", "sample.tick"])).out,
      "Task 'sample.tick' runs again\n",
    );
    assert.equal((await project.run(["tasks", "pause", "sample.tic"])).code, 5);
  });
});

test("commands that add refuse a store that is not there", async () => {
  await withProject(sampleTasks, async (project) => {
    for (
      const args of [["jobs", "add", "sample.tick"], ["schedules", "add", "sample.tick", "--every", "5m"]]
    ) {
      assert.equal((await project.run(args)).code, 7);
    }
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});
