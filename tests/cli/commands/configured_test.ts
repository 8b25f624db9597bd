import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "../../harness.ts";
import { withProject } from "../sample_project.ts";

const files = {
  "tasks/where.ts": `
    import { currentScheduler, task } from "carillon";
    export const where = task({ name: "where", run() {
      const scheduler = currentScheduler();
      return [scheduler.name, scheduler.timeZone, scheduler.storeNames];
    } });
    export const heavy = task({ name: "heavy", executor: "marked", run: () => globalThis.markedRuns });`,
  "marked.ts": `export const marked = {
    kind: "marked",
    canTerminate: false,
    run: ({ call }) => {
      globalThis.markedRuns = (globalThis.markedRuns ?? 0) + 1;
      return call();
    },
  };`,
};

test("run goes by the configuration file, the environment and the options, the last one first", async () => {
  const configuration = { name: "from the file", timeZone: "Asia/Tokyo" };
  await withProject({ ...files, "carillon.config.json": JSON.stringify(configuration) }, async (project) => {
    const where = async (args: readonly string[], env: Readonly<Record<string, string>>) =>
      JSON.parse((await project.run(["run", "where", ...args], { env })).out) as unknown;
    assert.deepEqual(await where([], {}), ["from the file", "Asia/Tokyo", ["main"]]);
    const env = { CARILLON_NAME: "from the environment" };
    assert.deepEqual(await where([], env), ["from the environment", "Asia/Tokyo", ["main"]]);
    const option = ["--set", "name=from the option"];
    assert.deepEqual(await where(option, env), ["from the option", "Asia/Tokyo", ["main"]]);
  });
});

test("run opens several stores by their aliases", async () => {
  await withProject(files, async (project) => {
    const env = { CARILLON_STORE: "", CARILLON_STORES: `first=${project.store},second=:memory:` };
    const { out } = await project.run(["run", "where", "--set", "name=n"], { env });
    assert.deepEqual(JSON.parse(out), ["n", "UTC", ["first", "second"]]);
  });
});

test("run takes executors from modules, and the event loop for tasks that ask for none", async () => {
  await withProject(files, async (project) => {
    const executors = ["--set", `executors=marked=${project.folder}/marked.ts`];
    const run = async (task: string) => (await project.run(["run", task, ...executors])).out;
    assert.equal(await run("heavy"), "1\n");
    await run("where");
    assert.equal(await run("heavy"), "2\n");
  });
});

test("a store in code can be given in a configuration file in code", async () => {
  const text = `
    import { libsql } from "${new URL("../../../src/stores/libsql.ts", import.meta.url)}";
    export default { store: libsql("file:" + import.meta.dirname + "/own.db", { tablePrefix: "own_" }) };`;
  await withProject({ ...files, "carillon.config.ts": text }, async (project) => {
    const env = { CARILLON_STORE: "" };
    const { code, err } = await project.run(["run", "where"], { env });
    assert.equal(code, 0, err);
    assert.equal((await project.json(["jobs"], { env }) as object[]).length, 1);
    assert.equal(existsSync(`${project.folder}/own.db`), true);
  });
});

test("an event broker in code hears what commands do; broker=store asks for none", async () => {
  const text = `
    const connect = () => Promise.resolve({
      publish: (message) => (globalThis.published ??= []).push(JSON.parse(message).event.type),
      close: () => Promise.resolve(),
    });
    export default { broker: { kind: "noting", connect } };`;
  await withProject({ ...files, "carillon.config.ts": text }, async (project) => {
    await project.run(["run", "where"]);
    const [job] = await project.json(["jobs"]) as { id: string }[];
    await project.run(["jobs", "retry", job!.id]);
    const { published = [] } = globalThis as { published?: string[] };
    assert.ok(published.includes("jobFinished") && published.includes("jobUpdated"), published.join());
    published.splice(0);
    const env = { CARILLON_BROKER: "store" };
    assert.equal((await project.run(["jobs", "remove", job!.id], { env })).code, 0);
    assert.deepEqual(published, []);
    const refused = await project.run(["tasks", "list"], { env: { CARILLON_BROKER: "radio" } });
    assert.match(refused.err, /'broker'.*'radio'.*CARILLON_BROKER/);
  });
});
