/** Reading JSON files that people write or that came from elsewhere: one clear error that names file, field and cure. */
import { readFileSync, statSync } from "node:fs";
import { relative } from "node:path";
import { closest } from "fastest-levenshtein";
import type { z } from "zod";
import { messageOf, usageError, type UserError } from "../errors.ts";

/** Larger files are not ours; results of 2,000 trials stay well below. */
const maxBytes = 512 * 1024 * 1024;

/** The file, checked against its schema. Throws a UserError (exit code 2). */
export function readJsonFile<T extends z.ZodType>(file: string, schema: T): z.infer<T> {
  const shown = showPath(file);
  let text: string;
  try {
    if (statSync(file).size > maxBytes) throw new Error(`larger than ${maxBytes} bytes`);
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`cannot read ${shown}: ${messageOf(error)}`, "check the path and its permissions");
  }
  return parseJson(text, shown, schema);
}

export function parseJson<T extends z.ZodType>(text: string, shown: string, schema: T): z.infer<T> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw usageError(`${shown} is not JSON: ${messageOf(error)}`, "mend the file at the place named");
  }
  const checked = schema.safeParse(data);
  if (checked.success) return checked.data;
  throw schemaError(shown, checked.error.issues, schema, data);
}

/** A path as the user would type it. */
export function showPath(file: string): string {
  const near = relative(process.cwd(), file);
  return near === "" ? "." : near.startsWith("..") ? file : near;
}

function schemaError(file: string, issues: readonly z.core.$ZodIssue[], schema: z.ZodType, data: unknown): UserError {
  const sentences = issues.slice(0, 5).map((issue) => describeIssue(issue, schema));
  const more = issues.length > 5 ? ` (and ${issues.length - 5} more)` : "";
  const id =
    typeof data === "object" && data !== null && "schemaVersion" in data ? "; was it written by another version of cache-bench?" : "";
  return usageError(
    `${file}: ${sentences.join("; ")}${more}`,
    `mend the field${issues.length > 1 ? "s" : ""} named; cache-bench schema prints what is allowed${id}`,
  );
}

function describeIssue(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  const path = issue.path.map(String).join(".") || "the file";
  if (issue.code !== "unrecognized_keys") return `${path}: ${issue.message}`;
  const allowed = allowedFields(schema, issue.path);
  const [unknown = ""] = issue.keys;
  const where = issue.path.length === 0 ? "" : `${path}: `;
  const hint = allowed.length > 0 ? `; did you mean "${closest(unknown, allowed)}"? Allowed: ${allowed.join(", ")}` : "";
  return `${where}unknown field "${unknown}"${hint}`;
}

interface ObjectNode {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly items?: Node;
}
type Node = ObjectNode;

/** The field names a schema allows at a path, read from its JSON Schema. */
function allowedFields(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let nodes: readonly Node[] = [schema.toJSONSchema({ unrepresentable: "any", io: "input" }) as Node];
  for (const step of path)
    nodes = nodes.flatMap(alternatives).flatMap((node) => (typeof step === "number" ? node.items : node.properties?.[String(step)]) ?? []);
  return [...new Set(nodes.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function alternatives(node: Node): readonly Node[] {
  const inner = node.anyOf ?? node.oneOf;
  return inner === undefined ? [node] : inner.flatMap(alternatives);
}
