/** What a conformance check is: a black-box test over HTTP and Redis that says what broke and how to see it again. */
import type { Manifest } from "../core/implementation.ts";
import type { RedisAdmin } from "../redis/admin.ts";
import type { RedisClient } from "../redis/client.ts";
import type { Service, ServiceSettings } from "../targets/service.ts";

export type Capability = keyof Manifest["capabilities"];
export type Consistency = Manifest["consistency"];

/** Launches the service under test once more, on the same Redis, and waits until it is ready. */
export type Launcher = (settings?: Partial<Omit<ServiceSettings, "redisUrl">>) => Promise<Service>;

export interface CheckContext {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  readonly redis: RedisAdmin;
  /** A connection of its own for commands that steer the server: pauses, kills. */
  readonly control: RedisClient;
  readonly redisUrl: string;
  readonly signal: AbortSignal;
  /** A key nobody used before, with this word in it. */
  readonly newKey: (word: string) => string;
  readonly consistency: Consistency;
  /** Whether the service claims to invalidate; it is taken to where there is no manifest. */
  readonly invalidates: boolean;
  /** Null for a service that was running before us. */
  readonly launch: Launcher | null;
}

interface CheckBase {
  readonly id: string;
  /** Of the conformance rule it tests; a rule with parts that can be waived alone has several checks. */
  readonly number: number;
  /** A sentence: what holds when the check passes. */
  readonly title: string;
  /** Done before a service is measured too: over in two seconds, and nothing is disturbed. */
  readonly quick?: true;
  /** Counts what all requests cost, or disturbs the others: nothing runs beside it. */
  readonly alone?: true;
  /** Hangs on a time, so that a hiccup of the machine can fail it: tried once more with fresh keys, which the result tells. */
  readonly timeCritical?: true;
  /** A capability whose absence, declared in the manifest, waives the check. */
  readonly waivedBy?: Capability;
}

export type Check = CheckBase &
  (
    | {
        /** Any running service will do; or one whose Redis may be paused and its connections cut. */
        readonly needs: "url" | "redis-control";
        run(context: CheckContext): Promise<void>;
      }
    | {
        /** Launches of its own: other settings, signals. */
        readonly needs: "launch";
        run(context: CheckContext & { readonly launch: Launcher }): Promise<void>;
      }
  );

/** Thrown by a check that fails. */
export class CheckFailure extends Error {
  readonly expected: string;
  readonly seen: string;
  /** A command that shows it again. */
  readonly reproduce: string;
  /** A hiccup of the machine explains it: the check is tried once more as if it were time-critical. */
  readonly mayBeHiccup: boolean;

  constructor(broke: string, expected: string, seen: string, reproduce: string, mayBeHiccup = false) {
    super(broke);
    this.name = "CheckFailure";
    this.expected = expected;
    this.seen = seen;
    this.reproduce = reproduce;
    this.mayBeHiccup = mayBeHiccup;
  }
}

interface ResultBase {
  readonly id: string;
  readonly number: number;
  readonly title: string;
}

export type CheckResult = ResultBase &
  (
    | {
        readonly outcome: "passed";
        readonly durationS: number;
        /** What broke at the first of two attempts. */
        readonly flaky?: string;
      }
    | {
        readonly outcome: "failed";
        readonly durationS: number;
        readonly broke: string;
        readonly expected: string;
        readonly seen: string;
        readonly reproduce: string;
      }
    /** The manifest declares that the service lacks it: never a pass. */
    | { readonly outcome: "waived"; readonly declaration: string }
    /** Cannot be done here, and why. */
    | { readonly outcome: "skipped"; readonly reason: string }
  );
