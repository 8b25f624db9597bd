import type { JobRecord } from "../../model/job_record.ts";
import { resolveRunSettings } from "../../model/settings.ts";
import { jobStates } from "../../model/states.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import { inSteps, jobPages } from "../store/row_pages.ts";
import type { TaskCache } from "../store/task_cache.ts";
import type { RunTable } from "./run_table.ts";

/** Cancels jobs of one store; those that run here are aborted at once. */
export class Cancellation {
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  readonly #tasks: TaskCache;
  readonly #runs: RunTable;

  constructor(environment: Environment, gateway: StoreGateway, tasks: TaskCache, runs: RunTable) {
    this.#environment = environment;
    this.#gateway = gateway;
    this.#tasks = tasks;
    this.#runs = runs;
  }

  /** Cancels jobs; resolves to those that there were to cancel: ended or asked to stop. */
  async cancel(ids: readonly string[], reason: string): Promise<readonly JobRecord[]> {
    const cancelled: JobRecord[] = [];
    for await (const part of inSteps(ids)) {
      const jobs = await this.#gateway.store.getJobs({ ids: part, payloads: false });
      for (const [keepMs, group] of Map.groupBy(jobs, (job) => this.#keepMs(job))) {
        const answer = await this.#gateway.jobs.cancel(group.map((job) => job.id), { reason, keepMs });
        for (const job of answer.requested) this.#runs.cancelIfRequested(job);
        for (const job of answer.cancelled) cancelled.push(job);
        for (const job of answer.requested) cancelled.push(job);
      }
    }
    return cancelled;
  }

  /** Cancels the unfinished jobs of a schedule but the given ones. */
  async cancelJobsOf(scheduleId: string, except: readonly string[], reason: string): Promise<void> {
    const states = jobStates.filter((state) => state !== "finished");
    for await (const jobs of jobPages(this.#gateway.store, { scheduleId, states, payloads: false })) {
      await this.cancel(jobs.map(({ id }) => id).filter((id) => !except.includes(id)), reason);
    }
  }

  /** Time that a job is kept once it ended without success. */
  #keepMs({ overrides, taskName }: JobRecord): number | null {
    const { defaults, registry } = this.#environment;
    const record = this.#tasks.get(taskName);
    const code = registry.find(taskName)?.overrides ?? record?.settings;
    return resolveRunSettings(overrides, record?.overrides, code, defaults).retention.otherMs;
  }
}
