import type { JobEnding } from "../../src/model/job_record.ts";
import type { DataStore } from "../../src/stores/data_store.ts";

/** A fault of a store: the operations that it gets wrong. */
export type StoreFault = (sound: DataStore) => Partial<DataStore>;

/** A store with a fault in some operations; the others are those of the sound store. */
export function brokenStore(sound: DataStore, fault: StoreFault): DataStore {
  const wrong = fault(sound);
  return new Proxy(sound, {
    get(target, key) {
      const value: unknown = Reflect.get(key in wrong ? wrong : target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Ends with the current claims of the jobs, so that no caller is fenced off. */
async function unfenced(sound: DataStore, endings: readonly JobEnding[]): Promise<readonly JobEnding[]> {
  const running = new Map((await sound.getJobs({ states: ["running"] })).map((job) => [job.seq, job]));
  return endings.map((ending) => {
    const job = running.get(ending.fence.seq);
    if (job?.owner == null) return ending;
    return { ...ending, fence: { seq: job.seq, incarnation: job.owner, claimNumber: job.claimNumber } };
  });
}

/** Stores that are wrong in one way each. */
export const storeFaults: Readonly<Record<string, StoreFault>> = {
  "lets any caller end a run": (sound) => ({
    endJobs: async (endings) => await sound.endJobs(await unfenced(sound, endings)),
  }),
  "loses the last of several jobs": (sound) => ({
    addJobs: async (jobs, claim) => {
      const answer = await sound.addJobs(jobs, claim);
      if (jobs.length > 2) await sound.removeJobs([jobs.at(-1)!.id]);
      return answer;
    },
  }),
  "gives no more than one job at a time": (sound) => ({
    claimJobs: (request) => sound.claimJobs({ ...request, limit: Math.min(1, request.limit) }),
  }),
  "considers every scheduler alive": (sound) => ({
    heartbeat: async (incarnation, leaseMs) => ({
      ...await sound.heartbeat(incarnation, leaseMs),
      alive: true,
    }),
  }),
  "takes over the work of the living": (sound) => ({
    async takeOver(incarnation, _seen, endings) {
      const now = (await sound.getSchedulers()).find((one) => one.incarnation === incarnation);
      return await sound.takeOver(incarnation, now?.leaseUntilMs ?? null, endings);
    },
  }),
  "advances schedules of any version": (sound) => ({
    async advanceSchedules(advances) {
      const versions = new Map((await sound.getSchedules({})).map(({ seq, version }) => [seq, version]));
      return await sound.advanceSchedules(
        advances.map((one) => {
          const { seq, version } = one.expected;
          return { ...one, expected: { ...one.expected, version: versions.get(seq) ?? version } };
        }),
      );
    },
  }),
  "cancels without a reason": (sound) => ({
    cancelJobs: (ids, cancel) => sound.cancelJobs(ids, { ...cancel, reason: "cancelled" }),
  }),
  "keeps what has expired": () => ({ prune: () => Promise.resolve({ jobs: 0, schedules: [] }) }),
  "leaves changes out of its feed": (sound) => ({
    async readChanges(request) {
      const answer = await sound.readChanges(request);
      return { ...answer, changes: answer.changes.filter(({ seq }) => seq % 3 !== 0) };
    },
  }),
};
