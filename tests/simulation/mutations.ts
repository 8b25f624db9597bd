/** A text of one file and what it becomes. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A bug that can be planted. */
export interface Mutation extends Edit {
  readonly name: string;
  /** What is missing or wrong then. */
  readonly what: string;
  /** A seed that catches it. */
  readonly seed: number;
  /** What else has to go, as it would hide the bug. */
  readonly unmask?: readonly Edit[];
}

/** Bugs that schedulers have had, each to be caught by the simulation. `tools/plant_bug.ts` plants them in a copy. */
export const mutations: readonly Mutation[] = [
  {
    name: "missing-fence",
    what: "whoever held a job once may end it, also after somebody else took it over",
    seed: 1,
    file: "src/model/decisions.ts",
    find:
      'return job.state === "running" && job.owner === fence.incarnation && job.claimNumber === fence.claimNumber;',
    replace: 'return job.state === "running" && fence.claimNumber > 0;',
  },
  {
    name: "missing-version-check",
    what: "a schedule moves on whatever its version, so that two schedulers fire it",
    seed: 1,
    file: "src/stores/memory/change_schedules.ts",
    find: "if (state.schedules.at(step.expected) === undefined) return false;",
    replace: "if (state.schedules.get(step.expected.id)?.seq !== step.expected.seq) return false;",
  },
  {
    name: "non-atomic-advance",
    what: "the jobs of a fire are stored before it is known whether the schedule moves on",
    seed: 1,
    file: "src/stores/memory/change_schedules.ts",
    find: "if (state.schedules.at(step.expected) === undefined) return false;",
    replace: "step.jobs.forEach((job) => insertJob(state, job, nowMs));\n" +
      "    if (state.schedules.at(step.expected) === undefined) return false;",
  },
  {
    name: "lost-wake-up",
    what: "a wake-up that comes during a round is forgotten",
    seed: 1,
    file: "src/scheduler/poller.ts",
    find: "nextMs = await this.#round();",
    replace: "nextMs = await this.#round();\n      this.#woken = false;",
  },
  {
    name: "limit-before-filter",
    what: "as many jobs as asked for are looked at, and only then those that may not run are left out",
    seed: 1,
    file: "src/stores/memory/claim_jobs.ts",
    find: "for (const job of candidates(state, tasks, request.jobIds, nowMs)) {",
    replace:
      "for (const job of [...candidates(state, tasks, request.jobIds, nowMs)].slice(0, request.limit)) {",
  },
  {
    name: "lease-counted-late",
    what: "a lease is counted from when its answer came, and without a margin",
    seed: 1,
    file: "src/scheduler/lease_keeper.ts",
    find: "this.#holdsUntilMs = sentMs + this.#leaseMs * (1 - MARGIN);",
    replace: "this.#holdsUntilMs = clock.monotonicMs() + this.#leaseMs * (1 + 0 * (MARGIN + sentMs));",
  },
  {
    name: "lease-not-watched",
    what: "a lease is over when the store's clock says so, whether or not anybody watched",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "return lease.watchedMs === null || lease.watchedMs >= lease.leaseMs;",
    replace: "return lease.watchedMs === null || lease.watchedMs >= 0;",
  },
  {
    name: "no-reconciliation",
    what: "jobs whose claim was never answered are not handed back",
    seed: 1,
    file: "src/scheduler/reconciler.ts",
    find: "if (lost.length === 0) return;",
    replace: "if (lost.length >= 0) return;",
  },
  {
    name: "unfenced-release",
    what: "a claim that got lost is handed back under the number that the job has by then",
    seed: 1,
    file: "src/scheduler/reconciler.ts",
    find: "claimNumber: claimNumbers.get(job.seq) ?? 0",
    replace: "claimNumber: claimNumbers.has(job.seq) ? job.claimNumber : 0",
    // A hand-back follows its beat so soon that nothing comes between them: here it takes a while.
    unmask: [{
      file: "src/scheduler/reconciler.ts",
      find: "const jobs = await gateway.store.getJobs({ ids });",
      replace: "for (let i = 0; i < 6; i++) await gateway.store.nowMs().catch(() => {});\n" +
        "    const jobs = await gateway.store.getJobs({ ids });",
    }],
  },
  {
    name: "claim-by-the-dead",
    what: "a late request claims jobs for a scheduler that is not registered any more",
    seed: 1,
    file: "src/stores/memory/claim_jobs.ts",
    find: "const scheduler = state.schedulers.get(request.incarnation);",
    replace: "const scheduler = state.schedulers.get(request.incarnation) ?? { tags: [] };",
  },
  {
    name: "attempt-not-given-back",
    what: "a lost lease uses an attempt of the retry budget",
    seed: 1,
    file: "src/model/transitions.ts",
    find: "return Math.max(0, job.attempt - 1);",
    replace: "return Math.max(0, job.attempt);",
  },
  {
    name: "limit-off-by-one",
    what: "the limit of a task counts one job too many",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "Math.max(0, limit - running);",
    replace: "Math.max(0, limit + (limit > 1 ? 1 : 0) - running);",
  },
  {
    name: "input-not-migrated",
    what: "an input that older code has stored is not brought to the present version",
    seed: 1,
    file: "src/scheduler/stored_input.ts",
    find: "job.taskVersion === task.version) {",
    replace: "job.taskVersion <= task.version) {",
  },
  {
    name: "key-limit-off-by-one",
    what: "one job too many with the same key runs",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "if (!limit.fifo) return slotsLeft(limit.max, running);",
    replace: "if (!limit.fifo) return slotsLeft(limit.max + 1, running);",
  },
  {
    name: "fifo-out-of-order",
    what: "jobs with a key go one at a time, but whichever comes first",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "return isFirst ? slotsLeft(1, running) : 0;",
    replace: "return isFirst ? slotsLeft(1, running) : slotsLeft(1, running);",
  },
  {
    name: "coalesce-off-by-one",
    what: "the fire that became a job is counted as coalesced too",
    seed: 1,
    file: "src/scheduler/fire_choice.ts",
    find: 'dropped.push({ reason: "coalesced", count: owed.count - 1, firstMs });',
    replace: 'dropped.push({ reason: "coalesced", count: owed.count, firstMs });',
  },
  {
    name: "retry-off-by-one",
    what: "a failed job is tried once more than it may",
    seed: 1,
    file: "src/scheduler/run_transition.ts",
    find: "if (attempt >= settings.retry.maxAttempts) return undefined;",
    replace: "if (attempt > settings.retry.maxAttempts) return undefined;",
  },
  {
    name: "backoff-too-long",
    what: "the first wait before another attempt is the second one's",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "backoff.factor ** Math.max(0, attempt - 1);",
    replace: "backoff.factor ** Math.max(0, attempt);",
  },
  {
    name: "double-end-accepted",
    what: "an end by whoever lost the job is taken for a repeated one",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "job.outcome === transition.outcome &&\n" +
      "    job.owner === fence.incarnation && job.claimNumber === fence.claimNumber;",
    replace: "job.outcome === transition.outcome && job.claimNumber >= fence.claimNumber;",
  },
  {
    name: "pruned-too-early",
    what: "finished jobs are deleted before they have expired",
    seed: 1,
    file: "src/stores/memory/prune.ts",
    find: "if (expired.length >= limit || !isDue(job.expiresAtMs as number, nowMs)) break;",
    replace: "if (expired.length >= limit || !isDue(0, nowMs)) break;",
  },
  {
    name: "promoted-too-early",
    what: "a job is ready a little before its runAt",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "return runAtMs <= nowMs;",
    replace: "return runAtMs <= nowMs + 50;",
  },
  {
    name: "takeover-of-the-living",
    what: "a scheduler is buried although it was heard meanwhile",
    seed: 1,
    file: "src/stores/memory/register_scheduler.ts",
    find: "if (record !== undefined && record.leaseUntilMs !== seenLeaseUntilMs) return undefined;",
    replace: "if (record !== undefined && record.leaseUntilMs < 0) return undefined;",
  },
  {
    name: "incarnation-reused",
    what: "the number of a scheduler that is gone is given again",
    seed: 1,
    file: "src/stores/memory/memory_state.ts",
    find: "return ++this.#lastIncarnation;",
    replace: "return this.schedulers.size + 1 + 0 * ++this.#lastIncarnation;",
  },
  {
    name: "cancel-lost",
    what: "a run that was asked to stop and fails is tried again",
    seed: 1,
    file: "src/model/decisions.ts",
    find: 'if (transition.to === "finished" || job.cancelRequested === null) return transition;',
    replace: 'if (transition.to === "finished" || job.cancelRequested !== undefined) return transition;',
  },
  {
    name: "cancel-not-seen",
    what: "a scheduler does not look at the cancel requests of others",
    seed: 1,
    file: "src/scheduler/reconciler.ts",
    find: "if (!run || job.cancelRequested === null ||",
    replace: "if (!run || job.cancelRequested !== undefined ||",
  },
  {
    name: "pause-ignored",
    what: "jobs of a paused task are taken",
    seed: 1,
    file: "src/stores/memory/claim_jobs.ts",
    find: "return !task?.paused && slotsLeft",
    replace: "return slotsLeft",
  },
  {
    name: "tags-ignored",
    what: "jobs are taken by schedulers that do not offer their tags",
    seed: 1,
    file: "src/stores/memory/claim_jobs.ts",
    find: "if (max <= 0 || !coversTags(scheduler.tags, job.tags) ||",
    replace: "if (max <= 0 || coversTags(scheduler.tags, job.tags) === undefined ||",
  },
  {
    name: "deadline-late",
    what: "start deadlines are heeded half a second late",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "job.attempt === 0 && job.startDeadlineMs < nowMs;",
    replace: "job.attempt === 0 && job.startDeadlineMs < nowMs - 500;",
  },
  {
    name: "unique-while-running",
    what: "a job that runs does not count as being there",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "return identity.states.includes(job.state) &&",
    replace: 'return identity.states.includes(job.state) && job.state !== "running" &&',
  },
  {
    name: "debounced-for-ever",
    what: "a debounced job waits longer than its limit",
    seed: 1,
    file: "src/model/transitions.ts",
    find: "const runAtMs = Math.min(by.runAtMs ?? nowMs, latestMs);",
    replace: "const runAtMs = Math.max(by.runAtMs ?? nowMs, Number.isFinite(latestMs) ? latestMs : 0);",
  },
  {
    name: "misfires-run",
    what: "fires that are too late become jobs",
    seed: 1,
    file: "src/scheduler/fire_choice.ts",
    find: "if (graceMs === null || firstMs >= nowMs - graceMs) return owed;",
    replace: "if (graceMs !== undefined || firstMs >= nowMs - graceMs) return owed;",
  },
  {
    name: "one-run-too-many",
    what: "a schedule runs once more than it may",
    seed: 1,
    file: "src/scheduler/fire_plan.ts",
    find: "Math.max(0, maxRuns - schedule.counters.runs);",
    replace: "Math.max(0, maxRuns + 1 - schedule.counters.runs);",
  },
  {
    name: "snooze-uses-attempt",
    what: "a job that puts itself off uses an attempt",
    seed: 1,
    file: "src/model/transitions.ts",
    find: "return { ...job, state, runAtMs, attempt: untried(job), startDeadlineMs: null };",
    replace: "return { ...job, state, runAtMs, startDeadlineMs: null };",
  },
  {
    name: "priority-ignored",
    what: "jobs are taken in the order of their runAt alone",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "return (a, b) => agedPriority(b, nowMs) - agedPriority(a, nowMs) ||",
    replace: "return (a, b) => 0 * agedPriority(b, nowMs) ||",
  },
  {
    name: "fired-again",
    what: "a schedule that is changed after the clock was set back fires again",
    seed: 1,
    file: "src/scheduler/commands/schedule_write.ts",
    find: "Math.max(facts.nowMs - 1, schedule.lastFireTimeMs ?? 0)",
    replace: "Math.max(facts.nowMs - 1, 0)",
  },
  {
    name: "calendar-not-heeded",
    what: "schedules go on as planned when their calendar changes",
    seed: 1,
    file: "src/scheduler/scheduler_calendars.ts",
    find: "await unit.store.replanSchedules(await this.#users(unit, name));",
    replace: "await this.#users(unit, name);",
  },
  {
    name: "newer-version-taken",
    what: "a job that newer code has added is given to older code",
    seed: 1,
    file: "src/model/decisions.ts",
    find: "return code.name === job.taskName && code.version >= job.taskVersion;",
    replace: "return code.name === job.taskName && code.version <= job.taskVersion;",
  },
];
