import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Timer } from "../time/clock.ts";
import { systemClock } from "../time/system_clock.ts";
import { reachableHost } from "./auth/loopback.ts";

/** The facts about a request that only its server knows. */
export interface ConnectionFacts {
  /** The address that the connection comes from. */
  readonly remoteAddress?: string | undefined;
  /** The address that the server listens on. */
  readonly listening?: HttpAddress | undefined;
}

/** Responds to a request of the web platform; `connection` is known to the server only. */
export type HttpHandler = (request: Request, connection: ConnectionFacts) => Response | Promise<Response>;

/** The address that a server listens on. */
export interface HttpAddress {
  readonly hostname: string;
  /** The port; 0 is any free one. */
  readonly port: number;
}

/** The limits of a server's connections. */
export interface ConnectionLimits {
  /** The most connections; the one that has been idle longest makes room for a new one. */
  readonly max: number;
  /** The longest time for which a connection may be open without a request. */
  readonly idleMs: number;
  /** The longest time that a request may take to arrive, its body included. */
  readonly arrivalMs: number;
  /** The time between two looks at all connections, and at whether new ones are still accepted. */
  readonly checkMs: number;
}

/** A server that listens. */
export interface HttpServer {
  /** The port it listens on. */
  readonly port: number;
  /** Takes no more requests; resolves when those in progress have ended. */
  finish(): Promise<void>;
  /** Drops the connections that are left. */
  cut(): void;
}

const defaultLimits: ConnectionLimits = { max: 1000, idleMs: 10_000, arrivalMs: 60_000, checkMs: 2000 };

/** The host names and addresses that a `Host` header may hold, with a port or without. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::\d{1,5})?$/i;

/**
 * Listens with `node:http`, which is the same on every runtime: requests that wait long stay open, and their
 * signal is aborted when the client goes, not when the response is sent. Rejects with the system's error.
 */
export async function openHttpServer(
  handler: HttpHandler,
  address: HttpAddress,
  limits: ConnectionLimits = defaultLimits,
): Promise<HttpServer> {
  const server = new GuardedServer(handler, address, limits);
  await server.open();
  return server;
}

/** A connection, and what it is busy with. */
interface ConnectionState {
  /** The requests that arrive or wait for their response. */
  readonly requests: Set<IncomingMessage>;
  /** The time of its beginning, and of the latest beginning or end of a request. */
  changedAtMs: number;
}

/** A server that stays reachable: idle and slow connections are cut, and a dead listener is replaced. */
class GuardedServer implements HttpServer {
  readonly #handler: HttpHandler;
  readonly #limits: ConnectionLimits;
  readonly #connections = new Map<Socket, ConnectionState>();
  #address: HttpAddress;
  #server: Server;
  /** The ends of servers whose listener was dead. */
  readonly #replaced: Promise<void>[] = [];
  #timer: Timer | undefined;
  #isClosing = false;
  #acceptedAtMs = 0;

  constructor(handler: HttpHandler, address: HttpAddress, limits: ConnectionLimits) {
    this.#handler = handler;
    this.#address = address;
    this.#limits = limits;
    this.#server = this.#makeServer();
  }

  get port(): number {
    return this.#address.port;
  }

  async open(): Promise<void> {
    await listening(this.#server, this.#address);
    const bound = this.#server.address();
    if (typeof bound === "object" && bound !== null) {
      this.#address = { hostname: this.#address.hostname, port: bound.port };
    }
    this.#acceptedAtMs = systemClock.monotonicMs();
    this.#checkLater();
  }

  finish(): Promise<void> {
    this.#isClosing = true;
    this.#timer?.cancel();
    const idle = [...this.#connections].filter(([, { requests }]) => requests.size === 0);
    const closing = [...this.#replaced, closed(this.#server)];
    for (const [socket] of idle) socket.destroy();
    return Promise.all(closing).then(() => {});
  }

  cut(): void {
    this.#server.closeAllConnections();
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #makeServer(): Server {
    const server = createServer((message, response) => {
      const done = this.#began(message);
      response.on("close", () => {
        done();
        // A connection that is kept alive would keep the server from closing.
        if (this.#isClosing) message.socket.end();
      });
      this.#respond(message, response).catch(() => response.destroy());
    });
    server.on("connection", (socket: Socket) => this.#admit(socket));
    return server;
  }

  #admit(socket: Socket): void {
    this.#acceptedAtMs = systemClock.monotonicMs();
    if (this.#connections.size >= this.#limits.max && !this.#dropIdlest()) return void socket.destroy();
    this.#connections.set(socket, { requests: new Set(), changedAtMs: this.#acceptedAtMs });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#connections.delete(socket));
  }

  /** Connections are in the order of their beginning, which is near enough to the order of their idleness. */
  #dropIdlest(): boolean {
    for (const [socket, { requests }] of this.#connections) {
      if (requests.size > 0) continue;
      this.#connections.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  /** Records that a request has begun; returns the function that records its end. */
  #began(message: IncomingMessage): () => void {
    const state = this.#connections.get(message.socket);
    if (state === undefined) return () => {};
    state.requests.add(message);
    state.changedAtMs = systemClock.monotonicMs();
    return () => {
      state.requests.delete(message);
      state.changedAtMs = systemClock.monotonicMs();
    };
  }

  async #respond(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished) gone.abort();
    });
    const request = requestOf(message, gone.signal);
    if (request === undefined) {
      response.writeHead(400, { Connection: "close" }).end();
      return;
    }
    const reply = await this.#handler(request, {
      remoteAddress: message.socket.remoteAddress,
      listening: this.#address,
    });
    response.writeHead(reply.status, [...reply.headers].flat());
    if (reply.body === null) response.end();
    else await pipeline(Readable.fromWeb(reply.body as Parameters<typeof Readable.fromWeb>[0]), response);
  }

  #checkLater(): void {
    this.#timer = systemClock.setTimer(() => void this.#check(), this.#limits.checkMs, { keepAlive: false });
  }

  async #check(): Promise<void> {
    const nowMs = systemClock.monotonicMs();
    for (const [socket, { requests, changedAtMs }] of this.#connections) {
      const ageMs = nowMs - changedAtMs;
      const isLate = requests.size === 0
        ? ageMs >= this.#limits.idleMs
        : ageMs >= this.#limits.arrivalMs && [...requests].some(({ complete }) => !complete);
      if (isLate) socket.destroy();
    }
    // Deno's listener stops for good, in silence, when the process runs out of file descriptors; others recover.
    const isSilent = "Deno" in globalThis && nowMs - this.#acceptedAtMs >= this.#limits.checkMs;
    if (isSilent && await this.#isDeaf()) await this.#listenAnew();
    if (!this.#isClosing) this.#checkLater();
  }

  /** True if a connection is made, but never accepted. A connection that cannot be made proves nothing. */
  async #isDeaf(): Promise<boolean> {
    const acceptedAtMs = this.#acceptedAtMs;
    const probe = connect(this.#address.port, reachableHost(this.#address.hostname));
    const verdict = Promise.withResolvers<boolean>();
    const accepted = () => verdict.resolve(false);
    probe.on("error", accepted);
    this.#server.on("connection", accepted);
    const timer = systemClock.setTimer(
      () => verdict.resolve(!probe.connecting && this.#acceptedAtMs === acceptedAtMs),
      this.#limits.checkMs,
      { keepAlive: false },
    );
    const isDeaf = await verdict.promise;
    timer.cancel();
    this.#server.off("connection", accepted);
    probe.destroy();
    return isDeaf && !this.#isClosing;
  }

  async #listenAnew(): Promise<void> {
    const old = this.#server;
    this.#server = this.#makeServer();
    // Its connections stay; only the listener is closed, so that the port is free.
    this.#replaced.push(closed(old));
    try {
      await listening(this.#server, this.#address);
      this.#acceptedAtMs = systemClock.monotonicMs();
    } catch {
      // Another look follows, as long as the port or a file descriptor is not free.
    }
  }
}

/** Returns the web platform's request; undefined when its address cannot be read. */
function requestOf(message: IncomingMessage, signal: AbortSignal): Request | undefined {
  const url = urlOf(message);
  if (url === undefined) return undefined;
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    headers.append(message.rawHeaders[i]!, message.rawHeaders[i + 1]!);
  }
  const method = message.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? { body: Readable.toWeb(message) as ReadableStream<Uint8Array>, duplex: "half" } : {};
  return new Request(url, { method, headers, signal, ...body });
}

/**
 * Returns the address of a request by its one `Host` header. A target such as `//other/path` is a path, not another
 * host; a target that is a whole address must name the host of the header.
 */
function urlOf({ url: target = "/", rawHeaders }: IncomingMessage): URL | undefined {
  const hosts = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === "host");
  const [host] = hosts;
  if (host === undefined || hosts.length !== 1 || !HOST.test(host)) return undefined;
  const base = URL.parse(`http://${host}`);
  if (base === null) return undefined;
  if (target.startsWith("/")) return URL.parse(`http://${host}${target}`) ?? undefined;
  const whole = URL.parse(target);
  return whole !== null && whole.protocol === "http:" && whole.host === base.host ? whole : undefined;
}

function listening(server: Server, { hostname, port }: HttpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
