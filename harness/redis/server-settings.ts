/** How a server of ours is started, wherever it comes from: on 127.0.0.1 alone, nothing persisted, room for every connection. */
export function serverSettings(port: number): string[] {
  return ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no", "--maxclients", "10000"];
}
