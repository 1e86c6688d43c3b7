/** How implementations are called in sentences, and which colour their language has. */
import type { Result } from "../harness/core/result.ts";

const languageTitles: Readonly<Record<string, string>> = {
  python: "Python",
  go: "Go",
  rust: "Rust",
  javascript: "JavaScript",
  typescript: "TypeScript",
  java: "Java",
  csharp: "C#",
  php: "PHP",
};

/** Fixed places in the palette; other languages take the free ones in order of appearance. */
const fixedColours: Readonly<Record<string, number>> = { python: 0, go: 1, rust: 2 };
export const paletteSize = 7;

export interface Identity {
  readonly implementation: string;
  readonly name: string;
  readonly language: string;
  readonly variant: string;
  readonly colour: number;
}

/** "Rust" where one implementation is in Rust, "Rust tuned" where several are, the id where that is not enough. */
export function identify(result: Result): ReadonlyMap<string, Identity> {
  const manifests = result.implementations.map((implementation) => implementation.manifest);
  const colours = languageColours(manifests.map((manifest) => manifest.language));
  return new Map(
    manifests.map(({ id, language, variant }) => {
      const title = languageTitles[language] ?? language.charAt(0).toUpperCase() + language.slice(1);
      const siblings = manifests.filter((other) => other.language === language);
      const twins = siblings.filter((other) => other.variant === variant);
      const name = siblings.length === 1 ? title : twins.length === 1 ? `${title} ${variant}` : `${title} (${id})`;
      return [id, { implementation: id, name, language: title, variant, colour: colours.get(language) ?? 0 }];
    }),
  );
}

function languageColours(languages: readonly string[]): ReadonlyMap<string, number> {
  const colours = new Map<string, number>();
  let next = Object.keys(fixedColours).length;
  for (const language of languages) {
    if (colours.has(language)) continue;
    colours.set(language, fixedColours[language] ?? next++ % paletteSize);
  }
  return colours;
}

/** "A", "A and B", "A, B and C". */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** With a capital and a full stop, where it has none. */
export function asSentence(text: string): string {
  if (text === "") return text;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
