/**
 * HTML that escapes by default: whatever is put into the template is text, unless it is markup itself.
 * The tag is not called html, since formatters then add white space, which the hashes of scripts do not forgive.
 */

export interface Markup {
  readonly markup: string;
}

type Insert = Markup | string | number | null | readonly Insert[];

export function markup(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  return { markup: parts.reduce((text, part, index) => text + part + (index < inserts.length ? insert(inserts[index] ?? null) : ""), "") };
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
