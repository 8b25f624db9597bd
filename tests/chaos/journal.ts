import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { JobOutcome } from "../../src/model/states.ts";
import { systemClock } from "../../src/time/system_clock.ts";

/** An entry of the journal in which a process of a chaos run records what happens. */
export type Note =
  /** Its event loop stood still since `fromMs`: frozen, or without a processor. */
  | { readonly what: "stood"; readonly fromMs: number }
  /** Whoever started a process killed it. */
  | { readonly what: "killed"; readonly process: string }
  /** A job's function was called. `run` names this call. */
  | { readonly what: "began"; readonly job: string; readonly run: string; readonly attempt: number }
  /** It is about to return, or to throw what it was told to. */
  | { readonly what: "ended"; readonly job: string; readonly run: string }
  /** It gave up, because its signal was aborted. */
  | { readonly what: "aborted"; readonly job: string; readonly run: string }
  /** The store gave it a job. */
  | { readonly what: "claimed"; readonly job: string; readonly incarnation: number; readonly claim: number }
  /** The store answered to the end of a run. */
  | {
    readonly what: "end";
    readonly seq: number;
    readonly incarnation: number;
    readonly claim: number;
    readonly to: string;
    readonly outcome: JobOutcome | null;
    readonly held: boolean;
  }
  /** It asks for a job. */
  | { readonly what: "adding"; readonly job: string; readonly notBeforeMs: number }
  /** It was told that the job, or the one that stands for the same work, is stored. */
  | { readonly what: "added"; readonly job: string; readonly asked: string; readonly key: string | null }
  /** It was told that a job it cancelled has ended so. */
  | { readonly what: "cancelled"; readonly job: string }
  /** It was given a job's result. */
  | { readonly what: "result"; readonly job: string; readonly value: unknown }
  /** A call failed, as it may. */
  | { readonly what: "failed"; readonly code: string };

/** A note with its time. */
export type JournalLine = Note & { readonly atMs: number };

/** A journal whose lines are there as soon as they are written, also when the process is killed next. */
export class Journal {
  readonly #file: number;

  constructor(folder: string, readonly name: string) {
    this.#file = openSync(join(folder, `${name}.journal`), "a");
  }

  write(note: Note): void {
    writeSync(this.#file, JSON.stringify({ atMs: systemClock.nowMs(), ...note }) + "\n");
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The journals of a folder, by the name of their process. A last line that was cut short is left out. */
export function readJournals(folder: string): ReadonlyMap<string, readonly JournalLine[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".journal"));
  return new Map(files.map((file) => {
    const lines = readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1);
    return [file.replace(/\.journal$/, ""), lines.map((line) => JSON.parse(line) as JournalLine)];
  }));
}
