import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "../../harness.ts";
import { sampleTasks, withProject } from "../sample_project.ts";

test("run runs one job and prints its result, and nothing else, on the standard output", async () => {
  await withProject(sampleTasks, async (project) => {
    const { code, out, err } = await project.run(["run", "sample.add", '{"a":2,"b":3}']);
    assert.equal(code, 0);
    assert.equal(out, "5\n");
    assert.match(err, /^success in \d+ ms \(job \w+\)\n$/);
    const { out: greeting } = await project.run(["run", "sample.greet"]);
    assert.equal(greeting, '"hello"\n');
  });
});

test("run records the job, whose result is there afterwards", async () => {
  await withProject(sampleTasks, async (project) => {
    const ran = await project.json(["run", "sample.add", "-"], { input: '{"a":2,"b":3}' }) as {
      jobId: string;
    };
    assert.deepEqual(ran, { jobId: ran.jobId, taskName: "sample.add", outcome: "success", result: 5 });
    const shown = await project.json(["jobs", "show", ran.jobId]) as Record<string, unknown>;
    assert.deepEqual([shown["outcome"], shown["result"]], ["success", 5]);
  });
});

test("run says what became of a job that failed, with exit code 1 and the stack only when asked", async () => {
  await withProject(sampleTasks, async (project) => {
    const { code, out, err } = await project.run(["run", "sample.fail"]);
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.match(err, /^error: Job \w+ of task 'sample\.fail' failed: no luck today \(jobFailed\)\n$/);
    const told = await project.run(["run", "sample.fail", "--verbose"]);
    assert.match(told.err, /caused by: .*no luck today\n\s+at .*samples\.ts/s);
  });
});

test("run refuses what it cannot run before anything is stored", async () => {
  await withProject(sampleTasks, async (project) => {
    const refusals = [
      [["sample.ad"], 5, /'sample\.ad' is not registered.*did you mean 'sample\.add'\?.*\(unknownTask\)/],
      [
        ["sample.add", "{a:1}"],
        4,
        /Input of task 'sample\.add' is not JSON: .*but got '\{a:1\}' \(invalidInput\)/,
      ],
    ] as const;
    for (const [args, wanted, message] of refusals) {
      const { code, err } = await project.run(["run", ...args]);
      assert.equal(code, wanted);
      assert.match(err, message);
    }
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});

test("run refuses an input that does not fit the schema, with path and reason, and adds no job", async () => {
  await withProject(sampleTasks, async (project) => {
    const { code, err } = await project.run(["run", "sample.add", '{"a":"two"}']);
    assert.equal(code, 4);
    assert.match(
      err,
      /Input of task 'sample\.add' does not fit its schema: a: Expected a number \(invalidInput\)/,
    );
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});

test("run names the module that cannot be imported", async () => {
  const files = { ...sampleTasks, "tasks/broken.ts": "throw new Error('no database here');" };
  await withProject(files, async (project) => {
    const { code, err } = await project.run(["run", "sample.add", "{}"]);
    assert.equal(code, 3);
    assert.equal(
      err,
      "error: Task module 'broken.ts' cannot be imported: no database here (taskModuleFailed)\n",
    );
    const told = await project.run(["run", "sample.add", "{}", "-v"]);
    assert.match(told.err, /caused by: .*no database here/s);
  });
});

test("run names both places of two tasks with one name", async () => {
  const text =
    `import { task } from "carillon";\nexport const other = task({ name: "sample.add", run() {} });`;
  await withProject({ ...sampleTasks, "tasks/twice.ts": text }, async (project) => {
    const { code, err } = await project.run(["run", "sample.add", "{}"]);
    assert.equal(code, 3);
    assert.match(
      err,
      /Two tasks are named 'sample\.add': one at .*samples\.ts:\d+, one at .*twice\.ts:2; .*\(duplicateTask\)/,
    );
  });
});

test("run warns of a module that registers nothing, and continues", async () => {
  await withProject({ ...sampleTasks, "tasks/notes.ts": "export const a = 1;" }, async (project) => {
    const { code, err } = await project.run(["run", "sample.greet"]);
    assert.equal(code, 0);
    assert.match(err, /warning: tasks\/notes\.ts exports no task; export one, or move the file/);
  });
});
