/**
 * Names and reasons come from manifests, logs and services. Control characters (terminal escapes, line breaks) and
 * format characters (which turn the reading direction around) are shown by their code instead of being obeyed.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
