import { createConnection, createServer, type Server, type Socket } from "node:net";
import { sleep } from "../../src/time/clock.ts";
import { systemClock } from "../../src/time/system_clock.ts";
import { Random } from "../random.ts";

/** Behaviour of a proxy. */
export type Manner =
  | "passes"
  /** Delays responses. */
  | "delays"
  /** Cuts the connection when the response comes: the call was made, but its caller gets no result. */
  | "losesAnswers"
  /** Does that once. */
  | "losesOneAnswer"
  /** Takes calls and passes nothing on. */
  | "swallows";

/** Longest delay of a response. */
const DELAY_MS_MAX = 300;

/** Stands between the processes and their server, and lets them down now and then. */
export class UnrulyProxy {
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  readonly #random: Random;
  #manner: Manner = "passes";

  private constructor(listener: Server, random: Random) {
    this.#listener = listener;
    this.#random = random;
  }

  /** Starts one in front of a server. */
  static async start(server: string, random: Random = new Random(1)): Promise<UnrulyProxy> {
    const [host, port] = server.split(":") as [string, string];
    const listener = createServer();
    const proxy = new UnrulyProxy(listener, random);
    listener.on("connection", (from) => proxy.#join(from, createConnection(Number(port), host)));
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Its own host and port. */
  get host(): string {
    const address = this.#listener.address();
    return `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }

  /** Sets the behaviour. Connections with swallowed calls are cut, or their callers would wait forever. */
  behave(manner: Manner): void {
    if (this.#manner === "swallows") this.#cut();
    this.#manner = manner;
  }

  async end(): Promise<void> {
    this.#cut();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, server: Socket): void {
    for (const [socket, other] of [[client, server], [server, client]] as const) {
      this.#sockets.add(socket);
      // A peer that is killed resets its connections; that is what this is here for.
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (data) => {
      if (this.#manner !== "swallows") server.write(data);
    });
    let written = Promise.resolve();
    server.on("data", (data: Uint8Array) => written = written.then(() => this.#answer(client, data)));
  }

  async #answer(client: Socket, data: Uint8Array): Promise<void> {
    const loses = this.#manner === "losesAnswers" || this.#manner === "losesOneAnswer";
    if (this.#manner === "losesOneAnswer") this.#manner = "passes";
    if (loses) return void client.destroy();
    // real time: the processes behind it are real ones
    if (this.#manner === "delays") await sleep(systemClock, this.#random.between(0, DELAY_MS_MAX));
    if (client.writable) client.write(data);
  }
}
