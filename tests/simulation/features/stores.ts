import { task, taskRef } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import type { Feature, Timed } from "./feature.ts";

/** The alias of the second data store. */
export const SECOND = "second";
/** The task whose jobs are there, and only there. */
export const ELSEWHERE = "elsewhere";

/** Requests to the second store. */
export type StoreAsk =
  | { readonly kind: "addThere"; readonly id: string; readonly delayMs: number }
  | { readonly kind: "scheduleThere"; readonly id: string; readonly everyMs: number }
  | { readonly kind: "cancelThere" | "retryThere" | "removeThere"; readonly id: string }
  | { readonly kind: "pauseThere" | "resumeThere" | "unscheduleThere"; readonly id: string };

/** A second data store, with weather and a clock of its own: every scheduler works for both. */
export const stores: Feature<StoreAsk> = {
  kinds: [
    "addThere",
    "scheduleThere",
    "cancelThere",
    "retryThere",
    "removeThere",
    "pauseThere",
    "resumeThere",
    "unscheduleThere",
  ],

  tasks: ({ run }) => [
    task({
      name: ELSEWHERE,
      maxRunningJobs: 2,
      retry: { maxAttempts: 2, base: { milliseconds: 300 } },
      run: run({ fromMs: 50, upToMs: 1500, fails: 0.2 }),
    }),
  ],

  asks(random, atMs): readonly Timed<StoreAsk>[] {
    const jobs = random.whole(3, 15);
    const jobId = () => `t${random.whole(0, jobs - 1)}`;
    const schedule = () => `there${random.whole(0, 1)}`;
    const times = <Asked extends StoreAsk>(count: number, make: (i: number) => Asked) =>
      Array.from({ length: count }, (_, i) => ({ ...make(i), atMs: atMs() }));
    return [
      ...times(jobs, (i): StoreAsk => {
        const delayMs = random.chance(0.3) ? random.whole(1, 5000) : 0;
        return { kind: "addThere", id: `t${i}`, delayMs };
      }),
      ...times(random.whole(0, 3), (): StoreAsk => {
        return { kind: "scheduleThere", id: schedule(), everyMs: random.whole(700, 3000) };
      }),
      ...times(random.whole(0, 4), (): StoreAsk => {
        return {
          kind: random.pick(["cancelThere", "cancelThere", "retryThere", "removeThere"]),
          id: jobId(),
        };
      }),
      ...times(random.whole(0, 3), (): StoreAsk => {
        return { kind: random.pick(["pauseThere", "resumeThere", "unscheduleThere"]), id: schedule() };
      }),
    ];
  },

  ask(client, ask) {
    const { id } = ask;
    switch (ask.kind) {
      case "addThere": {
        const delay = ask.delayMs > 0 ? { delay: { milliseconds: ask.delayMs } } : {};
        return client.addJob(taskRef(ELSEWHERE), undefined, { id, store: SECOND, ...delay });
      }
      case "scheduleThere": {
        const trigger = interval({ milliseconds: ask.everyMs });
        return client.addSchedule(taskRef(ELSEWHERE), trigger, { id, store: SECOND, overlap: "queue" });
      }
      case "cancelThere":
        return client.cancelJob(id);
      case "retryThere":
        return client.retryJob(id);
      case "removeThere":
        return client.removeJob(id);
      case "pauseThere":
        return client.pauseSchedule(id);
      case "resumeThere":
        return client.resumeSchedule(id);
      case "unscheduleThere":
        return client.removeSchedule(id);
    }
  },
};
