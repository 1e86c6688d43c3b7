/** Where Redis comes from, and a running one. It is always a real server, never a fake. */

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Settles when a server of ours has ended; never for one that was running before. */
  readonly exited: Promise<unknown>;
}

export interface RedisStart {
  readonly cpus: readonly number[] | null;
  readonly logFile: string;
  readonly signal: AbortSignal;
}

export interface RedisSource {
  /** As in "valkey-server on PATH": written into the result. */
  readonly name: string;
  start(options: RedisStart): Promise<RedisServer>;
}
