import type { HttpAddress, HttpHandler, HttpServer } from "./http_server.ts";

/** What this file uses of Bun. */
interface BunServe {
  serve(
    options: HttpAddress & {
      readonly idleTimeout: number;
      readonly development: boolean;
      fetch(request: Request, server: BunServer): Response | Promise<Response>;
    },
  ): BunServer;
}

interface BunServer {
  readonly port: number;
  requestIP(request: Request): { readonly address: string } | null;
  stop(closeConnections?: boolean): Promise<void>;
}

/** Bun's own server; undefined elsewhere. */
export function openBunServer(handler: HttpHandler, address: HttpAddress): Promise<HttpServer> | undefined {
  const bun = (globalThis as { readonly Bun?: Partial<BunServe> }).Bun;
  return typeof bun?.serve === "function" ? open(bun as BunServe, handler, address) : undefined;
}

async function open(bun: BunServe, handler: HttpHandler, address: HttpAddress): Promise<HttpServer> {
  const server = await bun.serve({
    ...address,
    // The default drops a request that waits for a result after some ten seconds.
    idleTimeout: 0,
    development: false,
    fetch: (request, self) => handler(request, { remoteAddress: self.requestIP(request)?.address }),
  });
  return {
    port: server.port,
    finish: () => server.stop(),
    cut: () => server.stop(true),
  };
}
