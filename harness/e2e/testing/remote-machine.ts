/**
 * A second machine on this one: a network namespace with a Docker engine and an sshd of its own, and mounts in which the
 * engine's socket is that engine's. ssh finds it through a wrapper on PATH with a configuration and keys of its own.
 */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { askInfo } from "../../containers/engine.ts";
import { ProcessGroup } from "../../processes/group.ts";
import { onPath } from "../../processes/pinning.ts";

export interface TestMachine extends AsyncDisposable {
  readonly address: string;
  /** For PATH: its ssh knows the machine's key and has a key to it. */
  readonly bin: string;
  readonly engineAddress: string;
  /** Cuts the network to it. */
  disconnect(): Promise<void>;
  /** Forgets its key, as if another machine had its address. */
  forgetKey(): void;
}

/** What is missing here for a second machine; null: nothing. */
export function whyNoSecondMachine(): string | null {
  if (process.getuid?.() !== 0) return "only root can make a network namespace";
  const missing = ["ip", "sshd", "ssh", "ssh-keygen", "dockerd", "docker", "unshare", "nsenter", "mount"].filter(
    (program) => onPath(program) === null,
  );
  return missing.length === 0 ? null : `not installed: ${missing.join(", ")}`;
}

export async function startTestMachine(images: readonly string[]): Promise<TestMachine> {
  const folder = mkdtempSync(join(tmpdir(), "cb-remote-"));
  const name = `cb${process.pid}`;
  const net = `10.213.${process.pid % 250}`;
  const [here, address] = [`${net}.1`, `${net}.2`];
  const ip = (...args: string[]) => execa("ip", args);
  // "ip netns exec" would mount a /sys without control groups.
  const inside = ["nsenter", `--net=/var/run/netns/${name}`];
  const start = (command: readonly string[], log: string): Promise<ProcessGroup> =>
    ProcessGroup.start({ command, cwd: folder, env: process.env, logFile: join(folder, log), cpus: null });

  await using building = new AsyncDisposableStack();
  building.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  await ip("netns", "add", name);
  building.defer(async () => void (await ip("netns", "del", name)));
  await ip("link", "add", `${name}a`, "type", "veth", "peer", "name", `${name}b`, "netns", name);
  // Deleting the namespace deletes the pair.
  await ip("addr", "add", `${here}/30`, "dev", `${name}a`);
  await ip("link", "set", `${name}a`, "up");
  await ip("-n", name, "addr", "add", `${address}/30`, "dev", `${name}b`);
  await ip("-n", name, "link", "set", `${name}b`, "up");
  await ip("-n", name, "link", "set", "lo", "up");

  const socket = join(folder, "engine.sock");
  const network = ["--bridge", "none", "--iptables=false"];
  const folders = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"), "--pidfile", join(folder, "engine.pid")];
  const engine = await start([...inside, "dockerd", "--host", `unix://${socket}`, ...network, ...folders], "engine.log");
  building.defer(async () => {
    // Killed at once it would leave its mounts.
    engine.signal("SIGTERM");
    await Promise.race([engine.exited, sleep(20_000)]);
    await engine[Symbol.asyncDispose]();
    for (const part of ["data", "exec/netns/default"]) await execa("umount", ["--quiet", "--lazy", join(folder, part)], { reject: false });
  });
  const engineAddress = `unix://${socket}`;
  await until(
    () =>
      askInfo(engineAddress).then(
        () => true,
        () => false,
      ),
    "the second engine",
  );
  await execa("sh", ["-c", `docker save ${images.join(" ")} | docker --host ${engineAddress} load`]);

  const key = (file: string) => execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, file)]);
  await Promise.all([key("host"), key("user")]);
  mkdirSync("/run/sshd", { recursive: true });
  await execa("cp", [join(folder, "user.pub"), join(folder, "authorized")]);
  const settings = { HostKey: "host", AuthorizedKeysFile: "authorized" };
  writeFileSync(
    join(folder, "sshd.conf"),
    [
      ...Object.entries(settings).map(([setting, file]) => `${setting} ${join(folder, file)}`),
      `ListenAddress ${address}`,
      "UsePAM no",
      "PidFile none",
      "StrictModes no",
      "PasswordAuthentication no",
    ].join("\n"),
  );
  const sshd = `mount --bind ${socket} /var/run/docker.sock && exec ${onPath("sshd")} -D -e -f ${join(folder, "sshd.conf")}`;
  building.use(await start([...inside, "unshare", "--mount", "sh", "-c", sshd], "sshd.log"));

  const known = join(folder, "known_hosts");
  const hostKey = await execa("cut", ["-d", " ", "-f", "1,2", join(folder, "host.pub")]);
  writeFileSync(known, `${address} ${hostKey.stdout}\n`);
  writeFileSync(
    join(folder, "ssh.conf"),
    `Host *\n  UserKnownHostsFile ${known}\n  IdentityFile ${join(folder, "user")}\n  IdentitiesOnly yes\n`,
  );
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec ${onPath("ssh")} -F ${join(folder, "ssh.conf")} "$@"\n`);
  chmodSync(join(bin, "ssh"), 0o755);
  await until(
    () =>
      execa(join(bin, "ssh"), ["-o", "BatchMode=yes", `root@${address}`, "true"]).then(
        () => true,
        () => false,
      ),
    "the second machine's sshd",
  );
  const keep = building.move();
  return {
    address,
    bin,
    engineAddress,
    disconnect: async () => void (await ip("link", "set", `${name}a`, "down")),
    forgetKey: () => writeFileSync(known, ""),
    [Symbol.asyncDispose]: () => keep.disposeAsync(),
  };
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`${what} does not answer`);
}
