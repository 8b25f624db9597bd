/**
 * Jobs behind a web server. The server's scheduler is a client: it only adds jobs and reads their results; a worker
 * runs them. Here both live in one process; in production the worker is often one of its own, on the same file.
 *
 *     deno run -A examples/web_server.ts        then:  curl -X POST localhost:8080/greetings/ada
 */
// deno-lint-ignore-file no-console
import { CarillonError, Scheduler, task } from "carillon";
import { libsql } from "carillon/libsql";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { z } from "zod";

const greet = task({
  name: "greet",
  input: z.object({ name: z.string().max(40) }),
  run: ({ name }) => `Hello ${name}`,
});

const store = libsql(process.env["DATABASE"] ?? "file:greetings.db");
const web = new Scheduler({ store, tasks: [greet], role: "client" });
const worker = new Scheduler({ store, tasks: [greet], role: "worker" });

async function answer({ method, url = "" }: IncomingMessage): Promise<[status: number, body: object]> {
  const [, folder, key = ""] = url.split("/");
  if (folder === "greetings" && method === "POST") {
    const job = await web.addJob(greet, { name: decodeURIComponent(key) });
    return [202, { job: job.id }];
  }
  if (folder === "jobs" && method === "GET") return [200, await web.getJobResult(key)]; // waits for it
  return [404, { error: "try POST /greetings/ada" }];
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch((error): [number, object] => {
    const code = error instanceof CarillonError ? error.code : "internal";
    return [{ jobNotFound: 404, invalidInput: 422 }[code as string] ?? 500, { code }];
  });
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});

server.listen(Number(process.env["PORT"] ?? 8080), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
await worker.runUntilStopped(); // SIGINT or SIGTERM: running jobs finish, waiting ones stay in the file
server.close();
server.closeAllConnections();
await web.stop();
console.log("stopped");
