/** An implementation is one service variant; its manifest is implementations/<id>/implementation.json. */
import { z } from "zod";

const argv = z.array(z.string().min(1)).min(1);
const text = z.string().min(1).max(600);

export const capabilityNames = [
  "boundedL1",
  "admission",
  "ttlBoundL1",
  "singleFlight",
  "negativeCaching",
  "invalidation",
  "circuitBreaker",
  "staleWhileRedisDown",
  "staleIfError",
  "writeThrough",
  "putFillsL1",
  "cluster",
  "sharedConnection",
] as const;

export const manifestSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower-case letters, digits and dashes"),
  language: z.string().regex(/^[a-z][a-z0-9+#.-]{0,30}$/, "a lower-case language name"),
  variant: z.enum(["article", "production", "tuned"]),
  version: z.string().min(1).max(40),
  title: z.string().min(1).max(120),
  stack: z.array(z.strictObject({ name: text, version: text, role: text })),
  toolchain: z.strictObject({
    name: text,
    /** Commands that print a version, best first; the first inside `range` is used, and its first word is {toolchain}. */
    probes: z.array(argv).min(1),
    range: z.string().regex(/^>=\d+(\.\d+){0,2}$/, "'>=' and a version, as in >=1.90"),
    install: text,
  }),
  build: z.strictObject({
    /** Argument vectors, run in order without a shell; {source} {out} {cache} {toolchain} are replaced. */
    commands: z.array(argv),
    /** File or folder whose size is the artifact size. */
    artifact: z.string().min(1),
  }),
  run: z.strictObject({ command: argv }),
  dockerfile: z.string().min(1),
  capabilities: z.strictObject(
    Object.fromEntries(capabilityNames.map((name) => [name, z.boolean()])) as Record<(typeof capabilityNames)[number], z.ZodBoolean>,
  ),
  consistency: z.enum(["read-your-writes", "bounded-staleness"]),
  knownIssues: z.array(z.strictObject({ badge: z.string().min(1).max(40), sentence: text })),
  notes: z.string().max(2_000),
});

export type Manifest = z.infer<typeof manifestSchema>;
