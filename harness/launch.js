#!/usr/bin/env node
/**
 * What `cache-bench` starts: in a clone it installs and compiles what is missing, saying so, and takes the Node that the
 * clone's own devDependency brings where the machine's is too old; then it hands over to the compiled program.
 * Plain JavaScript that an old Node can still read.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const program = join(root, "dist", "harness", "cli.js");
const isClone = existsSync(join(root, "tsconfig.json"));

if (isClone) prepareClone();
const oldestNode = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node.replace(">=", "");
if (isTooOld()) runWithOwnNode();
else await runHere();

/** npm ci where nothing is installed; the compiler where nothing is compiled. */
function prepareClone() {
  if (!existsSync(join(root, "node_modules", "typescript")))
    step("installing the packages of the lockfile (once)", "npm", ["ci", "--no-audit", "--no-fund"]);
  if (!existsSync(program)) step("compiling (once)", "npm", ["run", "--silent", "build"]);
}

function step(what, command, args) {
  process.stderr.write(`cache-bench: ${what}\n`);
  // Inside npx, npm's own settings of the outer call would reach this one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_(prefix|global|local_prefix|package|call)|lifecycle|package|command|execpath)/.test(name),
    ),
  );
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  process.stderr.write(
    `error: ${what} failed${error ? `: ${error.message}` : ""}\n  cure: in ${root}, run: ${command} ${args.join(" ")}\n`,
  );
  process.exit(5);
}

function isTooOld() {
  const wanted = oldestNode.split(".").map(Number);
  const have = process.versions.node.split(".").map(Number);
  return have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1]);
}

function runWithOwnNode() {
  const own = join(root, "node_modules", "node", "bin", "node");
  if (!existsSync(own)) {
    process.stderr.write(
      `error: cache-bench needs Node ${oldestNode} or newer, this is ${process.version}\n  cure: install a newer Node (nodejs.org)\n`,
    );
    process.exit(5);
  }
  // Signals are passed on, as some are sent to this process alone; the program takes a repeated one as one. Its end of the
  // channel tells the program when this process is gone.
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (status, signal) => process.exit(status ?? (signal === "SIGINT" ? 130 : 143)));
}

async function runHere() {
  const { main } = await import(pathToFileURL(program).href);
  const exitCode = await main(process.argv.slice(2));
  // What a pipe has not taken yet would be lost by exit().
  for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write("", resolve));
  process.exit(exitCode);
}
