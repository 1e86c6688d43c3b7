/** What instances cost and hold: data with a date and a source, which a user may replace by a file of the same shape. */
import { z } from "zod";

const text = z.string().min(1).max(200);

export const priceListSchema = z.strictObject({
  source: text,
  date: z.iso.date(),
  region: text,
  types: z
    .array(
      z.strictObject({
        name: text,
        vcpu: z.int().min(1).max(1_024),
        memoryGb: z.number().gt(0),
        dollarsPerHour: z.number().gt(0),
        /** What the network gives for ever, in each direction, without bursts. */
        baselineMbitPerS: z.number().gt(0),
      }),
    )
    .min(1)
    .max(200),
});
export type PriceList = z.infer<typeof priceListSchema>;
export type InstanceType = PriceList["types"][number];

/** The baselines are those of c6g. That of a 2xlarge is not in the source: it has at least what an xlarge has. */
const sizes = [
  { size: "medium", vcpu: 1, memoryGb: 2, baselineMbitPerS: 500 },
  { size: "large", vcpu: 2, memoryGb: 4, baselineMbitPerS: 750 },
  { size: "xlarge", vcpu: 4, memoryGb: 8, baselineMbitPerS: 1_250 },
  { size: "2xlarge", vcpu: 8, memoryGb: 16, baselineMbitPerS: 1_250 },
] as const;

const dollarsPerHour: Readonly<Record<string, readonly number[]>> = {
  c6g: [0.034, 0.068, 0.136, 0.272],
  c7g: [0.0363, 0.0725, 0.145, 0.29],
  c8g: [0.03988, 0.07976, 0.15952, 0.31904],
};

export const defaultPrices: PriceList = {
  source: "Amazon EC2 on demand, Linux",
  date: "2026-07-20",
  region: "us-east-1",
  types: Object.entries(dollarsPerHour).flatMap(([family, prices]) =>
    sizes.map(({ size, ...rest }, index) => ({ name: `${family}.${size}`, ...rest, dollarsPerHour: prices[index] ?? Number.NaN })),
  ),
};
