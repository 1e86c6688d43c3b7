/** What can be counted of an implementation's source: lines and dependencies. Nothing here is an opinion. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import type { SourceFacts } from "../core/result.ts";
import { sourceFiles } from "./build.ts";

interface Language {
  readonly source: RegExp;
  /** Paths, relative to the folder, that hold tests. */
  readonly test: RegExp;
  readonly comment: RegExp;
  /** Where in a source file its own tests begin; all below counts as tests. */
  readonly testsBegin?: RegExp;
  /** The file that names what the service asks for, and how often it does. */
  readonly direct: readonly [file: string, count: (text: string) => number];
  /** The lockfile with everything that comes along, the service itself not counted. */
  readonly all: readonly [file: string, count: (text: string) => number];
}

const matches = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

const languages: Readonly<Record<string, Language>> = {
  rust: {
    source: /\.rs$/,
    test: /(^|\/)tests?\/|_?tests?\.rs$|(^|\/)fake\.rs$/,
    comment: /^\s*\/\//,
    testsBegin: /^#\[cfg\(test\)\]\s*mod \w+ \{/m,
    direct: ["Cargo.toml", (text) => matches(/^\[dependencies\]\n((?:(?!\[).*\n?)*)/m.exec(text)?.[1] ?? "", /^[\w-]+\s*=/gm)],
    all: ["Cargo.lock", (text) => matches(text, /^source = /gm)],
  },
  go: {
    source: /\.go$/,
    test: /_test\.go$/,
    comment: /^\s*\/\//,
    direct: ["go.mod", (text) => matches(text, /^(?:require )?\s*[\w.-]+\/\S+ v\S+\s*$/gm)],
    all: ["go.mod", (text) => matches(text, /^(?:require )?\s*[\w.-]+\/\S+ v\S+/gm)],
  },
  python: {
    source: /\.pyx?$/,
    test: /(^|\/)tests\//,
    comment: /^\s*#/,
    direct: ["requirements.in", (text) => matches(text, /^[\w.[\]-]+==/gm)],
    all: ["requirements.txt", (text) => matches(text, /^[\w.[\]-]+==/gm)],
  },
  node: {
    source: /\.[cm]?[jt]s$/,
    test: /(^|\/)tests?\/|\.test\.[cm]?[jt]s$/,
    comment: /^\s*(\/\/|\/?\*)/,
    direct: ["package.json", (text) => Object.keys((JSON.parse(text) as { dependencies?: object }).dependencies ?? {}).length],
    all: [
      "package-lock.json",
      (text) => {
        const { packages = {} } = JSON.parse(text) as { packages?: Record<string, { dev?: boolean }> };
        return Object.entries(packages).filter(([path, { dev }]) => path !== "" && dev !== true).length;
      },
    ],
  },
};

/** Null for a language whose files are not known here. */
export async function countSource(folder: string, language: string): Promise<SourceFacts | null> {
  const known = languages[language];
  if (known === undefined) return null;
  let [codeLines, testLines] = [0, 0];
  for (const file of await sourceFiles(folder)) {
    const path = relative(folder, file);
    if (!known.source.test(basename(path))) continue;
    const text = await readFile(file, "utf8");
    const isTest = known.test.test(path);
    const end = isTest ? 0 : (known.testsBegin?.exec(text)?.index ?? text.length);
    codeLines += linesOf(text.slice(0, end), known.comment);
    testLines += linesOf(text.slice(end), known.comment);
  }
  return {
    codeLines,
    testLines,
    directDependencies: await countIn(folder, known.direct),
    allDependencies: await countIn(folder, known.all),
  };
}

/** Lines that are neither blank nor a comment from their start. */
function linesOf(text: string, comment: RegExp): number {
  return text.split("\n").filter((line) => line.trim() !== "" && !comment.test(line)).length;
}

async function countIn(folder: string, [name, count]: Language["direct"]): Promise<number | null> {
  const file = join(folder, name);
  return existsSync(file) ? count(await readFile(file, "utf8")) : null;
}
