import { Worker } from "node:worker_threads";
import type { StatementResult, Step } from "../../shared/driver.ts";
import { sleep } from "../../../time/clock.ts";
import { systemClock } from "../../../time/system_clock.ts";

/** The start data of the thread: which file, and where its rows come from. */
export interface ReplicaSource {
  /** The path of the file. */
  readonly path: string;
  readonly syncUrl: string;
  readonly authToken: string | undefined;
}

/** A request to the thread. */
export type ReplicaOrder =
  & { readonly id: number }
  & ({ readonly what: "open" | "sync" | "close" } | { readonly what: "read"; readonly step: Step });

/** An order as it is given, before it has a number. */
type Asked = { readonly what: "open" | "sync" | "close" } | { readonly what: "read"; readonly step: Step };

interface ReplicaAnswer {
  readonly id: number;
  readonly answer?: unknown;
  readonly failure?: { readonly message: string; readonly rawCode: number | undefined };
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The time that a thread may take to let go of its file; one that waits for a silent server is left behind. */
const CLOSE_MS_MAX = 1000;

/** The thread that keeps a replica. By itself it does not keep the process alive. */
export class ReplicaThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #lastId = 0;

  /** Starts the thread; it opens nothing yet. */
  constructor(source: ReplicaSource) {
    this.#worker = new Worker(new URL("./replica_worker.ts", import.meta.url), { workerData: source });
    this.#worker.unref();
    this.#worker.on("message", (answer: ReplicaAnswer) => this.#answered(answer));
    this.#worker.on("error", (error: Error) => this.#failAll(error));
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        this.#failAll(new Error("the thread that keeps the replica has ended"));
        resolve();
      });
    });
  }

  /** Opens the file. Rejects when it is no replica, and when another process keeps it. */
  async open(): Promise<void> {
    await whileAlive(this.#ask({ what: "open" }));
  }

  /** Brings the file up to date. */
  async sync(): Promise<void> {
    await this.#ask({ what: "sync" });
  }

  /** Reads one state of the file. */
  async read(step: Step): Promise<readonly StatementResult[]> {
    return await whileAlive(this.#ask({ what: "read", step })) as readonly StatementResult[];
  }

  /** Ends the thread once it has let go of the file; one that waits for a silent server is left to end after that. */
  async close(): Promise<void> {
    const closed = new AbortController();
    // Ending a thread within a call of the binding never comes to an end on Bun and Node.
    void this.#ask({ what: "close" }).catch(() => {}).then(() => {
      void this.#worker.terminate();
      closed.abort();
    });
    const closing = this.#lastId;
    await sleep(systemClock, CLOSE_MS_MAX, closed.signal);
    if (closed.signal.aborted) return await whileAlive(this.#ended);
    this.#failAll(new Error("the thread that keeps the replica was left behind"), closing);
  }

  #ask(order: Asked): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...order, id });
    });
  }

  #answered({ id, answer, failure }: ReplicaAnswer): void {
    // Again each time: on Bun a thread that has only just been started is not let go of.
    this.#worker.unref();
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure) waiting?.reject(Object.assign(new Error(failure.message), { rawCode: failure.rawCode }));
    else waiting?.resolve(answer);
  }

  #failAll(error: Error, butId?: number): void {
    for (const [id, { reject }] of this.#waiting) {
      if (id === butId) continue;
      this.#waiting.delete(id);
      reject(error);
    }
  }
}

/** Keeps the process alive until the work is done: a thread that keeps it alive only at times does not do so on Deno. */
export async function whileAlive<Answer>(work: Promise<Answer>): Promise<Answer> {
  const timer = systemClock.setTimer(() => {}, Infinity);
  try {
    return await work;
  } finally {
    timer.cancel();
  }
}
