import type { HttpAddress, HttpHandler, HttpServer } from "./http_server.ts";

/** What this file uses of Deno. */
interface DenoServe {
  serve(
    options: HttpAddress & { readonly signal: AbortSignal; readonly onListen: () => void },
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname?: string } },
    ) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
}

/** Deno's own server; undefined elsewhere. */
export function openDenoServer(handler: HttpHandler, address: HttpAddress): Promise<HttpServer> | undefined {
  const deno = (globalThis as { readonly Deno?: Partial<DenoServe> }).Deno;
  return typeof deno?.serve === "function" ? open(deno as DenoServe, handler, address) : undefined;
}

async function open(deno: DenoServe, handler: HttpHandler, address: HttpAddress): Promise<HttpServer> {
  const cutting = new AbortController();
  const server = await deno.serve(
    { ...address, signal: cutting.signal, onListen: () => {} },
    (request, { remoteAddr }) => handler(request, { remoteAddress: remoteAddr.hostname }),
  );
  return {
    port: server.addr.port,
    finish: () => server.shutdown(),
    cut: () => cutting.abort(),
  };
}
