/** Proofs by the compiler: what must not compile does not. The calls are never made. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { ScheduleArgs } from "../../src/model/schedule_options.ts";
import { schedule } from "../../src/registry/schedule.ts";
import { task, taskRef } from "../../src/registry/task.ts";
import type {
  InputArgs,
  InputOf,
  ResultOf,
  Task,
  TaskReference,
  TaskSource,
} from "../../src/registry/task_types.ts";
import type { Trigger } from "../../src/triggers/trigger.ts";
import { test } from "../harness.ts";
import { sampleTrigger } from "./sample_trigger.ts";
import { assertType, compiled, type Same } from "./type_assertions.ts";

/** The calls of a scheduler, as it declares them. */
interface Calls {
  runJob<T extends TaskReference>(
    task: T,
    ...args: InputArgs<InputOf<T>, { delay?: string }>
  ): Promise<ResultOf<T>>;
  addSchedule<T extends TaskReference>(task: T, trigger: Trigger, ...args: ScheduleArgs<InputOf<T>>): void;
  tasks(sources: readonly TaskSource[]): void;
}

declare const calls: Calls;
const trigger = sampleTrigger();

const send = task({
  name: "send",
  input: z.object({ userId: z.string(), copies: z.number().default(1) }),
  run: ({ userId, copies }) => ({ sent: userId.length * copies }),
});
const clean = task({ name: "clean", run: async () => await Promise.resolve(7) });
const later = task({ name: "later", input: z.string().optional(), run: (text) => text ?? "" });
const sized = task({
  name: "sized",
  output: z.object({ size: z.string().transform(Number) }),
  run: () => ({ size: "3" }),
});

const asynchronous = task({
  name: "asynchronous",
  output: z.string(),
  run: async () => await Promise.resolve("x"),
});

class Reports {
  constructor(readonly team: string) {}
  @task({ name: "reports.daily" })
  daily(): Promise<number> {
    return Promise.resolve(1);
  }
  @task({ input: z.object({ day: z.string() }) })
  forDay(input: { day: string }, { signal }: { signal: AbortSignal }): string {
    return `${input.day} ${signal.aborted}`;
  }
  @task({ input: z.coerce.date() })
  at(when: Date): number {
    return when.getTime();
  }
  @task({ input: z.object({ copies: z.number().default(1) }) })
  print(input: { copies?: number }): number {
    return input.copies ?? 0;
  }
  @schedule(trigger, { input: { day: "monday" } })
  weekly(input: { day: "monday" | "friday" }): void {
    void input;
  }
  @task()
  static nightly(): boolean {
    return true;
  }
  undecorated(): void {}
}

class Stack<Item> {
  @task()
  push(item: Item): Item[] {
    return [item];
  }
}

test("types: InputOf and ResultOf give what callers give and get", () => {
  assertType<Same<InputOf<typeof send>, { userId: string; copies?: number | undefined }>>();
  assertType<Same<ResultOf<typeof send>, { sent: number }>>();
  assertType<Same<InputOf<typeof clean>, undefined>>();
  assertType<Same<ResultOf<typeof clean>, number>>();
  assertType<Same<InputOf<typeof later>, string | undefined>>();
  assertType<Same<ResultOf<typeof sized>, { size: number }>>();
  assertType<Same<ResultOf<typeof asynchronous>, string>>();
  assertType<Same<InputOf<Reports["daily"]>, undefined>>();
  assertType<Same<ResultOf<Reports["daily"]>, number>>();
  assertType<Same<InputOf<Reports["forDay"]>, { day: string }>>();
  assertType<Same<InputOf<Reports["at"]>, Date>>();
  assertType<Same<InputOf<Reports["print"]>, { copies?: number }>>();
  assertType<Same<ResultOf<typeof Reports.nightly>, boolean>>();
  assertType<Same<ResultOf<Stack<string>["push"]>, string[]>>();
  const named: Task<{ userId: string; copies?: number | undefined }, { sent: number }> = send;
  assert.equal(named.name, "send");
});

test("types: taskRef carries the types of the task it names", () => {
  const reference = taskRef<typeof send>("send");
  assertType<Same<InputOf<typeof reference>, InputOf<typeof send>>>();
  assertType<Same<ResultOf<typeof reference>, { sent: number }>>();
  const method = taskRef<Reports["forDay"]>("Reports.forDay");
  assertType<Same<InputOf<typeof method>, { day: string }>>();
});

test("types: a call with the right input compiles", () => {
  compiled(async () => {
    const { sent } = await calls.runJob(send, { userId: "ada" }, { delay: "PT1S" });
    assertType<Same<typeof sent, number>>();
    const reports = new Reports("sales");
    await calls.runJob(clean);
    await calls.runJob(clean, undefined, { delay: "PT1S" });
    await calls.runJob(later);
    await calls.runJob(later, "x");
    await calls.runJob(reports.daily);
    await calls.runJob(reports.forDay, { day: "monday" });
    await calls.runJob(Reports.nightly);
    await calls.runJob(new Stack<string>().push, "x");
    await calls.runJob(taskRef<typeof send>("send"), { userId: "ada", copies: 2 });
    calls.addSchedule(clean, trigger);
    calls.addSchedule(clean, trigger, { id: "x" });
    calls.addSchedule(send, trigger, { id: "x", input: { userId: "ada" } });
    calls.tasks([send, Reports, reports, clean]);
  });
});

test("types: a wrong, a missing and an extra input do not compile", () => {
  compiled(() => {
    // @ts-expect-error wrong type
    calls.runJob(send, { userId: 3 });
    // @ts-expect-error missing
    calls.runJob(send);
    // @ts-expect-error missing key
    calls.runJob(send, {});
    // @ts-expect-error extra key
    calls.runJob(send, { userId: "ada", userID: "ada" });
    // @ts-expect-error an input where none is taken
    calls.runJob(clean, { a: 1 });
    // @ts-expect-error wrong type for a method
    calls.runJob(new Reports("sales").forDay, { day: 3 });
    // @ts-expect-error missing for a method
    calls.runJob(new Reports("sales").forDay);
    // @ts-expect-error an input for a method that takes none
    calls.runJob(new Reports("sales").daily, 1);
    // @ts-expect-error wrong for the class's type argument
    calls.runJob(new Stack<string>().push, 3);
    // @ts-expect-error wrong through a reference
    calls.runJob(taskRef<typeof send>("send"), { user: "ada" });
    // @ts-expect-error an option that does not exist
    calls.runJob(clean, undefined, { dealy: "PT1S" });
  });
});

test("types: what is no task does not compile", () => {
  compiled(() => {
    // @ts-expect-error text
    calls.runJob("send");
    // @ts-expect-error a misspelt method
    calls.runJob(new Reports("sales").dayli);
    // @ts-expect-error a class
    calls.runJob(Reports);
    // @ts-expect-error an instance
    calls.runJob(new Reports("sales"));
    // @ts-expect-error an object that only has a name
    calls.runJob({ name: "send" });
    // @ts-expect-error a number
    calls.tasks([1]);
    // @ts-expect-error a text
    calls.tasks(["send"]);
    // @ts-expect-error a plain function
    calls.tasks([() => 1]);
  });
});

test("types: a schedule of a task with a required input demands it", () => {
  compiled(() => {
    // @ts-expect-error no options
    calls.addSchedule(send, trigger);
    // @ts-expect-error no input
    calls.addSchedule(send, trigger, { id: "x" });
    // @ts-expect-error wrong input
    calls.addSchedule(send, trigger, { input: { userId: 1 } });
    // @ts-expect-error an input where none is taken
    calls.addSchedule(clean, trigger, { input: 1 });
    // @ts-expect-error a policy that does not exist
    calls.addSchedule(clean, trigger, { overlap: "wait" });
    // @ts-expect-error a declared schedule without the input
    task({ name: "a", input: z.string(), schedules: [{ trigger }], run: (text) => text });
    // @ts-expect-error a declared schedule with a wrong input
    task({ name: "a", input: z.string(), schedules: [{ trigger, input: 1 }], run: (text) => text });
  });
});

test("types: a definition that contradicts itself does not compile", () => {
  compiled(() => {
    // @ts-expect-error no name
    task({ run: () => 1 });
    // @ts-expect-error a result that the output schema does not accept
    task({ name: "a", output: z.string(), run: () => 1 });
    // @ts-expect-error a parameter that the input schema does not give
    task({ name: "a", input: z.string(), run: (input: number) => input });
    // @ts-expect-error a misspelt option
    task({ name: "a", retires: 3, run: () => 1 });
    // @ts-expect-error a schema that is none
    task({ name: "a", input: { type: "string" }, run: () => 1 });
  });
});
