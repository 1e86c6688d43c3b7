/** `cache-bench schema` */
import { z } from "zod";
import { priceListSchema } from "../core/cost-prices.ts";
import { manifestSchema } from "../core/implementation.ts";
import { planSchema } from "../core/plan-schema.ts";
import { resultSchema } from "../core/result.ts";
import { scenarioSchema } from "../core/scenario.ts";
import { exitCodes } from "../errors.ts";
import { print } from "./output.ts";

const schemas: Readonly<Record<string, z.ZodType>> = {
  implementation: manifestSchema,
  scenario: scenarioSchema,
  result: resultSchema,
  plan: planSchema,
  prices: priceListSchema,
};

export async function schemaCommand(_options: object, [file = ""]: readonly string[]): Promise<number> {
  const schema = schemas[file];
  if (schema === undefined) throw new Error(`no schema of ${file}`);
  print(JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2));
  return exitCodes.done;
}
