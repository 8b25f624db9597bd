import { clip, fieldsJson } from "../../model/clip.ts";
import { LOG_LINES_MAX, type LogLine } from "../../model/job_history.ts";
import type { Clock, Timer } from "../../time/clock.ts";

/** How often the lines of one job are written at the most. */
const WRITE_EVERY_MS = 500;
/** How much of a message, and of the JSON of its fields, is kept. */
const TEXT_MAX = 4000;

/** Collects the lines of a job's log and writes them now and then, so that a tight loop may log. */
export class LogKeeper {
  readonly #clock: Clock;
  readonly #write: (lines: readonly LogLine[]) => Promise<void>;
  #waiting: LogLine[] = [];
  #lastLine = 0;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  /** Lines of a `write` that rejects are written again with the next ones. */
  constructor(clock: Clock, write: (lines: readonly LogLine[]) => Promise<void>) {
    this.#clock = clock;
    this.#write = write;
  }

  /** Keeps a line, until it is closed: what a run leaves behind may log on for ever. */
  add(level: LogLine["level"], message: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#closed) return;
    const line = ++this.#lastLine;
    const text = clip(String(message), TEXT_MAX);
    this.#waiting.push({ line, atMs: this.#clock.nowMs(), level, message: text, fields: fieldsText(fields) });
    // What the store would drop again need not be written.
    if (this.#waiting.length > LOG_LINES_MAX) this.#waiting.shift();
    this.#timer ??= this.#clock.setTimer(() => this.#flush(), WRITE_EVERY_MS, { keepAlive: false });
  }

  /** Writes what is left and stops. Rejects when that fails. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#writing;
    if (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0));
  }

  #flush(): void {
    this.#timer = undefined;
    const lines = this.#waiting.splice(0);
    this.#writing = this.#writing.then(() => this.#write(lines)).catch(() => {
      this.#waiting = [...lines, ...this.#waiting].slice(-LOG_LINES_MAX);
    });
  }
}

function fieldsText(fields: Readonly<Record<string, unknown>>): string | null {
  const json = fieldsJson(fields, TEXT_MAX);
  return json === "{}" ? null : json;
}
