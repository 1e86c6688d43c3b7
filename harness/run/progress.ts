/** How a run tells what it does; never on stdout, which is for data. */
import { Listr, ListrLogger, ProcessOutput } from "listr2";

export interface Progress {
  /** Runs one stage; `update` says what it is doing now. */
  stage<T>(title: string, work: (update: (text: string) => void) => Promise<T>): Promise<T>;
}

export const silentProgress: Progress = { stage: (_title, work) => work(() => {}) };

/** A line for each thing that begins: for pipes and CI. */
export function plainProgress(write: (line: string) => void): Progress {
  return {
    async stage(title, work) {
      write(title);
      return work((text) => write(`  ${text}`));
    },
  };
}

/** A live list for a terminal. */
export function liveProgress(stream: NodeJS.WriteStream): Progress {
  return {
    async stage(title, work) {
      const result: { value?: Awaited<ReturnType<typeof work>> } = {};
      const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
      const task = {
        title,
        task: async (_context: unknown, shown: { title: string; output: string }): Promise<void> => {
          result.value = await work((text) => {
            shown.output = text;
          });
        },
      };
      await new Listr([task], { registerSignalListeners: false, rendererOptions: { logger, showErrorMessage: false } }).run();
      return result.value as Awaited<ReturnType<typeof work>>;
    },
  };
}

export function chooseProgress({ quiet }: { quiet: boolean }): Progress {
  if (quiet) return silentProgress;
  const live = process.stderr.isTTY && !process.env["CI"];
  return live ? liveProgress(process.stderr) : plainProgress((line) => process.stderr.write(`${line}\n`));
}

/** 75 -> "1 min 15 s" */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
