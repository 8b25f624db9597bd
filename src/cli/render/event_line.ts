import type { CarillonEvent, JobFinishedEvent } from "../../events/event.ts";
import { fieldsText } from "../console_logger.ts";
import type { Paint, Tone } from "./colors.ts";
import { lengthText, timeOfDay } from "./times.ts";

/** How an event is shown: a word for what happened, its tone, what it is about, and facts. */
interface EventText {
  readonly word: string;
  readonly tone?: Tone;
  readonly about: string;
  readonly facts?: string;
  /** Only shown when everything is to be told. */
  readonly detail?: boolean;
}

/** How lines are drawn. */
export interface EventLineOptions {
  readonly paint: Paint;
  readonly timeZone: string;
  /** Also what is of interest only when something is looked for. */
  readonly verbose: boolean;
}

const WORD_WIDTH = 9;
/** What a job's story begins with is in the same column, whether it comes from a schedule or not. */
const ABOUT_WIDTH = 28;

/** An event as a line: time, what happened, task and schedule, facts. Undefined for one that is not shown. */
export function eventLine(event: CarillonEvent, options: EventLineOptions): string | undefined {
  const { paint, timeZone, verbose } = options;
  const text = textOf(event, timeZone);
  if (text === undefined || (text.detail && !verbose)) return undefined;
  const time = paint(timeOfDay(event.atMs, timeZone), "dim");
  const word = paint(text.word.padEnd(WORD_WIDTH), text.tone);
  return `${time}  ${word}  ${text.about.padEnd(ABOUT_WIDTH)}  ${text.facts ?? ""}`.trimEnd();
}

function textOf(event: CarillonEvent, timeZone: string): EventText | undefined {
  switch (event.type) {
    case "jobFinished":
      return finished(event);
    case "jobStarted":
      return {
        word: "started",
        tone: "cyan",
        about: aboutJob(event),
        facts: event.attempt > 1 ? `attempt ${event.attempt}` : "",
      };
    case "jobProgress": {
      const { done, total, message } = event.progress;
      const amount = total === 1 ? "" : ` (${done} of ${total})`;
      const percent = `${Math.floor(100 * done / total)} %${amount}`;
      return { word: "progress", about: event.taskName, facts: [percent, message ?? ""].join(" ").trim() };
    }
    case "jobLog": {
      const tone = event.level === "error" ? "red" : event.level === "warn" ? "yellow" : undefined;
      return {
        word: event.level === "info" ? "log" : event.level,
        ...(tone ? { tone } : {}),
        about: event.taskName,
        facts: event.message + fieldsText(event.fields),
        detail: event.level === "debug",
      };
    }
    case "jobRetrying":
      return {
        word: "retrying",
        tone: "yellow",
        about: aboutJob(event),
        facts: `${event.runAtMs === undefined ? "" : `at ${timeOfDay(event.runAtMs, timeZone)}: `}${
          event.reason ?? ""
        }`,
      };
    case "jobSnoozed":
      return {
        word: "snoozed",
        tone: "yellow",
        about: aboutJob(event),
        facts: event.runAtMs === undefined ? "" : `until ${timeOfDay(event.runAtMs, timeZone)}`,
      };
    case "jobParked":
      return { word: "parked", tone: "yellow", about: aboutJob(event), facts: event.reason ?? "" };
    case "jobHandedBack":
      return { word: "returned", tone: "yellow", about: aboutJob(event), facts: "it will be run again" };
    case "jobStuck":
      return { word: "stuck", tone: "red", about: aboutJob(event), facts: "it ignores its abort signal" };
    case "jobCancelRequested":
      return { word: "stopping", tone: "yellow", about: aboutJob(event), facts: "it was cancelled" };
    case "firesMissed":
    case "firesCoalesced":
    case "firesSkipped":
    case "firesLate":
      return {
        word: event.type.slice("fires".length).toLowerCase(),
        tone: "yellow",
        about: aboutJob(event),
        facts: `${event.count} ${event.count === 1 ? "fire" : "fires"} from ${
          timeOfDay(event.firstFireTimeMs, timeZone)
        } on`,
      };
    default:
      return otherText(event);
  }
}

type Otherwise = Exclude<
  CarillonEvent,
  {
    readonly type:
      | "jobFinished"
      | "jobProgress"
      | "jobLog"
      | "firesMissed"
      | "firesCoalesced"
      | "firesSkipped"
      | "firesLate";
  }
>;

function otherText(event: Otherwise): EventText | undefined {
  const { type } = event;
  if ("jobId" in event) {
    return { word: plainWord(type, "job"), about: aboutJob(event), facts: event.jobId, detail: true };
  }
  if ("scheduleId" in event) {
    const failed = type === "scheduleFailed";
    return {
      word: plainWord(type, "schedule"),
      tone: failed ? "red" : "cyan",
      about: aboutJob(event),
      facts: "error" in event ? event.error ?? "" : "",
      detail: type === "scheduleFired" || type === "scheduleUpdated",
    };
  }
  if ("taskName" in event) {
    const paused = type === "taskPaused" || type === "taskResumed";
    return { word: plainWord(type, "task"), about: event.taskName, facts: "task", detail: !paused };
  }
  if (type === "schedulerTakenOver") {
    const facts = "a scheduler that is gone; its work goes on here";
    return { word: "took over", tone: "yellow", about: event.subject ?? "", facts };
  }
  // Starting and stopping are told by the command itself, and failures of the store by the logger.
  const own = /^scheduler(?:Start|Stop)|^store(?:Failed|Recovered)$|^leaseLost$/.test(type);
  return own ? undefined : {
    word: plainWord(type, "scheduler"),
    tone: "yellow",
    about: event.subject ?? event.scheduler,
    facts: type.startsWith("scheduler") ? "scheduler" : type.replace(/[A-Z].*/, ""),
  };
}

function finished(event: JobFinishedEvent): EventText {
  const { outcome, durationMs, error } = event;
  const took = durationMs === null ? "never started" : lengthText(durationMs);
  return {
    word: outcome === "success" ? "success" : outcomeWords[outcome],
    tone: outcome === "success" ? "green" : "red",
    about: aboutJob(event),
    facts: error === null ? took : `${took}: ${error.message.split("\n")[0]}`,
  };
}

const outcomeWords = {
  error: "error",
  timedOut: "timed out",
  cancelled: "cancelled",
  missedStartDeadline: "missed",
  abandoned: "abandoned",
} as const;

function aboutJob(
  { taskName, scheduleId }: { readonly taskName: string; readonly scheduleId: string | null },
): string {
  return scheduleId === null || scheduleId === taskName ? taskName : `${taskName} [${scheduleId}]`;
}

/** `schedulePaused` is `paused` where it is plain that a schedule is meant. */
function plainWord(type: string, group: string): string {
  const rest = type.startsWith(group) ? type.slice(group.length) : type.replace(/^[a-z]+/, "");
  return rest.toLowerCase();
}
