import type { CarillonEvent, EventOf, EventType } from "../../events/event.ts";
import type { JobOutcome } from "../../model/states.ts";
import type { CommandContext } from "../command_context.ts";
import { type Paint, painter, type Tone } from "./colors.ts";
import { fieldsText } from "./terminal_logger.ts";
import { toJsonLine } from "./json_text.ts";
import { printable } from "../../model/printable.ts";
import { pad } from "./text_width.ts";
import { lengthText, timeOfDay } from "./times.ts";

/** The parts of an event's line. */
interface EventText {
  /** A word for what happened. */
  readonly word: string;
  readonly tone?: Tone | undefined;
  /** The task, schedule or scheduler it happened to. */
  readonly subject: string;
  readonly facts?: string;
  /** Shown only with `--verbose`. */
  readonly detail?: boolean;
}

/** Options of {@linkcode eventLine}. */
export interface EventLineOptions {
  readonly paint: Paint;
  readonly timeZone: string;
  /** Show details too. */
  readonly verbose: boolean;
}

const WORD_WIDTH = 9;
/** Facts are in the same column, whether a job comes from a schedule or not. */
const SUBJECT_WIDTH = 28;

/** Returns a function that writes events as they happen: lines for people, JSON objects for machines. */
export function eventPrinter({ terminal, json, verbose }: CommandContext): (event: CarillonEvent) => void {
  const options = { paint: painter(terminal.color), timeZone: terminal.timeZone, verbose };
  return (event) => {
    const line = json ? toJsonLine(withoutLocal(event)) : eventLine(event, options);
    if (line !== undefined) terminal.out(`${line}\n`);
  };
}

/** Leaves out the result, which can be of any size and kind. */
function withoutLocal(event: CarillonEvent): object {
  if (event.type !== "jobFinished") return event;
  const { local: _, ...rest } = event;
  return rest;
}

/** Returns an event as a line: time, word, task and schedule, facts; undefined for one that is not shown. */
export function eventLine(event: CarillonEvent, options: EventLineOptions): string | undefined {
  const { paint, timeZone, verbose } = options;
  const textOf = texts[event.type] as ((event: CarillonEvent, timeZone: string) => EventText) | null;
  const text = textOf?.(event, timeZone);
  if (text === undefined || (text.detail && !verbose)) return undefined;
  const time = paint(timeOfDay(event.atMs, timeZone), "dim");
  const word = paint(text.word.padEnd(WORD_WIDTH), text.tone);
  const subject = pad(printable(text.subject), SUBJECT_WIDTH);
  return `${time}  ${word}  ${subject}  ${printable(text.facts ?? "")}`.trimEnd();
}

/** The line of every event; null for one that the command itself or the logger reports. */
const texts: {
  readonly [Type in EventType]: ((event: EventOf<Type>, timeZone: string) => EventText) | null;
} = {
  taskAdded: (event) => ({ ...taskText("added", event), detail: true }),
  taskUpdated: (event) => ({ ...taskText("updated", event), detail: true }),
  taskRemoved: (event) => ({ ...taskText("removed", event), detail: true }),
  taskPaused: (event) => taskText("paused", event),
  taskResumed: (event) => taskText("resumed", event),

  scheduleAdded: (event) => scheduleText("added", event),
  scheduleUpdated: (event) => ({ ...scheduleText("updated", event), detail: true }),
  schedulePaused: (event) => scheduleText("paused", event),
  scheduleResumed: (event) => scheduleText("resumed", event),
  scheduleRemoved: (event) => scheduleText("removed", event),
  scheduleFinished: (event) => scheduleText("finished", event),
  scheduleFailed: (event) => ({ ...scheduleText("failed", event), tone: "red", facts: event.error ?? "" }),
  scheduleFired: (event) => ({ ...scheduleText("fired", event), detail: true }),
  firesMissed: (event, timeZone) => firesText("missed", event, timeZone),
  firesCoalesced: (event, timeZone) => firesText("coalesced", event, timeZone),
  firesSkipped: (event, timeZone) => firesText("skipped", event, timeZone),
  firesLate: (event, timeZone) => firesText("late", event, timeZone),

  jobAdded: (event) => jobDetail("added", event),
  jobUpdated: (event) => jobDetail("updated", event),
  jobRemoved: (event) => jobDetail("removed", event),
  jobClaimed: (event) => jobDetail("claimed", event),
  jobStarted: (event) => ({
    word: "started",
    tone: "cyan",
    subject: subjectOf(event),
    facts: event.attempt > 1 ? `attempt ${event.attempt}` : "",
  }),
  jobRetrying: (event, timeZone) => {
    const at = event.runAtMs === undefined ? "" : `at ${timeOfDay(event.runAtMs, timeZone)}: `;
    return jobText("retrying", event, at + (event.reason ?? ""));
  },
  jobSnoozed: (event, timeZone) =>
    jobText(
      "snoozed",
      event,
      event.runAtMs === undefined ? "" : `until ${timeOfDay(event.runAtMs, timeZone)}`,
    ),
  jobParked: (event) => jobText("parked", event, event.reason ?? ""),
  jobHandedBack: (event) => jobText("returned", event, "it will be run again"),
  jobStuck: (event) => ({ ...jobText("stuck", event, "it ignores its abort signal"), tone: "red" }),
  jobCancelRequested: (event) => jobText("stopping", event, "it was cancelled"),
  jobFinished: (event) => {
    const { durationMs, error } = event;
    const took = durationMs === null ? "never started" : lengthText(durationMs);
    return {
      word: outcomeWords[event.outcome],
      tone: event.outcome === "success" ? "green" : "red",
      subject: subjectOf(event),
      facts: error === null ? took : `${took}: ${error.message.split("\n")[0]}`,
    };
  },
  jobProgress: ({ taskName, progress: { done, total, message } }) => {
    const amount = total === 1 ? "" : ` (${done} of ${total})`;
    const percent = `${Math.floor(100 * done / total)}%${amount}`;
    return { word: "progress", subject: taskName, facts: [percent, message ?? ""].join(" ").trim() };
  },
  jobLog: ({ taskName, level, message, fields }) => ({
    word: level === "info" ? "log" : level,
    tone: level === "error" ? "red" : level === "warn" ? "yellow" : undefined,
    subject: taskName,
    facts: message + fieldsText(fields),
    detail: level === "debug",
  }),

  schedulerStarting: null,
  schedulerStarted: null,
  schedulerPaused: (event) => schedulerText("paused", event, "scheduler"),
  schedulerResumed: (event) => schedulerText("resumed", event, "scheduler"),
  schedulerStopping: null,
  schedulerStopped: null,
  leaseLost: null,
  schedulerTakenOver: (event) => ({
    word: "took over",
    tone: "yellow",
    subject: event.subject ?? "",
    facts: "a scheduler that is gone; its work continues here",
  }),
  storeAdded: (event) => schedulerText("added", event, "store"),
  storeRemoved: (event) => schedulerText("removed", event, "store"),
  storeFailed: null,
  storeRecovered: null,
  executorAdded: (event) => schedulerText("added", event, "executor"),
  executorRemoved: (event) => schedulerText("removed", event, "executor"),
};

const outcomeWords: Readonly<Record<JobOutcome, string>> = {
  success: "success",
  error: "error",
  timedOut: "timed out",
  cancelled: "cancelled",
  missedStartDeadline: "missed",
  abandoned: "abandoned",
};

interface OfSchedule {
  readonly taskName: string;
  readonly scheduleId: string | null;
}

function subjectOf({ taskName, scheduleId }: OfSchedule): string {
  return scheduleId === null || scheduleId === taskName ? taskName : `${taskName} [${scheduleId}]`;
}

function taskText(word: string, { taskName }: { readonly taskName: string }): EventText {
  return { word, subject: taskName, facts: "task" };
}

function scheduleText(word: string, event: OfSchedule): EventText {
  return { word, tone: "cyan", subject: subjectOf(event) };
}

function firesText(
  word: string,
  event: OfSchedule & { readonly count: number; readonly firstFireTimeMs: number },
  timeZone: string,
): EventText {
  const { count, firstFireTimeMs } = event;
  const facts = `${count} ${count === 1 ? "fire" : "fires"} from ${timeOfDay(firstFireTimeMs, timeZone)} on`;
  return { word, tone: "yellow", subject: subjectOf(event), facts };
}

function jobText(word: string, event: OfSchedule, facts: string): EventText {
  return { word, tone: "yellow", subject: subjectOf(event), facts };
}

function jobDetail(word: string, event: OfSchedule & { readonly jobId: string }): EventText {
  return { word, subject: subjectOf(event), facts: event.jobId, detail: true };
}

function schedulerText(
  word: string,
  { subject, scheduler }: { readonly subject?: string; readonly scheduler: string },
  facts: string,
): EventText {
  return { word, tone: "yellow", subject: subject ?? scheduler, facts };
}
