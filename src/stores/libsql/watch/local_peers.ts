import type { Dialect } from "../../sqlite/schema/dialect.ts";
import type { SqlDriver, Statement } from "../../shared/driver.ts";
import type { Clock, Timer } from "../../../time/clock.ts";
import { loopbackPlace, type LoopbackSocket, openLoopbackSocket } from "./loopback_socket.ts";

/** The time for which a process counts as listening, and the interval at which listeners renew that. */
const LISTENING_MS = 150_000;
const RENEW_MS = 60_000;
/** The shortest time between two looks for peers, while there are commits. */
const LOOK_UP_MS = 1000;
/** Commits that follow each other faster are reported together. */
const TELL_MS = 10;

/** Options of {@linkcode LocalPeers}. */
export interface LocalPeersOptions {
  readonly driver: SqlDriver;
  readonly dialect: Dialect;
  readonly clock: Clock;
  /** Somebody else has committed, or may have. */
  readonly onNudge: () => void;
}

/**
 * The processes of this machine that wait for changes of the same file. Who listens says so in a table, with a port of
 * the loopback; a process that commits wakes them, so that they look at once instead of at their next time. Only a matter of
 * speed: a process that has no socket, or misses a message, finds the change by asking the file.
 */
export class LocalPeers {
  readonly #options: LocalPeersOptions;
  #opening: Promise<LoopbackSocket | undefined> | undefined;
  #socket: LoopbackSocket | undefined;
  #place = "";
  #listening = false;
  #closed = false;
  #ports: readonly number[] = [];
  #lookedUpMs = -Infinity;
  #toldMs = -Infinity;
  #telling: Timer | undefined;
  #renewal: Timer | undefined;

  constructor(options: LocalPeersOptions) {
    this.#options = options;
  }

  /** Lets the others know that this process waits for changes; resolves when they can. */
  async listen(): Promise<void> {
    if (this.#listening || this.#closed) return;
    this.#listening = true;
    await this.#renew();
  }

  /** This process has committed: the others are woken, soon and once for all that happens until then. */
  committed(): void {
    if (this.#telling || this.#closed) return;
    const waitMs = this.#toldMs + TELL_MS - this.#options.clock.monotonicMs();
    if (waitMs <= 0) return void this.#tell();
    this.#telling = this.#options.clock.setTimer(() => this.#tell(), waitMs, { keepAlive: false });
  }

  /** Takes back what `listen` said, and closes the socket. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#telling?.cancel();
    this.#renewal?.cancel();
    await this.#opening;
    if (this.#listening) await this.#write([this.#leave()]);
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #tell(): Promise<void> {
    const { clock } = this.#options;
    this.#telling = undefined;
    this.#toldMs = clock.monotonicMs();
    if (this.#toldMs - this.#lookedUpMs >= LOOK_UP_MS) await this.#lookUp();
    for (const port of this.#ports) this.#socket?.nudge(port);
  }

  async #lookUp(): Promise<void> {
    this.#lookedUpMs = this.#options.clock.monotonicMs();
    const socket = await this.#open();
    if (!socket || this.#closed) return;
    const { driver, dialect } = this.#options;
    const sql = `select port from ${dialect.tables.listeners}
      where place = ?1 and port <> ?2 and listens_until > ${dialect.now("?3")}`;
    const [found] = await driver.read([{ sql, args: [this.#place, socket.port, null] }]).catch(() => []);
    this.#ports = (found?.cells ?? []) as readonly number[];
  }

  async #renew(): Promise<void> {
    const socket = await this.#open();
    if (!socket || this.#closed) return;
    const { dialect, clock } = this.#options;
    const { listeners } = dialect.tables;
    const now = dialect.now("?1");
    const say = `insert into ${listeners}(place, port, listens_until)
      values (?2, ?3, ${now} + ${LISTENING_MS}) on conflict do update set listens_until = excluded.listens_until`;
    await this.#write([
      { sql: say, args: [null, this.#place, socket.port] },
      { sql: `delete from ${listeners} where listens_until <= ${now}`, args: [null] },
    ]);
    if (this.#closed) return;
    this.#renewal = clock.setTimer(() => void this.#renew(), RENEW_MS, { keepAlive: false });
  }

  #leave(): Statement {
    const { listeners } = this.#options.dialect.tables;
    const args = [this.#place, this.#socket?.port ?? null];
    return { sql: `delete from ${listeners} where place = ?1 and port = ?2`, args };
  }

  /** A process that cannot register as a listener is not woken, and asks the file. */
  async #write(step: readonly Statement[]): Promise<void> {
    await this.#options.driver.write([step]).catch(() => {});
  }

  #open(): Promise<LoopbackSocket | undefined> {
    return this.#opening ??= this.#openSocket();
  }

  async #openSocket(): Promise<LoopbackSocket | undefined> {
    const place = await loopbackPlace();
    if (place === undefined) return undefined;
    this.#place = place;
    return this.#socket = await openLoopbackSocket(this.#options.onNudge);
  }
}
