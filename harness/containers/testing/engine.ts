/** The engine for tests of containers; they are skipped, and say why, where none answers. CI counts a skipped test as failed. */
import { describe } from "vitest";
import { messageOf } from "../../errors.ts";
import { type Engine, openEngine } from "../engine.ts";
import { ensureImage, unobtainable } from "../images.ts";

/** What the tests run, besides what they build. */
const images = ["debian:bookworm-slim", "node:24-bookworm-slim", "redis:7.2"];

async function openWithImages(): Promise<Engine> {
  const engine = await openEngine();
  const missing = await unobtainable(engine.docker, images);
  if (missing.length > 0) throw new Error(`images can neither be found nor pulled: ${missing.join(", ")}`);
  for (const image of images) await ensureImage(engine.docker, image, "/dev/null", new AbortController().signal);
  return engine;
}

const opened = await openWithImages().then(
  (engine) => ({ engine, title: `Docker ${engine.info.version}` }),
  (error: unknown) => ({ engine: null, title: messageOf(error) }),
);

/** Tests that need an engine. */
export function withEngine(define: (engine: Engine) => void): void {
  describe.skipIf(opened.engine === null)(`with an engine (${opened.title})`, () => {
    define(opened.engine as Engine);
  });
}
