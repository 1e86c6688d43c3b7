/** What the sections share. */
import type { ReportModel } from "../model-types.ts";
import { markup, type Markup } from "./markup.ts";

/** Null where a run has nothing to say there: then the contents leave it out too. */
export interface Part {
  readonly id: string;
  readonly title: string;
  readonly body: (model: ReportModel) => Markup | null;
}

export function heading(id: string, text: string): Markup {
  return markup`<h2>${text}${anchor(id, text)}</h2>`;
}

export function anchor(id: string, text: string): Markup {
  return markup`<a class="anchor" href="#${id}" aria-label="Link to ${text}">#</a>`;
}

export function bullets(sentences: readonly string[]): Markup {
  return markup`<ul>
    ${sentences.map((sentence) => markup`<li>${sentence}</li>`)}
  </ul>`;
}
