import { task, taskRef } from "../../../src/registry/task.ts";
import { interval } from "../../../src/triggers/interval.ts";
import type { Feature, Timed } from "./feature.ts";

/** Requests about rates. */
export type RateAsk =
  | {
    readonly kind: "addRated";
    readonly task: string;
    readonly id: string;
    readonly key?: string;
    readonly priority: number;
  }
  | {
    readonly kind: "setRate";
    readonly task: string;
    readonly rate: { readonly limit: number; readonly perMs: number } | null;
  };

/** Tasks of which only so many start in a time, as a whole and by key; rates are changed and lifted meanwhile. */
export const rates: Feature<RateAsk> = {
  kinds: ["addRated", "setRate"],

  tasks: ({ run }) => [
    task({
      name: "rated",
      maxRunningJobs: null,
      rateLimit: { limit: 2, per: { seconds: 2 } },
      retry: { maxAttempts: 2, base: { milliseconds: 200 } },
      schedules: [{ id: "rates", trigger: interval({ milliseconds: 1700 }), overlap: "queue" }],
      run: run({ fromMs: 0, upToMs: 600, fails: 0.2 }),
    }),
    task({
      name: "ratedByKey",
      maxRunningJobs: 2,
      rateLimit: { limit: 1, per: { milliseconds: 900 }, key: () => "r0" },
      run: run({ fromMs: 0, upToMs: 400 }),
    }),
  ],

  asks(random, atMs): readonly Timed<RateAsk>[] {
    const tasks = ["rated", "ratedByKey"];
    const adds = Array.from({ length: random.whole(4, 16) }, (_, i): Timed<RateAsk> => {
      const name = random.pick(tasks);
      const key = name === "ratedByKey" ? { key: `r${random.whole(0, 1)}` } : {};
      const priority = random.chance(0.2) ? random.whole(-2, 2) : 0;
      return { kind: "addRated", atMs: atMs(), task: name, id: `rate${i}`, priority, ...key };
    });
    const sets = Array.from({ length: random.whole(0, 3) }, (): Timed<RateAsk> => ({
      kind: "setRate",
      atMs: atMs(),
      task: random.pick(tasks),
      rate: random.chance(0.2)
        ? null
        : { limit: random.whole(1, 3), perMs: random.pick([600, 1500, 2000, 4000]) },
    }));
    return [...adds, ...sets];
  },

  ask(client, ask) {
    if (ask.kind === "addRated") {
      const { id, priority, key } = ask;
      const rateKey = key === undefined ? {} : { rateKey: key };
      return client.addJob(taskRef(ask.task), undefined, { id, priority, ...rateKey });
    }
    const { task: name, rate } = ask;
    const rateLimit = rate && { limit: rate.limit, per: { milliseconds: rate.perMs } };
    return client.configureTask(name, { rateLimit });
  },
};
