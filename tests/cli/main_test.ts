/** The real command line, in processes of its own: what cannot be seen from within. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runtime, test } from "../harness.ts";
import { type SampleProject, sampleTasks, withProject } from "./sample_project.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** How the command line is called in these tests, which run in other folders. */
const program = runtime === "deno" ? `deno run -A ${main}` : `bun ${main}`;

function moduleUrl(path: string): string {
  return new URL(`../../${path}`, import.meta.url).href;
}

type Row = Readonly<Record<string, unknown>>;

const slowTasks = {
  "tasks/slow.ts": `
    import { date, task } from "carillon";
    import { existsSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";

    // Runs until the file "enough" is there, or until it is aborted.
    export const slow = task({
      name: "sample.slow",
      schedules: [{ trigger: date("2026-01-01T00:00:00Z") }],
      async run(_input, { signal, log }) {
        while (!existsSync("enough")) {
          await sleep(10, undefined, { signal });
          log.info("still running");
        }
        return "done";
      },
    });`,
};

async function jobsOf(project: SampleProject, task: string): Promise<readonly Row[]> {
  return await project.json(["jobs", "--task", task]) as Row[];
}

test("start shows what it has and what happens, and stops at a signal", async () => {
  await withProject(sampleTasks, async (project) => {
    const running = project.start(["start"]);
    await running.until("success");
    running.signal("SIGTERM");
    const { code, out, err } = await running.ended();
    assert.equal(code, 0, err);
    assert.match(
      out,
      /^Carillon \d+\.\d+\.\d+ .*\nstore {2}file:carillon\.db\ntasks {2}sample\.add, .*sample\.tick\n/,
    );
    assert.match(out, /SCHEDULE .*\nticking +sample\.tick +\d{4}-/);
    assert.match(out, /\d\d:\d\d:\d\d {2}started +sample\.tick \[ticking\]\n/);
    assert.match(out, /\d\d:\d\d:\d\d {2}success +sample\.tick \[ticking\] +\d+(\.\d+)? m?s\n/);
    assert.equal(err, "stopping\nstopped\n");
    const [job, ...others] = await jobsOf(project, "sample.tick");
    assert.deepEqual([job!["outcome"], others], ["success", []]);
  });
});

test("start ends as at a signal when the reader of its output is gone, with another exit code", async () => {
  await withProject(slowTasks, async (project) => {
    const running = project.start([]);
    await running.until("started    sample.slow");
    running.closeOutput();
    await running.until("stopping: waiting for 1 job: sample.slow (");
    await project.write("enough", "");
    assert.equal((await running.ended()).code, 141);
    const [job, ...others] = await jobsOf(project, "sample.slow");
    assert.deepEqual([job!["outcome"], others], ["success", []]);
    assert.deepEqual(await project.json(["schedulers"]), []);
  });
});

test("start waits for what runs when its terminal is gone", async () => {
  await withProject(slowTasks, async (project) => {
    const running = project.start([]);
    await running.until("started    sample.slow");
    running.signal("SIGHUP");
    await running.until("stopping: waiting for 1 job: sample.slow (");
    await project.write("enough", "");
    assert.equal((await running.ended()).code, 0);
    assert.equal((await jobsOf(project, "sample.slow"))[0]!["outcome"], "success");
  });
});

test("start ends at once at the third signal, with the exit code of an interruption", async () => {
  const text = `
    import { date, task } from "carillon";
    import { setTimeout as sleep } from "node:timers/promises";
    export const deaf = task({
      name: "deaf",
      schedules: [{ trigger: date("2026-01-01T00:00:00Z") }],
      run: () => sleep(60_000),
    });`;
  await withProject({ "tasks/deaf.ts": text }, async (project) => {
    const running = project.start(["start", "--log-level", "info"]);
    await running.until("started    deaf");
    running.signal("SIGINT");
    await running.until("once more aborts them");
    running.signal("SIGINT");
    await running.until("aborting what still runs");
    running.signal("SIGINT");
    const { code, out } = await running.ended();
    assert.equal(code, 130);
    assert.doesNotMatch(out, /stopped/);
  });
});

test("start --quiet prints nothing but warnings and errors", async () => {
  const text = `
    import { date, task } from "carillon";
    export const chatty = task({
      name: "chatty",
      schedules: [{ trigger: date("2026-01-01T00:00:00Z") }],
      run(_input, { log }) {
        log.info("not shown");
        void Promise.reject(new Error("nobody awaits me"));
      },
    });`;
  await withProject({ "tasks/chatty.ts": text }, async (project) => {
    const running = project.start(["start", "--quiet"]);
    await running.until("nobody awaits me");
    running.signal("SIGTERM");
    const { code, out, err } = await running.ended();
    assert.deepEqual([code, out], [0, ""]);
    assert.match(err, /^\d\d:\d\d:\d\d {2}error {2}an uncaught error.*\n$/);
  });
});

test("run keeps the standard output for its result, whatever the task prints and wherever it runs", async () => {
  const task = (executor: string) => `
    import { task } from "carillon";
    import process from "node:process";
    console.log("imported ${executor}");
    export const one = task({
      name: "one.${executor}",
      executor: "${executor}",
      run() {
        console.log("logged", { a: 1 });
        console.info("informed");
        console.table([{ b: 2 }]);
        process.stdout.write("written\\n");
        return { c: 3 };
      },
    });`;
  const config = `
    import { worker } from "${moduleUrl("src/executors/worker_threads.ts")}";
    import { processes } from "${moduleUrl("src/executors/processes.ts")}";
    const modules = (name) => [new URL("./tasks/" + name + ".ts", import.meta.url)];
    export default { executors: {
      thread: worker({ modules: modules("thread") }),
      child: processes({ modules: modules("child") }),
    } };`;
  const files = { "carillon.config.ts": config };
  for (const executor of ["eventLoop", "thread", "child"]) {
    Object.assign(files, { [`tasks/${executor}.ts`]: task(executor) });
  }
  await withProject(files, async (project) => {
    for (const executor of ["eventLoop", "thread", "child"]) {
      const { code, out, err } = await project.start(["run", `one.${executor}`, "--json"]).ended();
      assert.equal(code, 0, err);
      assert.deepEqual((JSON.parse(out) as Row)["result"], { c: 3 }, executor);
      for (const printed of ["imported", "logged", "informed", "written"]) {
        assert.ok(err.includes(printed), printed);
      }
    }
    const plain = await project.start(["run", "one.eventLoop"]).ended();
    assert.equal(plain.out, '{\n  "c": 3\n}\n');
  });
});

test("start waits for what runs at the first signal, and says so", async () => {
  await withProject(slowTasks, async (project) => {
    const running = project.start([]);
    await running.until("started    sample.slow");
    running.signal("SIGINT");
    await running.until("stopping: waiting for 1 job: sample.slow (");
    await project.write("enough", "");
    const { code } = await running.ended();
    assert.equal(code, 0);
    const [job] = await jobsOf(project, "sample.slow");
    assert.equal(job!["outcome"], "success");
  });
});

test("start aborts what runs at the second signal, and the next start runs it again", async () => {
  await withProject(slowTasks, async (project) => {
    const running = project.start(["start"]);
    await running.until("started    sample.slow");
    running.signal("SIGINT");
    await running.until("once more aborts them");
    running.signal("SIGINT");
    const { code, out } = await running.ended();
    assert.equal(code, 0);
    assert.match(out, /returned +sample\.slow +it will be run again/);
    assert.ok((await jobsOf(project, "sample.slow"))[0]!["outcome"] === undefined);
    await project.write("enough", "");
    const again = project.start(["start"]);
    await again.until("success    sample.slow");
    again.signal("SIGINT");
    assert.equal((await again.ended()).code, 0);
  });
});

test("start continues after an uncaught error, and logs it", async () => {
  const text = `
    import { interval, task } from "carillon";
    export const careless = task({
      name: "careless",
      schedules: [{ trigger: interval({ hours: 1 }) }],
      run() {
        void Promise.reject(new Error("nobody awaits me"));
        queueMicrotask(() => { throw new Error("nobody catches me"); });
      },
    });`;
  await withProject({ "tasks/careless.ts": text }, async (project) => {
    const running = project.start(["start"]);
    for (const what of ["nobody awaits me", "nobody catches me", "success"]) await running.until(what);
    running.signal("SIGINT");
    const { code, err } = await running.ended();
    assert.equal(code, 0);
    assert.match(err, /error {2}an uncaught error.*nobody awaits me/);
  });
});

test("start --json writes one event a line, and nothing else, on the standard output", async () => {
  await withProject(sampleTasks, async (project) => {
    const running = project.start(["start", "--json", "--name", "tester"]);
    await running.until('"type":"jobFinished"');
    running.signal("SIGINT");
    const { code, out, err } = await running.ended();
    assert.equal(code, 0, err);
    const events = out.trim().split("\n").map((line) => JSON.parse(line) as Row);
    assert.deepEqual([events[0]!["type"], events[0]!["scheduler"]], ["schedulerStarting", "tester"]);
    assert.equal(events.at(-1)!["type"], "schedulerStopped");
    assert.ok(events.some(({ type, outcome }) => type === "jobFinished" && outcome === "success"));
    assert.ok(events.every((event) => !("local" in event)));
  });
});

test("start --http serves the control endpoints, and says where", async () => {
  await withProject(sampleTasks, async (project) => {
    const running = project.start(["start", "--http", "127.0.0.1:0"], {
      CARILLON_TOKENS: "Zk3v9sQx7LrT2nWbY5pHcA",
    });
    await running.until("success");
    running.signal("SIGINT");
    const { code, out } = await running.ended();
    assert.equal(code, 0);
    assert.match(out, /\nhttp {3}http:\/\/127\.0\.0\.1:\d+\n/);
    assert.doesNotMatch(out, /\ntoken /);
  });
});

test("start refuses a port that is taken before it opens the store", async () => {
  await withProject(sampleTasks, async (project) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { readonly port: number };
    const { code, out, err } = await project.start(["start", "--http", `127.0.0.1:${port}`]).ended();
    await new Promise((resolve) => server.close(resolve));
    assert.equal(code, 8);
    assert.equal(out, "");
    assert.match(
      err,
      new RegExp(`^error: Cannot listen on 127\\.0\\.0\\.1:${port}: .*\\(addressInUse\\)\\n$`),
    );
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});

test("start --http without a token makes one for this run, and prints it with the address", async () => {
  await withProject(sampleTasks, async (project) => {
    const running = project.start(["start", "--http", "127.0.0.1:0"]);
    const out = await running.until("success");
    const [, url] = /\nhttp {3}(\S+)\n/.exec(out)!;
    const [, token] = /\ntoken {2}(\S{32}) /.exec(out)!;
    const status = async (headers: Record<string, string>) => {
      const response = await fetch(`${url}/tasks`, { headers });
      await response.body?.cancel();
      return response.status;
    };
    assert.deepEqual([await status({}), await status({ Authorization: `Bearer ${token}` })], [401, 200]);
    running.signal("SIGINT");
    assert.equal((await running.ended()).code, 0);
  });
});

test("start refuses an empty CARILLON_TOKENS, which was meant to close the endpoints", async () => {
  await withProject(sampleTasks, async (project) => {
    for (const tokens of ["", ","]) {
      const { code, err } = await project.start(["start", "--http", "127.0.0.1:0"], {
        CARILLON_TOKENS: tokens,
      }).ended();
      assert.equal(code, 3);
      assert.match(err, /^error: Option 'tokens' .*\(from CARILLON_TOKENS\) \(invalidConfiguration\)\n$/);
    }
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});

test("run cancels its job at a signal, and ends with the exit code of an interruption", async () => {
  await withProject(slowTasks, async (project) => {
    const running = project.start(["run", "sample.slow"]);
    await running.until("running sample.slow");
    running.signal("SIGINT");
    const { code, out, err } = await running.ended();
    assert.equal(code, 130);
    assert.equal(out, "");
    assert.match(err, /error: .*was cancelled.*\(jobCancelled\)\n$/);
    const [job] = await jobsOf(project, "sample.slow");
    assert.equal(job!["outcome"], "cancelled");
  });
});

test("commands end although a task module leaves a timer behind", async () => {
  const text = `import { task } from "carillon";
    setInterval(() => {}, 1000);
    export const one = task({ name: "one", run: () => 1 });`;
  await withProject({ "tasks/timer.ts": text }, async (project) => {
    const { code, out } = await project.start(["run", "one"]).ended();
    assert.deepEqual([code, out], [0, "1\n"]);
  });
});

test("a command line that is not understood does nothing, with exit code 2", async () => {
  await withProject(sampleTasks, async (project) => {
    const [command, option] = await Promise.all([
      project.start(["strat"]).ended(),
      project.start(["start", "--stroe", "file:a.db"]).ended(),
    ]);
    assert.equal(command.code, 2);
    assert.equal(
      command.err,
      "error: There is no command 'strat'; did you mean 'start'?; " +
        `see '${program} help' (usage)\n`,
    );
    assert.equal(option.code, 2);
    assert.match(option.err, /no option '--stroe'; did you mean '--store'\?/);
    assert.equal(existsSync(join(project.folder, "carillon.db")), false);
  });
});

test("--version and help need neither tasks nor a store", async () => {
  await withProject({}, async (project) => {
    const [version, help] = await Promise.all([
      project.start(["--version"]).ended(),
      project.start(["help", "jobs", "list"]).ended(),
    ]);
    assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
    assert.ok(help.out.includes(`\nUsage: ${program} jobs list [options]\n`), help.out);
    assert.deepEqual([version.code, help.code], [0, 0]);
  });
});
