/**
 * A process that uses a store while others do the same. It writes a line for each thing that the store has said is
 * done, so that the test can check it.
 *
 * Usage: store_child.ts <url> <name> <what> [rounds]
 */
import process from "node:process";
import { defaultRunSettings } from "../../src/model/settings.ts";
import { libsql, type LibsqlStore } from "../../src/stores/libsql.ts";
import { newJob, schedulerWrite } from "../../src/testing/store_conformance/records.ts";
import { systemClock } from "../../src/time/system_clock.ts";

const IN_FLIGHT = 20;

const [url, name, what, rounds = "1000000"] = process.argv.slice(2) as [string, string, string, string?];

function say(line: string): void {
  process.stdout.write(line + "\n");
}

/** Adds jobs, claims whatever is there, ends it; says what was acknowledged. */
async function work(store: LibsqlStore, rounds: number): Promise<void> {
  const settings = { ...defaultRunSettings, maxRunningJobs: null };
  await store.putTasks([{ name: "work", description: null, version: 1, settings, metadata: {} }]);
  const { incarnation } = await store.registerScheduler(schedulerWrite(["work"]));
  say("working");
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: IN_FLIGHT }, async (_, index) => {
      const id = `${name}-${round}-${index}`;
      await store.addJobs([newJob(id, { taskName: "work" })]);
      say(`added ${id}`);
    }));
    const { claimed } = await store.claimJobs({
      incarnation,
      tasks: [{ name: "work", version: 1 }],
      limit: IN_FLIGHT,
    });
    await Promise.all(claimed.map(async ({ id, seq, claimNumber }) => {
      const fence = { seq, incarnation, claimNumber };
      const [held] = await store.endJobs([{
        fence,
        transition: {
          to: "finished",
          outcome: "success",
          value: `json:"${name}"`,
          error: null,
          keepMs: null,
        },
      }]);
      if (held) say(`ended ${id}`);
    }));
  }
}

const store = libsql(url, { synchronous: "normal" });
try {
  await store.open({ clock: systemClock });
  say("opened");
  if (what === "work") await work(store, Number(rounds));
  if (what === "write") await store.putFact("written by", name);
  await store.close();
  say("done");
} catch (error) {
  say(`failed ${(error as { code?: string }).code ?? String(error)}`);
}
