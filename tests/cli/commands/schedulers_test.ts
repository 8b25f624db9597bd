import assert from "node:assert/strict";
import { task } from "../../../src/registry/task.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { libsql } from "../../../src/stores/libsql.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";
import { sampleTasks, withProject } from "../sample_project.ts";

type Row = Readonly<Record<string, unknown>>;

const HOSTILE = "\u001b[2J\r\n23:59:59  success  payment.run\u202e";
const SHOWN = "\\u001b[2J\\r\\n23:59:59  success  payment.run\\u202e";

test("schedulers lists those of the store, with their load, lease and tags", async () => {
  await withProject({}, async (project) => {
    const release = Promise.withResolvers<void>();
    const slow = task({ name: "slow", version: 2, tags: ["gpu"], run: () => release.promise });
    await using scheduler = new Scheduler({
      store: libsql(project.store),
      tasks: [slow],
      tags: ["gpu"],
      name: "night-shift",
      lease: { seconds: 20 },
    });
    await scheduler.startInBackground();
    const { promise: started, resolve } = Promise.withResolvers<void>();
    scheduler.subscribe(() => resolve(), { types: "jobStarted" });
    await scheduler.addJob(slow);
    await started;
    const [row, ...others] = await project.json(["schedulers"]) as Row[];
    assert.deepEqual(others, []);
    assert.deepEqual(
      [
        row!["name"],
        row!["role"],
        row!["alive"],
        row!["runningJobs"],
        row!["tags"],
        row!["lease"],
        row!["tasks"],
      ],
      ["night-shift", "both", true, 1, ["gpu"], "PT20S", [{ name: "slow", version: 2 }]],
    );
    const { out } = await project.run(["schedulers"]);
    assert.match(out, /night-shift +both +alive +1 +20 s, ends in 1\d.*gpu +slow v2\n$/);
    release.resolve();
    await scheduler.stop();
    assert.equal((await project.run(["schedulers"])).out, "No scheduler is registered\n");
  });
});

test("schedules list shows a page by default, and continues at its cursor", async () => {
  await withProject({}, async (project) => {
    const tick = task({ name: "tick", run() {} });
    const scheduler = new Scheduler({ store: libsql(project.store), tasks: [tick] });
    const trigger = interval({ hours: 1 }, { start: "2099-01-01T00:00Z" });
    const list = Array.from(
      { length: 105 },
      (_, i) => ({ id: `s${String(i).padStart(3, "0")}`, task: tick, trigger }),
    );
    await scheduler.applySchedules(list, { group: "many" });
    await scheduler.stop();
    const first = await project.run(["schedules", "list", "--json"]);
    const ids = (JSON.parse(first.out) as Row[]).map(({ id }) => id);
    assert.deepEqual([ids.length, ids[0], ids[99]], [100, "s000", "s099"]);
    const [, cursor] = /there are more: --after (\S+) continues\n$/.exec(first.err)!;
    const rest = await project.run(["schedules", "list", "--json", "--after", cursor!]);
    assert.deepEqual((JSON.parse(rest.out) as Row[]).map(({ id }) => id), [
      "s100",
      "s101",
      "s102",
      "s103",
      "s104",
    ]);
    assert.equal(rest.err, "");
    assert.equal((await project.json(["schedules", "--limit", "5000"]) as Row[]).length, 105);
    const { code, err } = await project.run(["schedules", "list", "--after", "s100"]);
    assert.equal(code, 2);
    assert.match(err, /--after must be a cursor/);
  });
});

test("jobs show and jobs list escape what a task logs and throws, and name the user's own lines", async () => {
  const text = `
    import { task } from "carillon";
    const hostile = ${JSON.stringify(HOSTILE)};
    function charge() {
      throw Object.assign(new TypeError(hostile), { code: "E_CARD", cause: new Error("refused " + hostile) });
    }
    export const pay = task({ name: "pay", run(_input, { log }) { log.info(hostile, { hostile }); charge(); } });`;
  await withProject({ ...sampleTasks, "tasks/pay.ts": text }, async (project) => {
    const ran = await project.run(["run", "pay"]);
    const [job] = await project.json(["jobs", "--task", "pay"]) as Row[];
    const shown = await project.run(["jobs", "show", String(job!["id"])]);
    const listed = await project.run(["jobs", "list"]);
    const followed = await project.run(["jobs", "follow", String(job!["id"])]);
    for (const { out, err } of [ran, shown, listed, followed]) {
      // deno-lint-ignore no-control-regex -- control characters are what is looked for
      assert.doesNotMatch(out + err, /[\u0000-\u0009\u000b-\u001f\u202e]|^23:59:59/m);
    }
    assert.ok(shown.out.includes(`TypeError: ${SHOWN} (E_CARD)\n`), shown.out);
    assert.ok(shown.out.includes(`caused by Error: refused ${SHOWN}\n`), shown.out);
    assert.match(shown.out, /\n +at charge \(tasks\/pay\.ts:5:\d+\)\n +at .*tasks\/pay\.ts:7:\d+\)?\n/);
    assert.doesNotMatch(shown.out, /executor_run|node_modules|ext:/);
    assert.ok(shown.out.includes(`info  ${SHOWN}`), shown.out);
    assert.deepEqual(
      (await project.json(["jobs", "show", String(job!["id"])]) as { error: Row }).error["message"],
      HOSTILE,
    );
  });
});

test("check warns of a stored schedule whose task is in no module, unless a live scheduler has it", async () => {
  await withProject(sampleTasks, async (project) => {
    const gone = task({
      name: "gone",
      schedules: [{ id: "nightly", trigger: interval({ hours: 1 }) }],
      run() {},
    });
    const scheduler = new Scheduler({ store: libsql(project.store), tasks: [gone] });
    await scheduler.startInBackground();
    assert.deepEqual((await project.json(["check"]) as Row)["warnings"], []);
    await scheduler.stop();
    const { code, out } = await project.run(["check"]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^warning: Schedule 'nightly' is stored and still fires, but its task 'gone' is in no task module; 'carillon schedules remove nightly' ends it\n/,
    );
    await project.run(["schedules", "remove", "nightly"]);
    assert.deepEqual((await project.json(["check"]) as Row)["warnings"], []);
  });
});

test("help gives machines JSON too", async () => {
  await withProject({}, async (project) => {
    for (const args of [["help", "jobs"], ["jobs", "list", "--help"]]) {
      assert.match(String((await project.json(args) as Row)["help"]), /Usage: carillon jobs/);
    }
  });
});
