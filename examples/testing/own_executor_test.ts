import { test } from "node:test";
import type { Executor } from "carillon";
import { executorConformance } from "carillon/testing";

/** An executor of your own: here one that lets only so many functions run beside each other in this process. */
function narrow(places: number): Executor {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    kind: "narrow",
    canTerminate: false,
    async run({ call }) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await call();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  };
}

executorConformance({
  test: (name, body) => test(`narrow executor: ${name}`, body),
  makeExecutor: () => narrow(3),
});
