import { type Exported, publicExports } from "../exports.ts";
import type { Rule, Tree } from "../rule.ts";
import { examplesOf, shownKeys } from "../shown_keys.ts";
import { lineOf } from "../source_file.ts";
import ts from "typescript";

const SCHEDULE = ["addSchedule", "schedule", "schedules", "update", "updateSchedule"];
const JOB = ["addJob", "jobRequest", "runJob"];
const TASK = ["task", "configureTask", "defaults"];

/** The functions, options and variables that take an object of an interface. */
const HOLDERS: Readonly<Record<string, readonly string[]>> = {
  AndOptions: ["and"],
  BatchDefinition: ["task"],
  BatchOptions: ["batch"],
  BrokerConformanceOptions: ["brokerConformance"],
  BulkOptions: ["cancelJobs", "retryJobs", "removeJobs"],
  PageOptions: ["getJobs", "getSchedules"],
  CalendarIntervalOptions: ["calendarInterval"],
  CalendarOptions: ["except", "only"],
  CalendarStoreOptions: ["setCalendar", "getCalendars", "removeCalendar"],
  CancelJobsOptions: ["cancelJobs"],
  CarillonErrorOptions: ["CarillonError"],
  ConcurrencyOptions: ["concurrency"],
  ConfigureTaskOptions: ["configureTask"],
  ConsoleLoggerOptions: ["consoleLogger"],
  ControlAppOptions: ["createControlApp"],
  CronOptions: ["cron"],
  DateOptions: ["date"],
  DebounceOptions: ["debounce"],
  DefaultOptions: TASK,
  DescribeOptions: ["describe"],
  EventStreamOptions: ["events"],
  ExecutorConformanceOptions: ["executorConformance"],
  FaultyStoreOptions: ["faultyStore"],
  FixedDelayOptions: ["fixedDelay"],
  IdentityOptions: JOB,
  IntervalOptions: ["interval"],
  JobBatchOptions: ["addBatch"],
  JobEditOptions: ["updateJob"],
  JobOptions: JOB,
  JobResultOptions: ["getJobResult"],
  KeyLimitOptions: ["concurrency"],
  LibsqlClientOptions: ["libsql"],
  LibsqlOptions: ["libsql"],
  LibsqlReplicaOptions: ["libsql"],
  MethodOptions: ["task"],
  ParentOptions: JOB,
  PoolOptions: ["worker", "processes"],
  PreviewOptions: ["preview"],
  RateLimitOptions: ["rateLimit"],
  RateOptions: ["rateLimit"],
  RecycleOptions: ["recycleAfter"],
  RemoveScheduleOptions: ["removeSchedule", "remove"],
  RequestOptions: ["jobRequest"],
  ResumeOptions: ["resumeSchedule", "resume"],
  RetentionOptions: ["retention"],
  RetryAfterOptions: ["RetryAfter"],
  RetryOptions: ["retry"],
  RunOptions: [...TASK, ...JOB, ...SCHEDULE],
  RunJobOptions: JOB,
  RunUntilIdleOptions: ["runUntilIdle"],
  RunUntilStoppedOptions: ["runUntilStopped"],
  ScheduleEditOptions: ["updateSchedule", "update"],
  ScheduleSettings: SCHEDULE,
  SchedulePolicyOptions: SCHEDULE,
  SchedulerOptions: ["Scheduler"],
  SerializerConformanceOptions: ["serializerConformance"],
  ServeOptions: ["serveControlApp"],
  StartOptions: ["startInBackground", "runUntilStopped"],
  StopOptions: ["stop"],
  StoredEventsOptions: ["events"],
  StoreConformanceOptions: ["storeConformance"],
  SubscribeOptions: ["subscribe"],
  TaskDefinition: ["task"],
  TaskOptions: ["task"],
  TaskRetentionOptions: ["retention"],
  TaskRetryOptions: ["retry"],
  TestSchedulerOptions: ["testScheduler"],
  TickOptions: ["tick"],
  TimerOptions: ["setTimer"],
  TriggerConformanceOptions: ["triggerConformance"],
  UniqueOptions: ["unique"],
  WaitOptions: ["result", "runJob"],
  WindowOptions: ["cron", "interval", "calendarInterval", "fixedDelay"],
};

/** An option that no example uses is hard to find, and harder to get right. */
export const shownOptions: Rule = {
  name: "every public option is used in an example that the gate runs",
  mend:
    "use it where a reader looks for it: a guide, the doc comment of what takes it, a program in examples; " +
    "a new interface of options needs a row in HOLDERS",
  *check(project) {
    const shown = shownKeys(examplesOf(project));
    for (const exported of publicExports(project)) {
      if (!exported.name.endsWith("Options") && HOLDERS[exported.name] === undefined) continue;
      const { name, file } = exported;
      const holders = HOLDERS[name];
      for (const [option, node] of optionsOf(exported)) {
        const at = { path: file.path, line: lineOf(file, node) };
        if (holders === undefined) yield { ...at, what: `nobody is known to take ${name}` };
        else if (!holders.some((holder) => shown.get(holder)?.has(option))) {
          yield { ...at, what: `no example gives '${option}' to ${holders.join(", ")}` };
        }
      }
    }
  },
  broken: [
    { tree: tree("AndOptions", "and([a], { maxIterations: 5 });"), at: "src/a.ts:6" },
    { tree: tree("AndOptions", "or([a], { threshold: 5 });"), at: "src/a.ts:6" },
    { tree: tree("OddOptions", "odd({ threshold: 5 });"), at: "src/a.ts:6" },
    {
      tree: { ...tree("RetryOptions", ""), "docs/a.md": block("task({ retry: { threshold: 5 } });") },
      at: "src/a.ts:6",
    },
  ],
  kept: [
    tree("AndOptions", "and([a], { threshold: { seconds: 5 } });"),
    tree("RetryOptions", "task({ retry: { threshold: 5 } });"),
    tree("JobBatchOptions", "const addBatch = { threshold };"),
    { ...tree("AndOptions", ""), "README.md": block("and([a], { threshold: 5 });") },
    {
      ...tree("AndOptions", ""),
      "docs/a.md": block("and([a], { threshold: 5 });"),
      "tools/steps.ts": `const GUIDES = [\n  "a",\n];`,
    },
  ],
};

/** An interface with one option, and an example in its doc comment. */
function tree(name: string, example: string): Tree {
  const comment = `/**\n * ${block(example).trimEnd().replaceAll("\n", "\n * ")}\n */`;
  return {
    "deno.json": `{"exports":{".":"./src/a.ts"}}`,
    "src/a.ts": `${comment}\nexport interface ${name} { threshold?: 1 }`,
  };
}

function block(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\`\n`;
}

/** The options that an interface itself names; what it inherits shows with what it inherits from. */
function optionsOf({ declarations, file }: Exported): [string, ts.Node][] {
  return declarations.filter(ts.isInterfaceDeclaration).flatMap(({ members }) =>
    members.flatMap((member): [string, ts.Node][] =>
      member.name ? [[member.name.getText(file.tree), member]] : []
    )
  );
}
