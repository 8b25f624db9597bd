import type { ClaimRequest } from "../../../src/stores/job_store.ts";
import type { SqliteOperations } from "../../../src/stores/sqlite/sqlite_store.ts";
import {
  newJob,
  schedulerWrite,
  scheduleWrite,
  taskWrite,
  versionOf,
} from "../../../src/testing/store_conformance/records.ts";

const request: ClaimRequest = { incarnation: 1, tasks: [{ name: "mail", version: 1 }], limit: 10 };
const fence = { seq: 1, incarnation: 1, claimNumber: 1 };

/** Calls of every kind, with what they are usually given. */
export const usualCalls: Readonly<Record<string, (store: SqliteOperations) => Promise<unknown>>> = {
  putTasks: (store) => store.putTasks([taskWrite("mail")]),
  getTasks: (store) => store.getTasks(["mail"]),
  updateTask: (store) => store.updateTask("mail", { paused: false }),
  registerScheduler: (store) => store.registerScheduler(schedulerWrite(["mail"])),
  updateSchedulerTasks: (store) =>
    store.updateSchedulerTasks(1, [{ name: "mail", version: 1 }], [{ name: "mail", version: 1 }]),
  heartbeat: (store) => store.heartbeat(1, 1000),
  addJobs: (store) => store.addJobs([newJob("a"), newJob("b")]),
  "addJobs with a claim": (store) => store.addJobs([newJob("c")], request),
  "addJobs in turn": (store) => store.addJobs([newJob("d")], { ...request, inTurn: true }),
  claimJobs: (store) => store.claimJobs(request),
  "claimJobs of some": (store) => store.claimJobs({ ...request, jobIds: ["a"] }),
  putProgress: (store) =>
    store.putProgress([{ fence, progress: { done: 1, total: 2, message: null, atMs: 1 } }]),
  "endJobs that finish": (store) =>
    store.endJobs([{
      fence,
      transition: { to: "finished", outcome: "success", value: null, error: null, keepMs: 1 },
    }]),
  "endJobs that go on": (store) =>
    store.endJobs([{ fence, transition: { to: "retry", delayMs: 5, error: null } }]),
  "claimJobs after ends": (store) =>
    store.claimJobs(request, [{ fence, transition: { to: "retry", delayMs: 5, error: null } }]),
  getAttempts: (store) => store.getAttempts("a"),
  putLogs: (store) => {
    const line = { line: 1, atMs: 1, level: "info", message: "x", fields: null } as const;
    return store.putLogs([{ jobSeq: 1, claimNumber: 1, part: "run", lines: [line] }]);
  },
  getLogs: (store) => store.getLogs("a"),
  "getJobs by id": (store) => store.getJobs({ ids: ["a"] }),
  "getJobs of an owner": (store) => store.getJobs({ owner: 1, states: ["running"] }),
  "getJobs of a schedule": (store) => store.getJobs({ scheduleId: "s" }),
  cancelJobs: (store) => store.cancelJobs(["a"], { reason: "test", keepMs: 1 }),
  updateJob: (store) => store.updateJob("b", { priority: 1 }),
  retryJobs: (store) => store.retryJobs(["a"]),
  removeJobs: (store) => store.removeJobs(["a"]),
  writeSchedules: async (store) => {
    const [s] = await store.writeSchedules({
      puts: [{ expected: null, schedule: scheduleWrite("s", { nextFireTimeMs: 1 }) }],
    }) ?? [];
    await store.writeSchedules({ puts: [], removes: [versionOf(s!)] });
  },
  dueSchedules: (store) => store.dueSchedules(10),
  advanceSchedules: (store) => {
    const expected = { id: "s", seq: 1, version: 1 };
    const schedule = scheduleWrite("s");
    return store.advanceSchedules([{ expected, expectedUnfinishedJobs: 0, schedule, jobs: [newJob("d")] }]);
  },
  getFireTimes: (store) => store.getFireTimes(1, [1]),
  replanSchedules: (store) => store.replanSchedules(["s"]),
  takeOver: (store) => store.takeOver(9, null, []),
  getOrphanedIncarnations: (store) => store.getOrphanedIncarnations(),
  prune: async (store) => {
    const retention = { successMs: 1, otherMs: 1, maxSuccess: 1, maxOther: 1 };
    await store.updateTask("mail", { overrides: { retention } });
    await store.prune(10);
  },
};
