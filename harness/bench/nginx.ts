/** nginx with one worker and a static reply of 256 bytes: the yardstick that everybody knows. Needs nginx on PATH. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { ProcessGroup } from "../processes/group.ts";

export interface Nginx extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  /** Live processes, master and worker. */
  processes(): readonly number[];
}

export async function startNginx(cpus: readonly number[]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "cache-bench-nginx-"));
  const port = await getPort({ host: "127.0.0.1" });
  const origin = `http://127.0.0.1:${port}`;
  await writeFile(join(folder, "nginx.conf"), config(folder, port));
  const group = await ProcessGroup.start({
    command: ["nginx", "-p", folder, "-c", join(folder, "nginx.conf")],
    cwd: folder,
    env: process.env,
    logFile: join(folder, "nginx.log"),
    cpus,
  });
  const nginx: Nginx = {
    origin,
    processes: () => group.processes(),
    async [Symbol.asyncDispose]() {
      await group[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
  if (await answers(origin)) return nginx;
  const log = group.logTail().join("\n");
  await nginx[Symbol.asyncDispose]();
  throw new Error(`nginx does not start: ${log}`);
}

async function answers(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const ok = await fetch(url).then(
      (answer) => answer.arrayBuffer().then(() => answer.ok),
      () => false,
    );
    if (ok) return true;
    await sleep(20);
  }
  return false;
}

function config(folder: string, port: number): string {
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { default_type application/json; return 200 '${"x".repeat(256)}'; }
  }
}
`;
}
