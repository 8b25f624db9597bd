import type { JobRecord } from "../../model/job_record.ts";
import { resolveRunSettings } from "../../model/settings.ts";
import type { Environment } from "../environment.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { Reconciler } from "../leases/reconciler.ts";
import type { TaskCache } from "../store/task_cache.ts";

const unfinishedStates = ["scheduled", "blocked", "ready", "running", "parked"] as const;

/** Cancels jobs of one store; those that run here are told at once. */
export class Cancellation {
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  readonly #tasks: TaskCache;
  readonly #reconciler: Reconciler;

  constructor(environment: Environment, gateway: StoreGateway, tasks: TaskCache, reconciler: Reconciler) {
    this.#environment = environment;
    this.#gateway = gateway;
    this.#tasks = tasks;
    this.#reconciler = reconciler;
  }

  /** Cancels jobs; answers those that there were to cancel, ended or asked to. */
  async cancel(ids: readonly string[], reason: string): Promise<readonly JobRecord[]> {
    const told: JobRecord[] = [];
    const jobs = await this.#gateway.store.getJobs({ ids });
    for (const [keepMs, group] of Map.groupBy(jobs, (job) => this.#keepMs(job))) {
      const answer = await this.#gateway.jobs.cancel(group.map((job) => job.id), { reason, keepMs });
      for (const job of answer.requested) this.#reconciler.cancelIfRequested(job);
      told.push(...answer.cancelled, ...answer.requested);
    }
    return told;
  }

  /** Cancels the unfinished jobs of a schedule but the given ones. */
  async cancelJobsOf(scheduleId: string, except: readonly string[], reason: string): Promise<void> {
    const jobs = await this.#gateway.store.getJobs({ scheduleId, states: unfinishedStates });
    const ids = jobs.map((job) => job.id).filter((id) => !except.includes(id));
    if (ids.length > 0) await this.cancel(ids, reason);
  }

  /** How long a job is kept once it ended without success. */
  #keepMs({ overrides, taskName }: JobRecord): number | null {
    const { defaults, registry } = this.#environment;
    const record = this.#tasks.get(taskName);
    const code = registry.find(taskName)?.overrides ?? record?.settings;
    return resolveRunSettings(overrides, record?.overrides, code, defaults).retention.otherMs;
  }
}
