import { expect, test } from "vitest";
import { baseImages } from "./dockerfile.ts";

test("the images of a Dockerfile are those it builds on or copies from, each once, without its own stages", () => {
  const dockerfile = `# a comment
FROM --platform=linux/amd64 golang:1.26-bookworm AS build
RUN echo FROM nowhere
from debian:bookworm-slim as base
COPY --from=build /a /a
COPY --chown=1:1 --from=node:24-bookworm-slim /usr/local/bin/node /usr/local/bin/
FROM base
COPY --from=0 /b /b
FROM golang:1.26-bookworm
FROM scratch`;
  expect(baseImages(dockerfile)).toEqual(["golang:1.26-bookworm", "debian:bookworm-slim", "node:24-bookworm-slim"]);
});
