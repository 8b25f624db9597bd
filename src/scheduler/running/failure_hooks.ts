import { currentJobOf } from "../../context/job_facts.ts";
import type { FailedOutcome, FailureHook } from "../../context/job_failure.ts";
import { runInSchedulerContext } from "../../context/current_frame.ts";
import { messageOf } from "../../errors.ts";
import { isError } from "../../untrusted.ts";
import type { CarillonEvent, JobFinishedEvent } from "../../events/event.ts";
import type { JobRecord } from "../../model/job_record.ts";
import { revivedError } from "../../model/stored_error.ts";
import type { RegisteredTask } from "../../registry/registered_task.ts";
import type { Environment } from "../environment.ts";
import type { OwnEventListener } from "../store/gateway/event_publisher.ts";
import type { StoreGateway } from "../store/gateway/store_gateway.ts";
import type { RestListeners } from "../store/poller.ts";
import { jobLog } from "./job_context.ts";
import { LogKeeper } from "./log_keeper.ts";
import { storedInput } from "./stored_input.ts";

/**
 * Calls `onFailure` of the tasks whose jobs this scheduler has ended as failed: its own runs, those of schedulers
 * that are gone, and those that were not started in time. At most once: when the process dies in between, not at all.
 */
export class FailureHooks implements OwnEventListener {
  readonly #environment: Environment;
  readonly #gateway: StoreGateway;
  readonly #rest: RestListeners;
  readonly #running = new Set<Promise<void>>();

  /** `rest` is notified after every hook. */
  constructor(environment: Environment, gateway: StoreGateway, rest: RestListeners) {
    this.#environment = environment;
    this.#gateway = gateway;
    this.#rest = rest;
  }

  /** True while one runs. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  onEvent(event: CarillonEvent): void {
    if (event.type !== "jobFinished" || !isFailure(event.outcome)) return;
    const task = this.#environment.registry.find(event.taskName);
    if (!task?.onFailure) return;
    const running = this.#call(event, event.outcome, task, task.onFailure).finally(() => {
      this.#running.delete(running);
      this.#rest.notify();
    });
    this.#running.add(running);
  }

  /** Resolves when those that run now are over. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #call(
    event: JobFinishedEvent,
    outcome: FailedOutcome,
    task: RegisteredTask,
    hook: FailureHook,
  ): Promise<void> {
    const { self, logger, clock } = this.#environment;
    try {
      const [job] = await this.#gateway.store.getJobs({ ids: [event.jobId] });
      if (!job) return;
      const keeper = new LogKeeper(clock, this.#gateway.jobs, job, "onFailure");
      const log = jobLog(job, this.#environment, this.#gateway, keeper);
      const error = event.local?.error ?? revivedError(event.error ?? { name: "Error", message: outcome });
      const failure = {
        job: currentJobOf(job),
        outcome,
        error: isError(error) ? error : new Error(messageOf(error), { cause: error }),
        input: await this.#input(job, task),
      };
      try {
        await runInSchedulerContext(self, () => hook(failure, { log }));
      } catch (thrown) {
        log.error("onFailure failed", { error: messageOf(thrown) });
      }
      await keeper.close();
    } catch (failed) {
      logger.error("onFailure was not called, or its log not kept: the store failed", {
        job: event.jobId,
        error: messageOf(failed),
      });
    }
  }

  async #input(job: JobRecord, task: RegisteredTask): Promise<unknown> {
    try {
      return (await storedInput(task, job, this.#environment.serializer)).input;
    } catch {
      return undefined;
    }
  }
}

function isFailure(outcome: JobFinishedEvent["outcome"]): outcome is FailedOutcome {
  return outcome !== "success" && outcome !== "cancelled";
}
