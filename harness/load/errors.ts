/** What the generator refuses or suffers: a code, a sentence, and the cause where there is one. */
export type LoadErrorCode = "open-loop-unsupported" | "agent-died" | "agent-failed" | "connect-failed" | "bad-options";

export class LoadError extends Error {
  override readonly name = "LoadError";
  readonly code: LoadErrorCode;

  constructor(code: LoadErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
