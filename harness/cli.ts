/** The program: parse, call one command, map what comes back or is thrown to an exit code. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { roundsForPrecision } from "./core/presets.ts";
import { exitCodes, Interrupted, messageOf, UserError } from "./errors.ts";

type Handler<T> = (options: T, names: readonly string[], signal: AbortSignal) => Promise<number>;

/** Commands are loaded only when they are called: --help stays quick. */
const handlers = {
  run: async () => (await import("./commands/run.ts")).runCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  load: async () => (await import("./commands/load.ts")).loadCommand,
  calibrate: async () => (await import("./commands/calibrate.ts")).calibrateCommand,
  list: async () => (await import("./commands/list.ts")).listCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  report: async () => (await import("./commands/report.ts")).reportCommand,
  gate: async () => (await import("./commands/gate.ts")).gateCommand,
  compare: async () => (await import("./commands/compare.ts")).compareCommand,
  trend: async () => (await import("./commands/trend.ts")).trendCommand,
  claims: async () => (await import("./commands/claims.ts")).claimsCommand,
  cost: async () => (await import("./commands/cost.ts")).costCommand,
  new: async () => (await import("./commands/new.ts")).newCommand,
  schema: async () => (await import("./commands/schema.ts")).schemaCommand,
};

export async function main(argv: readonly string[]): Promise<number> {
  const signal = abortOnSignals();
  outliveReaders();
  let exitCode = 0;
  const program = buildProgram((name) => async (...args: unknown[]) => {
    const command = args.at(-1) as Command;
    const handler = (await handlers[name]()) as Handler<object>;
    exitCode = await handler(command.opts(), command.args, signal);
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

/** A signal of the terminal also comes a second time, passed on by the launcher: within this it is the same one, ms. */
const sameSignalMs = 500;

/** Aborted by SIGINT, SIGTERM, or the end of the launcher. A later second signal ends the program at once. */
function abortOnSignals(): AbortSignal {
  const abort = new AbortController();
  let firstMs = 0;
  const stop = (name: "SIGINT" | "SIGTERM"): void => {
    const interrupted = new Interrupted(name);
    if (!abort.signal.aborted) {
      firstMs = performance.now();
      abort.abort(interrupted);
    } else if (performance.now() - firstMs > sameSignalMs) {
      // Nothing is awaited any more; what is left now, the next start finds and ends.
      process.exit(interrupted.exitCode);
    }
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.once("disconnect", () => stop("SIGTERM"));
  process.channel?.unref();
  return abort.signal;
}

/** Who reads our output may leave early, as head does: what is being measured goes on and is written to its folder. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

function buildProgram(call: (name: keyof typeof handlers) => (...args: unknown[]) => Promise<void>): Command {
  const program = new Command("cache-bench")
    .description("Compares programming languages for one job, a cache service, and says of each number how far to trust it.")
    .showSuggestionAfterError()
    .exitOverride();

  common(program.command("run"))
    .description("measure the services and print the comparison")
    .addOption(list("--implementations <ids>", "ids, or folders with an implementation.json, comma-separated (default: the preset's)"))
    .addOption(list("--scenarios <ids>", "ids, or scenario files, comma-separated (default: the preset's)"))
    .addOption(new Option("--preset <name>", "how much to measure").choices(["quick", "standard", "rigorous"]).default("quick"))
    .addOption(new Option("--engine <name>", "load engine").choices(["socket", "autocannon"]).default("socket"))
    .option(
      "--target <where>",
      "process, docker, or ssh://user@host, a Docker engine there (default: docker where an engine answers and the images can be had)",
    )
    .option("--instance <name>", "processors and memory as of a cloud instance, as in c6g.large; list instances names them")
    .option(
      "--redis <where>",
      "redis:// URL, path of a server, docker, or embedded (default: the target's own image; on PATH, else embedded)",
    )
    .addOption(whole("--seed <n>", "of keys, operations, values and the order of trials", 0, 0xffffffff).default(1))
    .addOption(whole("--rounds <n>", "launches of each service in each scenario", 1, 1_000))
    .addOption(whole("--duration <s>", "length of each load point", 1, 3_600))
    .addOption(whole("--connections <n>", "instead of the scenario's", 1, 10_000))
    .addOption(
      percent(
        "--precision <percent>",
        `end after 6 rounds or more when throughput and CPU per op are known within it, as in 3% (without --rounds: ${roundsForPrecision} at most)`,
      ),
    )
    .option("--allow-nonconforming", "measure services that fail the checks too; they get no rank")
    .option("--out <dir>", "where runs are written", "results")
    .option("--resume <run-id>", "finish a run that was interrupted")
    .option("--dry-run", "print the plan and how long it takes")
    .action(call("run"));

  common(program.command("verify"))
    .description("check that services are correct")
    .argument("[implementations...]", "ids, or folders with an implementation.json (default: all)")
    .option("--url <origin>", "check a service that runs already, as in http://127.0.0.1:8080; a name tells whose manifest holds for it")
    .option(
      "--redis <where>",
      "its Redis, with --url a redis:// or redis+cluster:// URL; else as for run, or cluster for one of three primaries",
    )
    .addOption(
      new Option("--consistency <promise>", "what the service at --url promises (default: its cache_info)").choices([
        "read-your-writes",
        "bounded-staleness",
      ]),
    )
    .option("--junit <file>", "write the checks as JUnit XML too")
    .action(call("verify"));

  common(program.command("load"))
    .description("drive load at one URL, or a scenario at a cache service")
    .requiredOption("--url <url>", "plain GETs of this URL; with --scenario the origin of the service")
    .option("--scenario <id>", "id, or a scenario file")
    .addOption(whole("--connections <n>", "connections, kept open", 1, 10_000).default(1_000))
    .addOption(whole("--rate <n>", "open loop at this many requests per second (default: closed loop)", 1, 1_000_000))
    .addOption(whole("--duration <s>", "length of the window", 1, 3_600).default(10))
    .addOption(new Option("--engine <name>", "load engine").choices(["socket", "autocannon"]).default("socket"))
    .addOption(whole("--seed <n>", "of keys, operations, values and arrivals", 0, 0xffffffff).default(1))
    .action(call("load"));

  common(program.command("calibrate"))
    .description("measure what the load generator can do on this machine and how true it is; run uses it")
    .action(call("calibrate"));

  common(program.command("list"))
    .description("list what there is")
    .addArgument(
      program.createArgument("<what>", "what to list").choices(["implementations", "scenarios", "instances", "runs", "baselines"]),
    )
    .option("--out <dir>", "where runs are written", "results")
    .action(call("list"));

  common(program.command("doctor"))
    .description("say what this machine can and cannot measure, and the fix for each")
    .action(call("doctor"));

  program
    .command("report")
    .description("render a finished run again, offline")
    .argument("<run>", "run id, its folder, or a result.json")
    .addOption(list("--format <formats>", "html, md, csv, json, junit, png, comma-separated, or terminal (default: terminal)"))
    .option("--out <dir>", "where the files are written (default: the run's folder)")
    .option("--baseline <run>", "an earlier run: the HTML report also says what changed")
    .option("--prices <file>", "a price list of your own; cache-bench schema prices says its shape")
    .option("--results <dir>", "where runs are looked for", "results")
    .action(call("report"));

  common(program.command("gate"))
    .description("measure two versions in one job: has the second become slower or bigger?")
    .requiredOption("--base <version>", "git ref, a folder with implementations/ or an implementation.json, or an image")
    .option("--head <version>", "the same", ".")
    .addOption(list("--implementations <ids>", "these, changed or not (default: those whose source changed)"))
    .option("--all", "every implementation that both versions have")
    .option("--scenario <id>", "id, or a scenario file (default: the first of preset quick)")
    .addOption(
      minutes("--budget <minutes>", "time to measure, as in 30m; confirming may take as long again (default: 15m for each implementation)"),
    )
    .option("--strict", "inconclusive ends with exit code 4")
    .option("--redis <where>", "redis:// URL, path of a server, docker, or embedded (default: on PATH, else embedded)")
    .addOption(whole("--seed <n>", "of keys, operations, values and the order of launches", 0, 0xffffffff).default(1))
    .addOption(list("--format <formats>", "json, junit, md, action-benchmark, bmf, comma-separated: files beside what is printed"))
    .option("--out <dir>", "where the files are written", ".")
    .action(call("gate"));

  program
    .command("compare")
    .description("compare two finished runs, cell by cell, with intervals")
    .argument("<run-a>", "run id, its folder, or a result.json")
    .argument("<run-b>", "the same, compared with the first")
    .option("--results <dir>", "where runs are looked for", "results")
    .option("--allow-different-method", "compare runs that were not measured alike")
    .option("--json", "data as JSON on stdout, every metric")
    .action(call("compare"));

  program
    .command("trend")
    .description("the history of the committed baselines, with the commits at which a figure changed; never fails for what it finds")
    .argument("[run]", "run id, its folder, or a result.json: added to the baselines first")
    .option("--results <dir>", "where runs are looked for and baselines lie", "results")
    .option("--json", "data as JSON on stdout, every point")
    .action(call("trend"));

  program
    .command("claims")
    .description("put the figures and sentences of two articles to the test of a run")
    .argument("<run>", "run id, its folder, or a result.json")
    .option("--results <dir>", "where runs are looked for", "results")
    .option("--json", "data as JSON on stdout")
    .action(call("claims"));

  program
    .command("cost")
    .description("instances and dollars a month to carry a load, estimated from a run")
    .argument("<run>", "run id, its folder, or a result.json")
    .addOption(whole("--ops <n>", "operations per second", 1, 1_000_000_000).default(50_000))
    .option("--p99 <time>", "latency objective, as in 10ms or 1s", "10ms")
    .option("--utilisation <share>", "how much of its capacity an instance may use, above 0 to 1", "0.7")
    .option("--prices <file>", "a price list of your own; cache-bench schema prices says its shape")
    .option("--results <dir>", "where runs are looked for", "results")
    .option("--json", "data as JSON on stdout, every instance type")
    .action(call("cost"));

  program
    .command("new")
    .description("begin a service of your own, as a copy of a language's production service that passes verify at once")
    .argument("<id>", "its id, or a path that ends in it: the folder that is made")
    .addOption(
      new Option("--language <language>", "whose production service is copied")
        .choices(["rust", "go", "python", "node"])
        .makeOptionMandatory(),
    )
    .action(call("new"));

  program
    .command("schema")
    .description("print the JSON Schema of a file")
    .addArgument(program.createArgument("<file>", "which file").choices(["implementation", "scenario", "result", "plan", "prices"]))
    .action(call("schema"));

  return program;
}

function common(command: Command): Command {
  return command.option("--json", "data as JSON on stdout").option("--quiet", "no progress on stderr");
}

function list(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => text.split(",").filter(Boolean));
}

function whole(flags: string, description: string, min: number, max: number): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`);
  });
}

/** "3%" or "3" -> 0.03. */
function percent(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(/^(\d{1,3}(?:\.\d+)?)%?$/.exec(text)?.[1]);
    if (value > 0 && value <= 100) return value / 100;
    throw new InvalidArgumentError("A percentage is needed, as in 3%.");
  });
}

/** "15m" or "15" -> seconds. */
function minutes(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(/^(\d{1,4})m?$/.exec(text)?.[1]);
    if (value >= 1) return value * 60;
    throw new InvalidArgumentError("Minutes are needed, as in 15m.");
  });
}

/** Prints what was thrown, for people, and gives the exit code. */
function explain(error: unknown): number {
  // What came while something else was being cleared away; the later one tells more of the environment.
  if (error instanceof SuppressedError) return explain(error.error);
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof UserError) {
    process.stderr.write(`error: ${error.message}\n  cure: ${error.cure}\n`);
    return error.exitCode;
  }
  process.stderr.write(`This is a fault of cache-bench, please report it: ${error instanceof Error ? error.stack : messageOf(error)}\n`);
  return exitCodes.crash;
}
