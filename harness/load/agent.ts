/** An agent: a process that holds a share of the connections and drives them when told. It ends when its parent does. */
import { nowUs } from "./clock.ts";
import { engines, type EngineSession } from "./engines.ts";
import { LoadError } from "./errors.ts";
import type { FromAgent, ToAgent } from "./messages.ts";
import { goFirst } from "../processes/priority.ts";

let session: EngineSession | null = null;

process.on("disconnect", () => process.exit(0));
// The parent decides when a run ends; Ctrl-C reaches the whole process group.
process.on("SIGINT", () => {});

goFirst();

process.on("message", (message: ToAgent) => {
  obey(message).then(report, (error: unknown) => {
    const code = error instanceof LoadError ? error.code : "agent-failed";
    report({ type: "failed", code, message: error instanceof Error ? error.message : String(error) });
  });
});

async function obey(message: ToAgent): Promise<FromAgent> {
  if (message.type === "set-up") {
    session = await engines[message.setup.engine].start(message.setup);
    return { type: "ready" };
  }
  if (session === null) throw new LoadError("agent-failed", "the agent was not set up");
  if (message.type === "connect") return { type: "connected", ...(await session.connect()) };
  if (message.type === "total") return { type: "totals", totals: session.totals() };
  const { order } = message;
  const lateMs = (nowUs() - order.startAtUs) / 1e3;
  if (lateMs <= order.leadInMs) return { type: "measured", measurement: await session.measure(order) };
  // A warm-up may begin when it can; a window at whose edges others take readings may not.
  if (!order.aligned) return { type: "measured", measurement: await session.measure({ ...order, startAtUs: nowUs() }) };
  throw new LoadError("agent-failed", `the machine is too busy: the order to start came ${Math.round(lateMs)} ms late`);
}

function report(message: FromAgent): void {
  process.send?.(message);
}
