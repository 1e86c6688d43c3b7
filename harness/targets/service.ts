/** A running service and where it came from: what every target gives. */
import type { Exit } from "../processes/group.ts";

/** The settings of a service, as its environment (implementations/contract). */
export interface ServiceSettings {
  readonly redisUrl: string;
  readonly workers: number;
  readonly l1MaxBytes: number;
  /** Further settings by the name of their variable, as in INVALIDATION. */
  readonly extra?: Readonly<Record<string, string>>;
}

export interface Launch {
  readonly settings: ServiceSettings;
  /** Processors to run on; null: any. */
  readonly cpus: readonly number[] | null;
  readonly logFile: string;
  readonly signal: AbortSignal;
}

export interface Service extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  readonly port: number;
  /** When the process was executed, on the clock of performance.now(), ms. */
  readonly startedAtMs: number;
  /** Live processes of the service's tree. */
  processes(): readonly number[];
  /** Settles when the service's first process has ended. */
  readonly exited: Promise<Exit>;
  readonly exit: Exit | null;
  logTail(lines?: number): string[];
  signal(signal: NodeJS.Signals): void;
}

/** A built implementation that can be launched again and again. */
export interface Launchable {
  readonly id: string;
  /** Starts the process and does not wait until it is ready. */
  launch(options: Launch): Promise<Service>;
}
