import process from "node:process";
import { openHttpServer } from "../../src/http/http_server.ts";

// As a scheduler does; Deno itself fails where it opens its pipe for signals without a file descriptor left.
process.on("SIGTERM", () => process.exit());

// Serves until it is killed, and has no patience.
const limits = { max: 1000, idleMs: 1000, arrivalMs: 2000, checkMs: 200 };
const server = await openHttpServer(() => new Response("ok"), { hostname: "127.0.0.1", port: 0 }, limits);
process.stdout.write(`port ${server.port}\n`);
