/** A parent for the test that kills one: starts an agent, says its process id, and waits for its end. */
import { AgentProcess } from "../agent-process.ts";

const agent = new AgentProcess("orphan", null, process.env);
await agent.ask({ type: "connect" }, "connected").catch(() => {});
process.send?.(agent.pid);
