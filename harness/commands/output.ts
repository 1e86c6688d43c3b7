/** What commands print on stdout. */
import Table from "cli-table3";
import { printable } from "../../report/printable.ts";

export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Colour only for people: a terminal, and no NO_COLOR (no-color.org). */
export function terminalStyle(): { columns: number; colour: boolean } {
  return { columns: process.stdout.columns ?? 100, colour: process.stdout.isTTY === true && !process.env["NO_COLOR"] };
}

/** A plain table without lines; control characters in cells are made visible. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  };
  const drawn = new Table({ head: [...head], chars: none, style: { head: [], border: [], "padding-left": 0, "padding-right": 0 } });
  drawn.push(...rows.map((row) => row.map(printable)));
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
