/** Proofs by the compiler about batch tasks: what must not compile does not. */
import { z } from "zod";
import type { BatchContext, TaskContext } from "../../src/context/task_context.ts";
import { schedule } from "../../src/registry/schedule.ts";
import { task, taskRef } from "../../src/registry/task.ts";
import type { InputArgs, InputOf, ResultOf, TaskReference } from "../../src/registry/task_types.ts";
import { test } from "../harness.ts";
import { sampleTrigger } from "./sample_trigger.ts";
import { assertType, compiled, type Same } from "./type_assertions.ts";

declare const runJob: <T extends TaskReference>(
  task: T,
  ...args: InputArgs<InputOf<T>, { delay?: string }>
) => Promise<ResultOf<T>>;
const trigger = sampleTrigger();
const batch = { size: 10 };

test("types: callers of a batch task give one input and get one result, without the errors among them", () => {
  const priced = task({
    name: "a",
    batch,
    input: z.string(),
    run: (names) => names.map((name) => name.length),
  });
  const some = task({
    name: "b",
    batch,
    run: (inputs) => inputs.map((_, i) => i === 0 ? new TypeError("no") : String(i)),
  });
  const rows = task({
    name: "c",
    batch,
    run: (inputs) => Promise.resolve(inputs.map(() => ({ name: "ada", message: "an error has a stack" }))),
  });
  const each = task({ name: "d", batch, run: (inputs) => inputs.map(() => Promise.resolve(1)) });
  const checked = task({
    name: "e",
    batch,
    output: z.string().transform(Number),
    run: (i) => i.map(() => "1"),
  });
  assertType<Same<InputOf<typeof priced>, string>>();
  assertType<Same<ResultOf<typeof priced>, number>>();
  assertType<Same<ResultOf<typeof some>, string>>();
  assertType<Same<ResultOf<typeof rows>, { name: string; message: string }>>();
  assertType<Same<ResultOf<typeof each>, number>>();
  assertType<Same<ResultOf<typeof checked>, number>>();
  compiled(() => {
    runJob(priced, "tea");
    // @ts-expect-error many inputs
    runJob(priced, ["tea"]);
    // @ts-expect-error a result for each input
    task({ name: "a", batch, input: z.string(), run: (names) => names.length });
    // @ts-expect-error results that the output schema does not accept
    task({ name: "a", batch, output: z.string(), run: (inputs) => inputs.map(() => 1) });
    // @ts-expect-error one input
    task({ name: "a", batch, input: z.string(), run: (name: string) => [name] });
    // @ts-expect-error no size
    task({ name: "a", batch: {}, run: (inputs) => inputs });
    // @ts-expect-error the context of a single job
    task({ name: "a", batch, run: (inputs, { job }) => inputs.map(() => job.id) });
  });
});

class Mails {
  @schedule(trigger, { input: "ada" })
  @task({ batch })
  send(to: string[], _context: BatchContext<string>): (number | Error)[] {
    return to.map((one) => one.length);
  }
  @task({ batch, input: z.object({ n: z.number() }) })
  checked(inputs: { n: number }[], _context: BatchContext<{ n: number }>): Promise<string[]> {
    return Promise.resolve(inputs.map(({ n }) => `${n}`));
  }
  /** An ordinary task that takes a list. */
  @task()
  list(all: string[], _context: TaskContext): number {
    return all.length;
  }
}

test("types: callers see by its context that a method takes a batch", () => {
  assertType<Same<InputOf<Mails["send"]>, string>>();
  assertType<Same<ResultOf<Mails["send"]>, number>>();
  assertType<Same<InputOf<Mails["list"]>, string[]>>();
  assertType<Same<ResultOf<Mails["list"]>, number>>();
  compiled(() => {
    const mails = new Mails();
    runJob(mails.send, "ada");
    runJob(mails.checked, { n: 1 });
    runJob(mails.list, ["ada"]);
    runJob(taskRef<Mails["send"]>("mails.send"), "ada");
    // @ts-expect-error many inputs
    runJob(mails.send, ["ada"]);
    // @ts-expect-error another input
    runJob(mails.checked, { n: "1" });
  });
});

test("types: @task with batch on a method that takes no batch does not compile", () => {
  compiled(() => {
    class Misfits {
      // @ts-expect-error callers could not see that it takes a batch
      @task({ batch })
      noContext(inputs: string[]): string[] {
        return inputs;
      }
      // @ts-expect-error one input
      @task({ batch })
      one(input: string, _context: BatchContext<string>): string[] {
        return [input];
      }
      // @ts-expect-error no result for each
      @task({ batch })
      noResults(inputs: string[], _context: BatchContext<string>): number {
        return inputs.length;
      }
      // @ts-expect-error the schema gives something else
      @task({ batch, input: z.number() })
      otherInput(inputs: string[], _context: BatchContext<string>): string[] {
        return inputs;
      }
      // @ts-expect-error the context of a single job
      @task({ batch })
      single(inputs: string[], _context: TaskContext): string[] {
        return inputs;
      }
      // @ts-expect-error a schedule gives one input
      @schedule(trigger, { input: ["ada"] })
      @task({ batch })
      scheduled(inputs: string[], _context: BatchContext<string>): string[] {
        return inputs;
      }
    }
    return Misfits;
  });
});
