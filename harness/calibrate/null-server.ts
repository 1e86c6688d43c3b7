/**
 * The null server: a fixed answer of 256 bytes, so that what limits a measurement is the load generator. nginx where it
 * is on PATH, which is faster than anything in Node: a ceiling found with our own may be the server's, and errs low.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeCommand } from "../processes/node-command.ts";
import { onPath } from "../processes/pinning.ts";
import { type LocalServer, startLocalServer } from "./local-server.ts";
import { nullBody } from "./null-answer.ts";

const serverProcess = new URL("./null-server-process", import.meta.url);

export type NullServerName = "nginx" | "node";

export const nullServerName = (): NullServerName => (onPath("nginx") === null ? "node" : "nginx");

/** On the service's processors; null: any. */
export async function startNullServer(cpus: readonly number[] | null, signal: AbortSignal): Promise<LocalServer> {
  if (nullServerName() === "nginx")
    return startLocalServer((port, folder) => nginx(port, folder, cpus?.length ?? 1), { cpus: [cpus], signal });
  const each = cpus === null || cpus.length < 2 ? [cpus] : cpus.map((cpu) => [cpu]);
  const shared = each.length > 1 ? ["shared"] : [];
  return startLocalServer((port) => nodeCommand(serverProcess, String(port), ...shared), { cpus: each, signal });
}

async function nginx(port: number, folder: string, workers: number): Promise<readonly string[]> {
  const file = join(folder, "nginx.conf");
  await writeFile(
    file,
    `daemon off;
worker_processes ${workers};
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { default_type application/json; return 200 '${nullBody}'; }
  }
}
`,
  );
  return ["nginx", "-p", folder, "-c", file];
}
