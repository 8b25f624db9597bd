/** Proofs by the compiler: tasks of any input, and generic code over tasks. The calls are never made. */
import assert from "node:assert/strict";
import { z } from "zod";
import { interval } from "../../src/triggers/interval.ts";
import { jobRequest } from "../../src/scheduler/jobs/job_request.ts";
import { Scheduler } from "../../src/scheduler/scheduler.ts";
import { task } from "../../src/registry/task.ts";
import type { InputOf, ResultOf, Task } from "../../src/registry/task_types.ts";
import type { StandardSchema } from "../../src/model/standard_schema.ts";
import { test } from "../harness.ts";
import { assertType, compiled, type Same } from "./type_assertions.ts";

declare const scheduler: Scheduler;

const anything = task({ name: "anything", input: z.any(), run: (value) => value });
const unknowing = task({ name: "unknowing", input: z.unknown(), run: (value) => typeof value });
const anyList = task({ name: "anyList", input: z.array(z.any()), run: (list) => list.length });
const anyOutput = task({ name: "anyOutput", output: z.any(), run: () => 5 });
const ofParameter = task({ name: "ofParameter", run: (input: { to: string }) => input.to.length });
const ofList = task({
  name: "ofList",
  retry: { maxAttempts: 2 },
  run: async (n: readonly number[]) => await n.length,
});
const ofMethod = task({
  name: "ofMethod",
  run(input: string, { signal }) {
    return `${input}${signal.aborted}`;
  },
});
const maybe = task({ name: "maybe", run: (input?: string) => input ?? "" });
const none = task({ name: "none", run: () => 1 });
const ignoring = task({ name: "ignoring", run: (_input, { job }) => job.id });
const optional = task({ name: "optional", run: (input: string | undefined) => input });

test("an input of any type compiles, also without a schema", () => {
  assertType<Same<InputOf<typeof ofParameter>, { to: string }>>();
  assertType<Same<ResultOf<typeof ofParameter>, number>>();
  assertType<Same<InputOf<typeof ofList>, readonly number[]>>();
  assertType<Same<InputOf<typeof ofMethod>, string>>();
  assertType<Same<ResultOf<typeof ofMethod>, string>>();
  assertType<Same<InputOf<typeof none>, undefined>>();
  assertType<Same<InputOf<typeof ignoring>, undefined>>();
  assertType<Same<ResultOf<typeof ignoring>, string>>();
  assertType<Same<ResultOf<typeof anyList>, number>>();
  compiled(async () => {
    await scheduler.runJob(anything, { any: 1 });
    await scheduler.runJob(anything);
    await scheduler.addJob(anything, "x", { priority: 1 });
    await scheduler.addSchedule(anything, interval({ hours: 1 }), { input: 5 });
    await scheduler.addSchedule(anything, interval({ hours: 1 }));
    await scheduler.runJob(unknowing, 5);
    await scheduler.runJob(unknowing);
    await scheduler.runJob(anyList, [1, "a"]);
    await scheduler.runJob(anyOutput);
    await scheduler.runJob(ofParameter, { to: "ada" });
    await scheduler.runJob(maybe);
    await scheduler.runJob(maybe, "x");
    await scheduler.runJob(optional);
    await scheduler.runJob(optional, "x");
    await scheduler.runJob(none);
    await scheduler.addSchedule(ofParameter, interval({ hours: 1 }), { input: { to: "ada" } });
    await scheduler.addJobs([jobRequest(ofParameter, { to: "x" }), jobRequest(anything, 1)]);
    // @ts-expect-error the input is missing
    await scheduler.runJob(ofParameter);
    // @ts-expect-error the input is of another type
    await scheduler.runJob(ofParameter, { to: 5 });
    // @ts-expect-error the input is missing
    await scheduler.addSchedule(ofParameter, interval({ hours: 1 }));
    // @ts-expect-error it takes no input
    await scheduler.runJob(none, 5);
  });
  assert.equal(ofParameter.name, "ofParameter");
});

test("generic factories and wrappers over tasks compile", () => {
  const passOn = <S extends z.ZodType>(input: S) => task({ name: "passOn", input, run: (x) => x });
  const passAny = <S extends StandardSchema>(input: S) => task({ name: "passAny", input, run: (x) => x });
  const named = <T>(name: string, run: (input: T) => T) => task({ name, run });
  const wrapped = <I, O>(name: string, input: z.ZodType<I, I>, work: (x: I) => O) =>
    task({ name, input, run: (x) => work(x) });
  const text = passOn(z.string());
  const count = named("count", (n: number) => n + 1);
  const length = wrapped("length", z.string(), (x) => x.length);
  assertType<Same<InputOf<typeof text>, string>>();
  assertType<Same<ResultOf<typeof text>, string>>();
  assertType<Same<InputOf<typeof count>, number>>();
  assertType<Same<ResultOf<typeof count>, number>>();
  assertType<Same<ResultOf<typeof length>, number>>();
  function run<I, O>(t: Task<I, O>, input: I): Promise<O> {
    return scheduler.runJob(t, input);
  }
  const add = async <I, O>(t: Task<I, O>, input: I): Promise<O> => {
    const job = await scheduler.addJob(t, input, { priority: 1 });
    await scheduler.addSchedule(t, interval({ hours: 1 }), { input });
    await scheduler.addJobs([jobRequest(t, input)]);
    await scheduler.addJobs(t, [input]);
    return await job.result();
  };
  compiled(async () => {
    const size: number = await run(length, "ada");
    const sum: number = await add(count, size);
    const one: number = await run(none, undefined);
    // @ts-expect-error the input is of another type
    await run(length, 5);
    return [sum, one, passAny(z.number())];
  });
  assert.deepEqual([text.name, count.name, length.name], ["passOn", "count", "length"]);
});

test("a task without a schema gets any value that can be stored, as its parameter says", async () => {
  const scheduler = new Scheduler({ tasks: [ofParameter, ofList, maybe] });
  await using _ = scheduler;
  assert.equal(await scheduler.runJob(ofParameter, { to: "ada" }), 3);
  assert.equal(await scheduler.runJob(ofList, [1, 2]), 2);
  assert.equal(await scheduler.runJob(maybe), "");
  assert.equal(await scheduler.runJob(maybe, "x"), "x");
});
