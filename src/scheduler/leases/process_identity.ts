import type { ProcessIdentity } from "../../model/scheduler_record.ts";

/** The slice of the system that identifies processes; absent on edge runtimes. */
interface ProcessSystem {
  readonly hostname: string;
  readonly pid: number;
  readText(path: string): string | null;
  readLink(path: string): string | null;
  /** True if a process of this pid exists, as far as can be determined. */
  exists(pid: number): boolean;
}

interface NodeProcess {
  readonly pid: number;
  kill(pid: number, signal: 0): unknown;
  getBuiltinModule?(name: string): unknown;
}

let own: ProcessIdentity | undefined;

/** The identity of this process; read once, as it never changes. */
export function ownProcessIdentity(): ProcessIdentity {
  return own ??= readOwnIdentity();
}

function readOwnIdentity(): ProcessIdentity {
  const system = processSystem();
  if (!system) return { hostname: "edge", pid: 0, bootId: null, pidNamespace: null, startedAt: null };
  return {
    hostname: system.hostname,
    pid: system.pid,
    bootId: system.readText("/proc/sys/kernel/random/boot_id")?.trim() ?? null,
    pidNamespace: system.readLink("/proc/self/ns/pid"),
    startedAt: startTime(system, system.pid),
  };
}

/**
 * Returns true if a process is dead beyond doubt: same boot of the same host, same pid namespace, and its pid is gone
 * or belongs to another process by now. In doubt it counts as alive, and its lease decides.
 */
export function isCertainlyDead(other: ProcessIdentity, own: ProcessIdentity): boolean {
  if (own.bootId === null || own.pidNamespace === null) return false;
  const neighbours = other.hostname === own.hostname && other.bootId === own.bootId &&
    other.pidNamespace === own.pidNamespace;
  if (!neighbours || other.pid === 0) return false;
  // A scheduler of this very process, or of an earlier one that had the same pid: nothing to read.
  if (other.pid === own.pid) return startedApart(other.startedAt, own.startedAt);
  const system = processSystem();
  if (!system) return false;
  if (!system.exists(other.pid)) return true;
  const [state] = statFields(system, other.pid);
  // A zombie is dead, and only waits for its parent to notice.
  if (state === "Z" || state === "X") return true;
  return startedApart(other.startedAt, startTime(system, other.pid));
}

/** True if two processes of one pid are known not to be the same. */
function startedApart(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}

/** The time at which a process started, in clock ticks since boot. */
function startTime(system: ProcessSystem, pid: number): string | null {
  return statFields(system, pid)[19] ?? null;
}

/** The fields of /proc/<pid>/stat from the third (the state) on; the name before them may contain blanks. */
function statFields(system: ProcessSystem, pid: number): readonly string[] {
  const stat = system.readText(`/proc/${pid}/stat`);
  return stat === null ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function processSystem(): ProcessSystem | undefined {
  const process = (globalThis as { readonly process?: NodeProcess }).process;
  const fs = process?.getBuiltinModule?.("node:fs") as typeof import("node:fs") | undefined;
  const os = process?.getBuiltinModule?.("node:os") as typeof import("node:os") | undefined;
  if (!process || !fs || !os) return undefined;
  return {
    hostname: os.hostname(),
    pid: process.pid,
    readText: (path) => attempt(() => fs.readFileSync(path, "utf8")),
    readLink: (path) => attempt(() => fs.readlinkSync(path)),
    exists: (pid) => {
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        // Not being allowed to signal it proves that it is there.
        return (error as { readonly code?: unknown }).code !== "ESRCH";
      }
    },
  };
}

function attempt<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
