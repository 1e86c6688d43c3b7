/** Small real servers on 127.0.0.1 that behave, or misbehave, as a test says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";

export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  /** Requests seen, as "GET /path". */
  readonly seen: string[];
  /** Connections accepted so far. */
  readonly accepted: () => number;
}

export async function httpServer(answer: RequestListener): Promise<TestServer> {
  const seen: string[] = [];
  const server = createHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  return listen(server, seen);
}

/** A server that is no HTTP server: `answer` gets each piece that comes, and the socket. */
export async function rawServer(answer: (socket: Socket, text: string) => void): Promise<TestServer> {
  const seen: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      seen.push(bytes.toString("latin1").split(" HTTP/", 1)[0] ?? "");
      answer(socket, bytes.toString("latin1"));
    });
  });
  return listen(server, seen);
}

/**
 * A server that is stopped before it accepts anything: the kernel completes two connections for it and then no more
 * (listen(2): a queue of 1 holds one more than that). A process of its own, because Node always accepts.
 */
export async function silentServer(): Promise<{ readonly origin: string } & AsyncDisposable> {
  const script = `const server = require("net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => process.stdout.write(server.address().port + "\\n", () => process.kill(process.pid, "SIGSTOP")));`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return {
    origin: `http://127.0.0.1:${String(port).trim()}`,
    async [Symbol.asyncDispose]() {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    },
  };
}

export async function wholeBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request) body += String(piece);
  return body;
}

async function listen(server: Server, seen: string[]): Promise<TestServer> {
  const open = new Set<Socket>();
  let accepted = 0;
  server.on("connection", (socket: Socket) => {
    accepted++;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
