import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "../../harness.ts";
import { sampleTasks, withProject } from "../sample_project.ts";

interface Report {
  readonly ok: boolean;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly taskNames: readonly string[];
  readonly schedules: readonly string[];
}

test("check finds nothing wrong with a sound project, and opens no store", async () => {
  await withProject(sampleTasks, async (project) => {
    const { code, out } = await project.run(["check"]);
    assert.equal(code, 0);
    assert.equal(out, "ok: 4 tasks, 1 schedule, 0 problems, 0 warnings\n");
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});

test("check reports all problems of the task modules and the declared schedules at once", async () => {
  const files = {
    ...sampleTasks,
    "tasks/broken.ts": "throw new Error('no database here');",
    "tasks/notes.ts": "export const a = 1;",
    "tasks/twice.ts":
      `import { task } from "carillon";\nexport const other = task({ name: "sample.add", run() {} });`,
    "tasks/wrong.ts": `import { cron, task } from "carillon";
      const input = { "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "Never" }] }) } };
      export const wrong = task({ name: "wrong", input, executor: "heavy", run() {}, schedules: [
        { id: "unfit", trigger: cron("0 9 * * *"), input: 5 },
        { id: "uneven", trigger: cron("*/7 * * * *"), input: 5, store: "archive" },
        { id: "never", trigger: cron("0 0 30 2 *"), input: 5 },
      ] });`,
  };
  await withProject(files, async (project) => {
    const { code } = await project.run(["check"]);
    assert.equal(code, 3);
    const report = await project.json(["check"]) as Report;
    assert.equal(report.ok, false);
    const count = (wanted: string) => report.problems.filter((problem) => problem.code === wanted).length;
    assert.deepEqual(
      ["taskModuleFailed", "duplicateTask", "unknownExecutor", "unknownStore", "invalidInput", "neverFires"]
        .map(count),
      [1, 1, 1, 1, 3, 1],
      JSON.stringify(report.problems, undefined, 2),
    );
    const text = report.problems.map(({ message }) => message).join("\n");
    assert.match(text, /Task module 'broken\.ts' cannot be imported: no database here/);
    assert.match(text, /twice\.ts: Two tasks are named 'sample\.add'/);
    assert.match(text, /Schedule 'unfit' \(.*wrong\.ts:\d+\): Input of task 'wrong' .*Never/);
    assert.deepEqual(report.warnings.map(({ code }) => code), ["taskModuleFailed", "lint"]);
    assert.match(report.warnings[1]!.message, /Schedule 'uneven'.*\*\/7/);
  });
});

test("check reports what is wrong with the configuration beside all else", async () => {
  const files = { ...sampleTasks, "carillon.config.json": `{"leese":"30s","timeZone":"Berln"}` };
  await withProject(files, async (project) => {
    const { code, out } = await project.run(["check", "--max-concurrent-jobs", "none"], {
      env: { CARILLON_ROLE: "boss" },
    });
    assert.equal(code, 3);
    assert.match(
      out,
      /problem: There is no setting 'leese' \(in carillon\.config\.json\); did you mean 'lease'\?/,
    );
    assert.match(out, /problem: There is no time zone 'Berln'.*\(from carillon\.config\.json\)/);
    assert.match(out, /problem: .*'role'.*\(from CARILLON_ROLE\)/);
    assert.match(out, /problem: .*'maxConcurrentJobs'.*\(from --max-concurrent-jobs\)/);
    assert.match(out, /not ok: .*4 problems/);
  });
});

test("check refuses an executor whose module is missing", async () => {
  await withProject(sampleTasks, async (project) => {
    const report = await project.json(["check", "--set", "executors=heavy=./nowhere.ts"]) as Report;
    assert.deepEqual(report.problems.map(({ code }) => code), ["invalidConfiguration"]);
    assert.match(
      report.problems[0]!.message,
      /Module '\.\/nowhere\.ts' of executor 'heavy' cannot be imported/,
    );
  });
});

test("commands refuse a wrong configuration with all problems at once, and do nothing", async () => {
  const files = { ...sampleTasks, "carillon.config.json": `{"leese":"30s","lease":"soon"}` };
  await withProject(files, async (project) => {
    const { code, err } = await project.run(["run", "sample.greet"]);
    assert.equal(code, 3);
    assert.match(
      err,
      /^error: The configuration has 2 problems \(invalidConfiguration\)\n {2}- .*leese.*\n {2}- .*lease/,
    );
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});
