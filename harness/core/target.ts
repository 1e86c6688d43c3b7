/** Where the services of a run ran: a part of the plan. */
import { z } from "zod";

export const targetKinds = ["process", "docker", "ssh"] as const;

export const targetSchema = z.strictObject({
  kind: z.enum(targetKinds),
  /** How services are started and reached there; nothing that names the machine's owner. */
  sentence: z.string(),
  /** Limit of each service's memory that was enforced; null: none. */
  memoryLimitBytes: z.int().min(0).nullable(),
  /** As in c6g.large; null: what the machine has. */
  instance: z.string().nullable(),
  /** What sets the run apart from that instance; null: it is one, or none was asked for. */
  emulation: z.string().nullable(),
});
export type TargetDescription = z.infer<typeof targetSchema>;
