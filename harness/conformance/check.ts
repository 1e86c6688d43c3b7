/** What a conformance check is: a black-box test over HTTP and Redis that says what broke and how to see it again. */
import type { RedisAdmin } from "../redis/admin.ts";

export interface CheckContext {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  readonly redis: RedisAdmin;
  readonly signal: AbortSignal;
  /** A key nobody used before, with this word in it. */
  readonly newKey: (word: string) => string;
}

export interface Check {
  readonly id: string;
  /** A sentence: what holds when the check passes. */
  readonly title: string;
  run(context: CheckContext): Promise<void>;
}

/** Thrown by a check that fails. */
export class CheckFailure extends Error {
  readonly expected: string;
  readonly seen: string;
  /** A command that shows it again. */
  readonly reproduce: string;

  constructor(broke: string, expected: string, seen: string, reproduce: string) {
    super(broke);
    this.name = "CheckFailure";
    this.expected = expected;
    this.seen = seen;
    this.reproduce = reproduce;
  }
}

export type CheckResult =
  | { readonly id: string; readonly title: string; readonly outcome: "passed" }
  | {
      readonly id: string;
      readonly title: string;
      readonly outcome: "failed";
      readonly broke: string;
      readonly expected: string;
      readonly seen: string;
      readonly reproduce: string;
    };
