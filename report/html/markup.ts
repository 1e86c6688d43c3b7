/**
 * HTML that escapes by default: whatever is put into the template is text, unless it is markup itself.
 * The tag is not called html, since formatters then add white space, which the hashes of scripts do not forgive.
 */

export interface Markup {
  readonly markup: string;
}

type Insert = Markup | string | number | null | readonly Insert[];

export function markup(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  const text = unindented(parts);
  return { markup: text.reduce((page, part, index) => page + part + (index < inserts.length ? insert(inserts[index] ?? null) : ""), "") };
}

const seen = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A template's own indentation is for who reads this code; in the page one line break is as good, and a third smaller. */
function unindented(parts: TemplateStringsArray): readonly string[] {
  const known = seen.get(parts) ?? parts.map((part) => part.replace(/\n\s+/g, "\n"));
  seen.set(parts, known);
  return known;
}

/** For text that this project made itself, such as its style sheet. */
export function trusted(markup: string): Markup {
  return { markup };
}

function insert(value: Insert): string {
  if (value === null) return "";
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return "markup" in value ? value.markup : value.map(insert).join("");
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** JSON for a script element: no `<` can end it or open a comment in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
}
