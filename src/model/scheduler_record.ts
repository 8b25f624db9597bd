import type { SchedulerRole } from "./states.ts";
import type { TaskVersion } from "./task_record.ts";

/** The facts that distinguish one process from all others, so that a neighbour on the same host can see that it is dead. */
export interface ProcessIdentity {
  readonly hostname: string;
  readonly pid: number;
  /** Differs after every boot of the host; null where the system does not say. */
  readonly bootId: string | null;
  /** The namespace the pid counts in; null where the system does not say. */
  readonly pidNamespace: string | null;
  /** When the process started, in the system's own units; shows that a pid was reused. */
  readonly startedAt: string | null;
}

/** A scheduler that is about to start. */
export interface SchedulerWrite {
  readonly name: string;
  readonly role: SchedulerRole;
  /** The tasks whose code it has, each once; empty for role `scheduler`. */
  readonly tasks: readonly TaskVersion[];
  readonly tags: readonly string[];
  readonly process: ProcessIdentity;
  readonly leaseMs: number;
}

/** A scheduler that is alive, or was when its lease last began. */
export interface SchedulerRecord extends SchedulerWrite {
  /** Given by the store at every start, never twice. */
  readonly incarnation: number;
  readonly startedAtMs: number;
  readonly leaseUntilMs: number;
}
