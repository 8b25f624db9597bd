/** The part that this store uses of a UDP socket. */
interface Datagrams {
  bind(port: number, address: string, listening: () => void): unknown;
  address(): { readonly port: number };
  send(message: string, port: number, address: string, sent: (error: unknown) => void): void;
  on(event: "message" | "error", listener: () => void): unknown;
  unref?(): unknown;
  close(): unknown;
}

/** The permissions that Deno reports. */
interface Permissions {
  query(wanted: { readonly name: "net"; readonly host: string }): Promise<{ readonly state: string }>;
}

const LOOPBACK = "127.0.0.1";

/** A socket between the processes of one machine, through which they only wake each other: messages are empty. */
export interface LoopbackSocket {
  readonly port: number;
  /** Wakes the process that has this port. Messages may get lost. */
  nudge(port: number): void;
  close(): void;
}

/** Opens a socket that keeps no process alive; undefined where there can be none. */
export async function openLoopbackSocket(onNudge: () => void): Promise<LoopbackSocket | undefined> {
  if (!await allowed()) return undefined;
  try {
    const { createSocket } = await import("node:dgram");
    const socket: Datagrams = createSocket("udp4");
    // Before it is bound: afterwards Deno does not heed it.
    socket.unref?.();
    await new Promise<void>((resolve, reject) => {
      socket.on("error", () => reject(new Error("no port of the loopback can be had")));
      socket.bind(0, LOOPBACK, resolve);
    });
    socket.on("message", onNudge);
    return {
      port: socket.address().port,
      nudge: (port) => socket.send("!", port, LOOPBACK, () => {}),
      close: () => void socket.close(),
    };
  } catch {
    return undefined;
  }
}

/**
 * Where the loopback leads to: two processes with the same answer reach each other through it. Containers that share a
 * file need not. Undefined where that is unknown.
 */
export async function loopbackPlace(): Promise<string | undefined> {
  try {
    const [{ hostname }, { readlink }] = await Promise.all([import("node:os"), import("node:fs/promises")]);
    return `${hostname()} ${await readlink("/proc/self/ns/net").catch(() => "")}`.trim();
  } catch {
    return undefined;
  }
}

/** Deno would ask its user; not for so little. */
async function allowed(): Promise<boolean> {
  const { Deno } = globalThis as { readonly Deno?: { readonly permissions?: Permissions } };
  if (!Deno?.permissions) return true;
  return (await Deno.permissions.query({ name: "net", host: LOOPBACK })).state === "granted";
}
