/** A bug that can be planted: a text of one file and what it becomes. */
export interface Mutation {
  readonly name: string;
  /** What is missing or wrong then. */
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Bugs that schedulers have had, each to be caught by the simulation. `tools/plant_bug.ts` plants them in a copy. */
export const mutations: readonly Mutation[] = [
  {
    name: "missing-fence",
    what: "whoever held a job once may end it, also after somebody else took it over",
    file: "src/model/decisions.ts",
    find:
      'return job.state === "running" && job.owner === fence.incarnation && job.claimNumber === fence.claimNumber;',
    replace: 'return job.state === "running" && fence.claimNumber > 0;',
  },
  {
    name: "missing-version-check",
    what: "a schedule moves on whatever its version, so that two schedulers fire it",
    file: "src/stores/memory/change_schedules.ts",
    find: "if (state.schedules.at(step.expected) === undefined) return false;",
    replace: "if (state.schedules.get(step.expected.id)?.seq !== step.expected.seq) return false;",
  },
  {
    name: "non-atomic-advance",
    what: "the jobs of a fire are stored before it is known whether the schedule moves on",
    file: "src/stores/memory/change_schedules.ts",
    find: "if (state.schedules.at(step.expected) === undefined) return false;",
    replace: "step.jobs.forEach((job) => insertJob(state, job, nowMs));\n" +
      "    if (state.schedules.at(step.expected) === undefined) return false;",
  },
  {
    name: "lost-wake-up",
    what: "a wake-up that comes during a round is forgotten",
    file: "src/scheduler/poller.ts",
    find: "nextMs = await this.#round();",
    replace: "nextMs = await this.#round();\n      this.#woken = false;",
  },
  {
    name: "limit-before-filter",
    what: "as many jobs as asked for are looked at, and only then those that may not run are left out",
    file: "src/stores/memory/claim_jobs.ts",
    find: "for (const job of candidates(state, tasks, request.jobIds, nowMs)) {",
    replace:
      "for (const job of [...candidates(state, tasks, request.jobIds, nowMs)].slice(0, request.limit)) {",
  },
  {
    name: "lease-counted-late",
    what: "a lease is counted from when its answer came, and without a margin",
    file: "src/scheduler/lease_keeper.ts",
    find: "this.#holdsUntilMs = sentMs + this.#leaseMs * (1 - MARGIN);",
    replace: "this.#holdsUntilMs = clock.monotonicMs() + this.#leaseMs * (1 + 0 * (MARGIN + sentMs));",
  },
  {
    name: "lease-not-watched",
    what: "a lease is over when the store's clock says so, whether or not anybody watched",
    file: "src/model/decisions.ts",
    find: "return lease.watchedMs === null || lease.watchedMs >= lease.leaseMs;",
    replace: "return lease.watchedMs === null || lease.watchedMs >= 0;",
  },
  {
    name: "no-reconciliation",
    what: "jobs whose claim was never answered are not handed back",
    file: "src/scheduler/reconciler.ts",
    find: "if (lost.length === 0) return;",
    replace: "if (lost.length >= 0) return;",
  },
  {
    name: "unfenced-release",
    what: "a claim that got lost is handed back under the number that the job has by then",
    file: "src/scheduler/reconciler.ts",
    find: "claimNumber: claimNumbers.get(job.seq) ?? 0",
    replace: "claimNumber: claimNumbers.has(job.seq) ? job.claimNumber : 0",
  },
  {
    name: "claim-by-the-dead",
    what: "a late request claims jobs for a scheduler that is not registered any more",
    file: "src/stores/memory/claim_jobs.ts",
    find: "const scheduler = state.schedulers.get(request.incarnation);",
    replace: "const scheduler = state.schedulers.get(request.incarnation) ?? { tags: [] };",
  },
  {
    name: "attempt-not-given-back",
    what: "a lost lease uses an attempt of the retry budget",
    file: "src/model/transitions.ts",
    find: "return Math.max(0, job.attempt - 1);",
    replace: "return Math.max(0, job.attempt);",
  },
  {
    name: "limit-off-by-one",
    what: "the limit of a task counts one job too many",
    file: "src/model/decisions.ts",
    find: "Math.max(0, limit - running);",
    replace: "Math.max(0, limit + (limit > 1 ? 1 : 0) - running);",
  },
];
