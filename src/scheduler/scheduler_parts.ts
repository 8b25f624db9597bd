import { TaskRegistry } from "../registry/task_registry.ts";
import { Slots } from "./claiming/slots.ts";
import { type Environment, SchedulerStatus } from "./environment.ts";
import { SchedulerEvents } from "./events/scheduler_events.ts";
import { StoredEvents } from "./events/stored_events.ts";
import { JobExplainer } from "./explain/explain_job.ts";
import { StallWarner } from "./explain/stall_warner.ts";
import { BulkJobs } from "./jobs/bulk_jobs.ts";
import { JobHandles } from "./jobs/handles.ts";
import { JobBatches } from "./jobs/job_batches.ts";
import { JobCommands } from "./jobs/job_commands.ts";
import { JobQueries } from "./jobs/job_queries.ts";
import { JobResults } from "./jobs/job_results.ts";
import { JobPreparer } from "./jobs/prepare_jobs.ts";
import { SchedulerQueries } from "./leases/scheduler_queries.ts";
import { JoinedStores } from "./lifecycle/joined_stores.ts";
import { Lifecycle } from "./lifecycle/lifecycle.ts";
import { StartUp } from "./lifecycle/start.ts";
import { ShutDown } from "./lifecycle/stop.ts";
import { Executors } from "./executors.ts";
import type { ResolvedSchedulerOptions } from "./scheduler_options.ts";
import { CalendarCommands } from "./schedules/calendar_commands.ts";
import { DeclaredSchedules } from "./schedules/declared_schedules.ts";
import { ManualRuns } from "./schedules/manual_runs.ts";
import { ScheduleCommands } from "./schedules/schedule_commands.ts";
import { StoreUnits } from "./store_units.ts";
import { TaskCommands } from "./tasks/task_commands.ts";
import { WaitGraph, WaitingJobs } from "./waiting/wait_graph.ts";

/** The services that the methods of a scheduler delegate to. */
export interface SchedulerParts {
  readonly environment: Environment;
  readonly units: StoreUnits;
  readonly stores: JoinedStores;
  readonly events: SchedulerEvents;
  readonly storedEvents: StoredEvents;
  readonly executors: Executors;
  readonly lifecycle: Lifecycle;
  readonly schedulers: SchedulerQueries;
  readonly tasks: TaskCommands;
  readonly calendars: CalendarCommands;
  readonly schedules: ScheduleCommands;
  readonly manualRuns: ManualRuns;
  readonly jobs: JobCommands;
  readonly bulkJobs: BulkJobs;
  readonly batches: JobBatches;
  readonly jobQueries: JobQueries;
  readonly results: JobResults;
  readonly explainer: JobExplainer;
}

/** Puts together the parts of a scheduler; `self` is the scheduler itself. Opens nothing. */
export function schedulerParts(options: ResolvedSchedulerOptions, self: object): SchedulerParts {
  const { clock } = options;
  const registry = new TaskRegistry({ declaredOnly: options.role === "client" });
  registry.add(options.tasks);
  const status = new SchedulerStatus();
  const units = new StoreUnits();
  const waits = new WaitGraph();
  const events = new SchedulerEvents(options, units, self);
  const executors = new Executors(options.executors, events);
  // A job that only waits for another one does not count, or both could wait forever.
  const running = () => units.all().reduce((sum, { runs }) => sum + waits.working(runs), 0);
  const slots = new Slots(options.maxConcurrentJobs, running);
  const environment: Environment = {
    ...options,
    registry,
    executors,
    slots,
    jobLoops: units,
    status,
    events,
    self,
  };
  const explainer = new JobExplainer(environment, units);
  const stores = new JoinedStores(
    environment,
    units,
    status,
    events,
    new StallWarner(environment, explainer),
  );
  for (const [alias, store] of options.stores) stores.register(alias, store);

  const preparer = new JobPreparer(environment, units);
  const results = new JobResults(environment, units, new WaitingJobs(environment, waits), preparer);
  const jobQueries = new JobQueries(units);
  const handles = new JobHandles(results, jobQueries);
  const jobs = new JobCommands(environment, units, preparer, handles);
  const manualRuns = new ManualRuns(environment, units, handles);
  const schedules = new ScheduleCommands(environment, units, manualRuns);

  const storedEvents = new StoredEvents(units, events.hub, clock);
  const declared = new DeclaredSchedules(environment, units, schedules);
  const startUp = new StartUp(
    environment,
    units,
    stores,
    declared,
  );
  const shutDown = new ShutDown(environment, units, stores, events, storedEvents, executors);
  return {
    environment,
    units,
    stores,
    events,
    storedEvents,
    executors,
    lifecycle: new Lifecycle(environment, units, status, stores, startUp, shutDown),
    schedulers: new SchedulerQueries(units),
    tasks: new TaskCommands(units, environment, declared),
    calendars: new CalendarCommands(units, schedules),
    schedules,
    manualRuns,
    jobs,
    bulkJobs: new BulkJobs(units),
    batches: new JobBatches(units, clock, jobs, handles, results),
    jobQueries,
    results,
    explainer,
  };
}
