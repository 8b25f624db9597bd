import { createServer, request, type Server } from "node:http";

/** Stands between a store and its server, and counts the requests that carry statements. */
export class CountingProxy {
  readonly #listener: Server;
  /** Number of requests so far. */
  requests = 0;

  private constructor(server: string) {
    const [host, port] = server.split(":") as [string, string];
    this.#listener = createServer((asked, answer) => {
      if (asked.url?.includes("pipeline") || asked.url?.includes("cursor")) this.requests++;
      const { method, url: path, headers } = asked;
      const passed = request({ host, port, method, path, headers }, (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      });
      passed.on("error", () => answer.destroy());
      asked.pipe(passed);
    });
  }

  /** Starts one in front of a server. */
  static async start(server: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(server);
    await new Promise<void>((resolve) => proxy.#listener.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Its own host and port. */
  get host(): string {
    const address = this.#listener.address();
    return `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }

  /** Number of requests that some work takes. */
  async during(work: () => Promise<unknown>): Promise<number> {
    const before = this.requests;
    await work();
    return this.requests - before;
  }

  /** Ends it with its connections. */
  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#listener.close(resolve));
    this.#listener.closeAllConnections();
    await ended;
  }
}
