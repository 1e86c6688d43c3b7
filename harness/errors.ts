/** Every error a user can meet: what happened, why, and the command or change that mends it; and its exit code. */

export const exitCodes = {
  done: 0,
  crash: 1,
  usage: 2,
  regression: 3,
  nothingValid: 4,
  environment: 5,
  implementation: 6,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error that is the user's to mend; shown without a stack trace. */
export class UserError extends Error {
  readonly exitCode: ExitCode;
  readonly cure: string;

  constructor(exitCode: ExitCode, sentence: string, cure: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "UserError";
    this.exitCode = exitCode;
    this.cure = cure;
  }
}

export const usageError = (sentence: string, cure: string): UserError => new UserError(exitCodes.usage, sentence, cure);
export const environmentError = (sentence: string, cure: string): UserError => new UserError(exitCodes.environment, sentence, cure);

/** The reason an AbortSignal carries after SIGINT or SIGTERM. */
export class Interrupted extends Error {
  readonly exitCode: ExitCode;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`stopped by ${signal}`);
    this.name = "Interrupted";
    this.exitCode = signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
