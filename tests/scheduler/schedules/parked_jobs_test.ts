import assert from "node:assert/strict";
import { z } from "zod";
import { libsql } from "../../../src/stores/libsql.ts";
import { memory } from "../../../src/stores/memory.ts";
import { task } from "../../../src/registry/task.ts";
import { Scheduler } from "../../../src/scheduler/scheduler.ts";
import { sleep } from "../../../src/time/clock.ts";
import { VirtualClock } from "../../../src/time/virtual_clock.ts";
import { fixedDelay } from "../../../src/triggers/fixed_delay.ts";
import { interval } from "../../../src/triggers/interval.ts";
import { test } from "../../harness.ts";

const stores = [["memory", memory], ["libsql", () => libsql(":memory:")]] as const;
const triggers = [
  ["queueOne", interval({ minutes: 1 })],
  ["skip", interval({ minutes: 1 })],
  ["queueOne", fixedDelay({ minutes: 1 })],
] as const;

for (const [name, makeStore] of stores) {
  for (const [overlap, trigger] of triggers) {
    test(`a parked job holds up no fire of its schedule, ${overlap}, ${trigger.kind}, ${name}`, async () => {
      const clock = new VirtualClock("2026-01-01T00:00Z");
      let field = "to";
      let running = 0;
      let most = 0;
      const ran: unknown[] = [];
      const mail = task({
        name: "mail",
        maxRunningJobs: null,
        input: z.record(z.string(), z.string()).refine((value) => field === "" || field in value),
        async run(input) {
          most = Math.max(most, ++running);
          ran.push(input);
          await sleep(clock, 20_000);
          running--;
        },
      });
      await using scheduler = new Scheduler({ clock, tasks: [mail], store: makeStore(), logger: false });
      await scheduler.addSchedule(mail, trigger, { id: "s", overlap, input: { to: "ada" } });
      field = "address";
      await scheduler.startInBackground();
      await clock.advance({ seconds: 150 });
      const parked = async () => (await scheduler.getJobs({ states: ["parked"] }));
      const list = await parked();
      const items = "items" in list ? list.items as unknown[] : list as unknown[];
      assert.equal(items.length, 3, "each fire goes on to be a job");
      await scheduler.updateSchedule("s", { input: { address: "ada" } });
      await clock.advance({ seconds: 60 });
      assert.deepEqual(ran, [{ address: "ada" }]);
      field = "";
      await scheduler.retryJobs({ scheduleId: "s", states: ["parked"] });
      await clock.advance({ seconds: 100 });
      await scheduler.pauseSchedule("s");
      await clock.advance({ minutes: 2 });
      assert.ok(ran.length >= 4);
      assert.equal(most, 1, "they wait for each other");
    });
  }
}
