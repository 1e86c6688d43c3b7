/** The null server where there is no nginx: answers at once, on node:net, and does nothing else. Its argument is its port. */
import { createServer } from "node:net";
import { nullAnswer } from "./null-answer.ts";
import { RequestCounter } from "./request-counter.ts";

const server = createServer({ noDelay: true }, (socket) => {
  const requests = new RequestCounter();
  socket.on("error", () => socket.destroy());
  socket.on("data", (piece) => {
    for (let due = requests.push(piece); due > 0; due--) socket.write(nullAnswer, "latin1");
  });
});
// Several of these share one port, each on a processor of its own.
server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4_096, reusePort: process.argv[3] === "shared" });
