/**
 * What the generator counted from connecting to the last answer, against what the service and Redis counted in the same
 * time. Nothing is in flight at either end, so the counts are equal but for the requests whose end nobody saw.
 */
import type { GateOutcome } from "./gates.ts";
import { sum } from "./gates.ts";
import type { RequestTotals } from "./measurement.ts";
import { operations, type Operation } from "./operations.ts";

export interface TrialCounts {
  readonly requests: RequestTotals;
  /** cache_requests_total by "op/result". */
  readonly serviceRequests: Readonly<Record<string, number>>;
  /** Calls by command. */
  readonly redisCalls: Readonly<Record<string, number>>;
}

/** Statuses and the results that they are counted under; whatever else there is belongs together. */
const outcomes: Readonly<Record<Operation, readonly { readonly status: string; readonly results: readonly string[] }[]>> = {
  get: [
    { status: "200", results: ["l1_hit", "l2_hit"] },
    { status: "404", results: ["miss"] },
  ],
  put: [{ status: "204", results: ["ok"] }],
  delete: [{ status: "204", results: ["ok"] }],
};

/** Commands by which a service can read a value. */
export const readCommands = ["get", "getex", "mget", "getrange", "eval", "evalsha"] as const;
const writeCommands = ["set", "setex", "psetex", "getset", "del", "unlink", "getdel"];

/**
 * Each request is counted once, by its outcome; each acknowledged write reached Redis; and Redis was read no oftener than there were
 * reads that L1 did not answer (fewer times where they share one, or where absence is remembered).
 */
export function reconcileCounts({ requests, serviceRequests, redisCalls }: TrialCounts): GateOutcome {
  const differences = operations.flatMap((name) => serviceDifferences(name, requests[name], serviceRequests));
  const acknowledged = (requests.put.statuses["204"] ?? 0) + (requests.delete.statuses["204"] ?? 0);
  const written = sum(writeCommands.map((command) => redisCalls[command] ?? 0));
  if (written < acknowledged) differences.push(`${acknowledged} writes were acknowledged, and Redis was asked for ${written}`);
  const { sent, statuses } = requests.get;
  const asked = sum(Object.entries(serviceRequests).flatMap(([key, count]) => (beyondL1(key) ? [count] : [])));
  const atMost = asked + sent - sum(Object.values(statuses));
  const read = sum(readCommands.map((command) => redisCalls[command] ?? 0));
  if (read > atMost) differences.push(`L1 did not answer ${atMost} reads, and Redis was asked for ${read}`);
  if (differences.length === 0) return null;
  return {
    severity: "void",
    sentence: `the counts of the whole trial do not agree: ${differences.join("; ")}`,
    cure: "a fault of the service that shows only under load: look at how it counts (cache_requests_total), and whether it restarts or answers writes by itself",
  };
}

/** What a GET is counted as when Redis may have been asked for it. */
function beyondL1(key: string): boolean {
  return key.startsWith("get/") && key !== "get/l1_hit" && key !== "get/invalid";
}

function serviceDifferences(
  name: Operation,
  { sent, statuses }: RequestTotals[Operation],
  serviceRequests: TrialCounts["serviceRequests"],
): string[] {
  const answered = sum(Object.values(statuses));
  const unseen = sent - answered;
  const counted = (results: readonly string[]) => sum(results.map((result) => serviceRequests[`${name}/${result}`] ?? 0));
  const known = outcomes[name].map(({ status, results }) => ({
    title: `${name.toUpperCase()} ${status}`,
    answers: statuses[status] ?? 0,
    counts: counted(results),
  }));
  const all = sum(Object.entries(serviceRequests).flatMap(([key, count]) => (key.startsWith(`${name}/`) ? [count] : [])));
  const other = {
    title: `other answers to ${name.toUpperCase()}`,
    answers: answered - sum(known.map(({ answers }) => answers)),
    counts: all - sum(known.map(({ counts }) => counts)),
  };
  // A request without an answer may have been counted, under any result.
  return [...known, other]
    .filter(({ answers, counts }) => counts < answers || counts > answers + unseen)
    .map(
      ({ title, answers, counts }) => `${answers} x ${title}, and the service counts ${counts}${unseen > 0 ? ` (${unseen} unseen)` : ""}`,
    );
}
