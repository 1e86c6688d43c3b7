/**
 * The independent witness: both load engines drive the same warm service at few connections, and what they say is held
 * against each other, against the service's own count and against Redis. Counts must be equal. Speeds may differ by what
 * the engines cost themselves: with a slow service that does not show (ratio 1), with one that costs nothing it is the
 * ratio found against the null server, so every true ratio lies between the two.
 */
import { z } from "zod";
import { settingsSchema } from "./plan-schema.ts";

/** So few that autocannon is fit to judge. */
export const witnessConnections = 10;
/** For what changes on the machine between two short windows. */
const tolerance = 0.25;

const count = z.int().min(0);

export const witnessReadingSchema = z.strictObject({
  engine: settingsSchema.shape.engine,
  sent: count,
  /** Of those, writes. */
  puts: count,
  /** Failed or timed out. */
  errors: count,
  bytes: count,
  /** The answers times the length of one, taken byte by byte from a plain socket; null where lengths vary. */
  expectedBytes: count.nullable(),
  /** Requests that the service counted meanwhile, and writes that Redis did. */
  serviceCounted: count,
  redisWrites: count,
  requestsPerS: z.number().min(0),
  p50Us: z.number(),
});
export type WitnessReading = z.infer<typeof witnessReadingSchema>;

export const witnessSchema = z.strictObject({
  implementation: z.string(),
  scenario: z.string(),
  readings: z.array(witnessReadingSchema),
  /** What does not agree, as sentences; empty when all does. */
  disagreements: z.array(z.string()),
});
export type Witness = z.infer<typeof witnessSchema>;

export interface EngineSpeed {
  readonly requestsPerS: number;
  readonly p50Us: number;
}

export interface Offsets {
  readonly socket: EngineSpeed;
  readonly autocannon: EngineSpeed;
}

/** `offsets`: both engines against the null server with the same load. */
export function disagreements(socket: WitnessReading, autocannon: WitnessReading, offsets: Offsets): string[] {
  return [...[socket, autocannon].flatMap(countsOf), ...speeds(socket, autocannon, offsets)];
}

function countsOf({ engine, sent, puts, errors, bytes, expectedBytes, serviceCounted, redisWrites }: WitnessReading): string[] {
  return [
    sent === serviceCounted ? null : `${engine} sent ${sent} requests and the service counted ${serviceCounted}`,
    puts === redisWrites ? null : `${engine} sent ${puts} writes and Redis did ${redisWrites}`,
    errors === 0 ? null : `${engine} counted ${errors} errors`,
    expectedBytes === null || bytes === expectedBytes
      ? null
      : `${engine} received ${bytes} bytes, and its answers are ${expectedBytes} bytes long`,
  ].filter((sentence) => sentence !== null);
}

function speeds(socket: WitnessReading, autocannon: WitnessReading, offsets: Offsets): string[] {
  const compared = [
    ["throughput", socket.requestsPerS / autocannon.requestsPerS, offsets.socket.requestsPerS / offsets.autocannon.requestsPerS],
    ["p50", socket.p50Us / autocannon.p50Us, offsets.socket.p50Us / offsets.autocannon.p50Us],
  ] as const;
  return compared.flatMap(([what, seen, offset]) => {
    const low = Math.min(1, offset) * (1 - tolerance);
    const high = Math.max(1, offset) * (1 + tolerance);
    if (seen >= low && seen <= high) return [];
    return [
      `the ${what} seen by socket is ${seen.toFixed(2)} times that seen by autocannon, expected ${low.toFixed(2)} to ${high.toFixed(2)}`,
    ];
  });
}
