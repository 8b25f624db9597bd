/** What a request is answered by; the second argument is what the server knows about it. */
export type HttpHandler = (
  request: Request,
  about: { readonly remoteAddress: string | undefined },
) => Response | Promise<Response>;

/** Where a server listens. */
export interface HttpAddress {
  readonly hostname: string;
  /** 0 is any free one. */
  readonly port: number;
}

/** A server that listens. */
export interface HttpServer {
  /** The port it got. */
  readonly port: number;
  /** Takes no more requests; resolves when those under way are answered. */
  finish(): Promise<void>;
  /** Drops the connections that are left. */
  cut(): void | Promise<void>;
}

/** Opens a port; undefined on a runtime that has no such server. Rejects with what the runtime says. */
export type OpenServer = (handler: HttpHandler, address: HttpAddress) => Promise<HttpServer> | undefined;
