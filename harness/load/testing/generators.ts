/** Generators as tests want them: small, unpinned, reading one URL unless told otherwise. */
import type { LoadMeasurement } from "../../core/measurement.ts";
import { startGenerator, type Generator, type GeneratorOptions, type MeasureRequest } from "../generator.ts";

export const closedLoop = { kind: "closed-loop" } as const;

export const startTestGenerator = (origin: string, options: Partial<GeneratorOptions> = {}): Promise<Generator> =>
  startGenerator({
    origin,
    engine: "socket",
    connections: 4,
    agentCpus: [null],
    workload: { kind: "single-url", path: "/" },
    seed: 1,
    requestTimeoutMs: 5_000,
    ...options,
  });

/** Connects, measures one load point, and stops. */
export async function measureOnce(
  origin: string,
  options: Partial<GeneratorOptions> = {},
  request: Partial<MeasureRequest> = {},
): Promise<LoadMeasurement> {
  await using generator = await startTestGenerator(origin, options);
  await generator.connect();
  return await generator.measure({ point: closedLoop, leadInMs: 50, durationMs: 300, ...request });
}

export const failures = (measurement: LoadMeasurement): number => Object.values(measurement.failed).reduce((sum, count) => sum + count, 0);

/** What is left over in the books of a measurement: 0. */
export const imbalance = (m: LoadMeasurement): number =>
  m.inFlightAtStart + m.sent - m.received - m.inFlightAtEnd - m.timedOut - failures(m);
