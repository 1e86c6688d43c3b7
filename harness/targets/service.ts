/** A running service and where it came from: what every target gives. */
import type { ServiceProbe } from "../probes/service-probe.ts";
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

/** `why`: what is known beyond code and signal, as in "killed for memory". */
export type ServiceExit = Exit & { readonly why?: string | null };

export interface Service extends AsyncDisposable {
  /** http://127.0.0.1:PORT, or the address of another machine. */
  readonly origin: string;
  readonly port: number;
  /** When the process was executed, or its container's creation asked for, on the clock of performance.now(), ms. */
  readonly startedAtMs: number;
  /** Live processes of the service's tree on this machine; none where it runs on another. */
  processes(): readonly number[];
  readonly probe: ServiceProbe;
  /** Settles when the service's first process has ended. */
  readonly exited: Promise<ServiceExit>;
  readonly exit: ServiceExit | null;
  logTail(lines?: number): string[];
  signal(signal: NodeJS.Signals): void;
}

/** A built implementation that can be launched again and again. */
export interface Launchable {
  readonly id: string;
  /** Starts it and does not wait until it is ready. */
  launch(options: Launch): Promise<Service>;
}
