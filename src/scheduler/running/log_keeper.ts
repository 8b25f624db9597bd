import { fieldsJson, textOf } from "../../untrusted.ts";
import { LOG_LINES_MAX, type LogBatch, type LogLine } from "../../model/job_history.ts";
import type { JobRecord } from "../../model/job_record.ts";
import type { Clock } from "../../time/clock.ts";
import { Throttle, type ThrottledWork } from "../../time/throttle.ts";
import type { JobGateway } from "../store/gateway/job_gateway.ts";

/** Least time between two writes of a job's log. */
const WRITE_EVERY_MS = 500;
/** Length to which a message, and the JSON of its fields, is clipped. */
const TEXT_MAX = 4000;

/** Collects the lines of a job's log and writes them now and then, so that a tight loop may log. */
export class LogKeeper implements ThrottledWork {
  readonly #clock: Clock;
  readonly #jobs: JobGateway;
  readonly #job: JobRecord;
  readonly #part: LogBatch["part"];
  readonly #throttle: Throttle;
  #waiting: LogLine[] = [];
  #lastLine = 0;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(clock: Clock, jobs: JobGateway, job: JobRecord, part: LogBatch["part"]) {
    this.#clock = clock;
    this.#jobs = jobs;
    this.#job = job;
    this.#part = part;
    // Most runs are over before: their lines are written in one call.
    this.#throttle = new Throttle(clock, this, WRITE_EVERY_MS, WRITE_EVERY_MS);
  }

  /** Keeps a line, until it is closed: code that a run leaves behind may log indefinitely. */
  add(level: LogLine["level"], message: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#closed) return;
    const line = ++this.#lastLine;
    const text = textOf(message, TEXT_MAX);
    this.#waiting.push({ line, atMs: this.#clock.nowMs(), level, message: text, fields: fieldsText(fields) });
    // Lines that the store would drop again need not be written.
    if (this.#waiting.length > LOG_LINES_MAX) this.#waiting.shift();
    this.#throttle.ask();
  }

  /** Writes what is left and stops. Rejects when that fails. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#throttle.cancel();
    await this.#writing;
    if (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0));
  }

  /** Writes the lines; where that fails, they are written again with the next ones. */
  flush(): void {
    const lines = this.#waiting.splice(0);
    this.#writing = this.#writing.then(() => this.#write(lines)).catch(() => {
      this.#waiting = [...lines, ...this.#waiting].slice(-LOG_LINES_MAX);
    });
  }

  #write(lines: readonly LogLine[]): Promise<void> {
    return this.#jobs.keepLog(this.#job, this.#part, lines);
  }
}

function fieldsText(fields: Readonly<Record<string, unknown>>): string | null {
  const json = fieldsJson(fields, TEXT_MAX);
  return json === "{}" ? null : json;
}
