import { task, taskRef } from "../../../src/registry/task.ts";
import { type JobRequest, jobRequest, type RequestOptions } from "../../../src/scheduler/jobs/job_request.ts";
import type { Scheduler } from "../../../src/scheduler/scheduler.ts";
import type { Random } from "../../random.ts";
import type { Feature, Timed } from "./feature.ts";

/** A job of a flow. */
interface FlowNode {
  readonly task: string;
  /** Places of its parents in the same flow. */
  readonly after: readonly number[];
  /** Id of a parent that may have been added before, or not. */
  readonly outside?: string;
  readonly goesOn: boolean;
  readonly delayMs: number;
}

/** Requests about jobs that wait for jobs. */
export type FlowAsk =
  | {
    readonly kind: "addFlow";
    readonly id: string;
    readonly nodes: readonly FlowNode[];
    /** True if they are a batch, with a job that completes it. */
    readonly batch: boolean;
  }
  | { readonly kind: "cancelNode" | "retryNode" | "removeNode" | "hurryNode"; readonly id: string }
  | { readonly kind: "retryFlow" | "cancelFlow" | "removeFlow"; readonly id: string };

const TASKS = ["flowPart", "flowPart", "flowStep", "flowBrief"] as const;
const FLOWS_MAX = 7;

/** Graphs of jobs, and batches with a job at the end; their jobs fail, expire, are cancelled, retried and removed. */
export const flows: Feature<FlowAsk> = {
  kinds: [
    "addFlow",
    "cancelNode",
    "retryNode",
    "removeNode",
    "hurryNode",
    "retryFlow",
    "cancelFlow",
    "removeFlow",
  ],

  tasks: ({ run }) => [
    task({ name: "flowPart", maxRunningJobs: 4, run: run({ fromMs: 0, upToMs: 900, fails: 0.15 }) }),
    task({
      name: "flowStep",
      maxRunningJobs: 2,
      retry: { maxAttempts: 2, base: { milliseconds: 200 } },
      retention: { success: { seconds: 2 }, other: { seconds: 5 } },
      run: run({ fromMs: 50, upToMs: 600, fails: 0.3, snoozes: 0.1 }),
    }),
    task({
      name: "flowBrief",
      timeToLive: { milliseconds: 2500 },
      run: run({ fromMs: 0, upToMs: 300, fails: 0.1 }),
    }),
    task({ name: "flowEnd", maxRunningJobs: null, run: run({ fromMs: 0, upToMs: 200 }) }),
  ],

  asks(random, atMs): readonly Timed<FlowAsk>[] {
    const count = random.whole(2, FLOWS_MAX);
    const added = Array.from({ length: count }, (_, i): Timed<FlowAsk> => ({
      kind: "addFlow",
      atMs: atMs(),
      id: `flow${i}`,
      nodes: nodesOf(random, count),
      batch: random.chance(0.4),
    }));
    const again = added.filter(() => random.chance(0.2)).map((flow) => ({ ...flow, atMs: atMs() }));
    // Soon after they are added: later most of them are over.
    const soonAfter = (flow: Timed<FlowAsk>) => flow.atMs + random.between(5, 3000);
    const touched = Array.from({ length: random.whole(0, 7) }, (): Timed<FlowAsk> => {
      const flow = random.pick(added);
      const kind = random.pick(["cancelNode", "cancelNode", "retryNode", "removeNode", "hurryNode"] as const);
      return { kind, atMs: soonAfter(flow), id: nodeId(flow.id, random.whole(0, 4)) };
    });
    const all = Array.from({ length: random.whole(0, 3) }, (): Timed<FlowAsk> => {
      const flow = random.pick(added);
      const kind = random.pick(["retryFlow", "retryFlow", "cancelFlow", "removeFlow"] as const);
      return { kind, atMs: soonAfter(flow), id: flow.id };
    });
    return [...added, ...again, ...touched, ...all];
  },

  ask(client, ask) {
    switch (ask.kind) {
      case "addFlow":
        return addFlow(client, ask);
      case "cancelNode":
        return client.cancelJob(ask.id);
      case "retryNode":
        return client.retryJob(ask.id);
      case "removeNode":
        return client.removeJob(ask.id);
      case "hurryNode":
        return client.updateJob(ask.id, { runAt: "now" });
      case "retryFlow":
        return client.retryJobs({ batchId: ask.id });
      case "cancelFlow":
        return client.cancelJobs({ batchId: ask.id });
      case "removeFlow":
        return client.removeJobs({ batchId: ask.id });
    }
  },
};

function nodesOf(random: Random, flows: number): readonly FlowNode[] {
  return Array.from({ length: random.whole(1, 6) }, (_, place): FlowNode => {
    const after = Array.from({ length: place }, (_, i) => i).filter(() => random.chance(0.45));
    const outside = random.chance(0.2)
      ? { outside: nodeId(`flow${random.whole(0, flows - 1)}`, random.whole(0, 3)) }
      : {};
    return {
      task: random.pick(TASKS),
      after,
      ...outside,
      goesOn: random.chance(0.35),
      delayMs: random.chance(0.15) ? random.whole(1, 4000) : 0,
    };
  });
}

function addFlow(client: Scheduler, { id, nodes, batch }: FlowAsk & { readonly kind: "addFlow" }) {
  const requests: JobRequest[] = [];
  for (const { task: name, after, outside, goesOn, delayMs } of nodes) {
    const parents = [...after.map((place) => requests[place]!), ...(outside === undefined ? [] : [outside])];
    const options: RequestOptions = {
      id: nodeId(id, requests.length),
      ...(delayMs > 0 ? { delay: { milliseconds: delayMs } } : {}),
      ...(parents.length > 0 ? { after: parents } : {}),
      ...(parents.length > 0 && goesOn ? { onParentFailure: "continue" } : {}),
    };
    requests.push(jobRequest(taskRef(name), undefined, options));
  }
  if (!batch) return client.addJobs(requests);
  return client.addBatch(requests, { id, onComplete: jobRequest(taskRef("flowEnd")) });
}

function nodeId(flow: string, place: number): string {
  return `${flow}.${place}`;
}
