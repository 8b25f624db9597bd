import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Responds to a request of the web platform; `connection` is known to the server only. */
export type HttpHandler = (
  request: Request,
  connection: { readonly remoteAddress: string | undefined },
) => Response | Promise<Response>;

/** The address that a server listens on. */
export interface HttpAddress {
  readonly hostname: string;
  /** The port; 0 is any free one. */
  readonly port: number;
}

/** A server that listens. */
export interface HttpServer {
  /** The port it listens on. */
  readonly port: number;
  /** Takes no more requests; resolves when those in progress are answered. */
  finish(): Promise<void>;
  /** Drops the connections that are left. */
  cut(): void;
}

/**
 * Listens with `node:http`, which is the same on every runtime: requests that wait long stay open, and their
 * signal is aborted when the client goes, not when the response is sent. Rejects with the system's error.
 */
export async function openHttpServer(handler: HttpHandler, address: HttpAddress): Promise<HttpServer> {
  let closing = false;
  const server = createServer((message, response) => {
    // A connection that is kept alive would keep the server from closing.
    response.on("close", () => closing && message.socket.end());
    respond(handler, message, response).catch(() => response.destroy());
  });
  await listening(server, address);
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound !== null ? bound.port : address.port,
    finish: () => {
      closing = true;
      return closed(server);
    },
    cut: () => server.closeAllConnections(),
  };
}

async function respond(
  handler: HttpHandler,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const request = requestOf(message, gone.signal);
  if (request === undefined) {
    response.writeHead(400, { Connection: "close" }).end();
    return;
  }
  const reply = await handler(request, { remoteAddress: message.socket.remoteAddress });
  response.writeHead(reply.status, [...reply.headers].flat());
  if (reply.body === null) response.end();
  else await pipeline(Readable.fromWeb(reply.body as Parameters<typeof Readable.fromWeb>[0]), response);
}

/** Returns the web platform's request; undefined when its address cannot be read. */
function requestOf(message: IncomingMessage, signal: AbortSignal): Request | undefined {
  const url = URL.parse(message.url ?? "/", `http://${message.headers.host ?? "localhost"}`);
  if (url === null) return undefined;
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    headers.append(message.rawHeaders[i]!, message.rawHeaders[i + 1]!);
  }
  const method = message.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? { body: Readable.toWeb(message) as ReadableStream<Uint8Array>, duplex: "half" } : {};
  return new Request(url, { method, headers, signal, ...body });
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
