# cache-bench itself with the toolchains of all services, so that a run inside needs nothing of the machine but cores.
FROM node:24-bookworm-slim AS harness
WORKDIR /cache-bench
COPY package.json package-lock.json ./
# No install scripts: the only one needed in a clone brings a Node, and there is one here.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY harness harness
COPY report report
RUN node_modules/.bin/tsc && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM rust:1.95-slim-bookworm
COPY --from=golang:1.26-bookworm /usr/local/go /usr/local/go
COPY --from=python:3.13-slim-bookworm /usr/local /usr/local
COPY --from=node:24-bookworm-slim /usr/local/bin/node /usr/local/bin/node
RUN ldconfig && groupadd --gid 10001 bench && useradd --uid 10001 --gid bench --create-home bench \
    && install --directory --owner bench --group bench /home/bench/.cache /results
ENV PATH=/usr/local/go/bin:/usr/local/cargo/bin:/usr/local/bin:/usr/bin:/bin \
    GOTOOLCHAIN=local \
    GOPATH=/home/bench/.cache/go \
    CARGO_HOME=/home/bench/.cache/cargo \
    RUSTUP_HOME=/usr/local/rustup \
    PYTHONDONTWRITEBYTECODE=1
COPY --from=harness /cache-bench/node_modules /cache-bench/node_modules
COPY --from=harness /cache-bench/dist /cache-bench/dist
COPY package.json /cache-bench/
COPY harness/launch.js /cache-bench/harness/
COPY scenarios /cache-bench/scenarios
COPY implementations /cache-bench/implementations
USER 10001:10001
VOLUME ["/home/bench/.cache", "/results"]
WORKDIR /results
ENTRYPOINT ["node", "/cache-bench/harness/launch.js"]
CMD ["run", "--out", "/results"]
