"""The settings of the service, all from the environment, judged once at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


class SettingsError(ValueError):
    """A setting that the service cannot start with."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    host: str
    port: int
    database: int
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Settings:
    host: str
    port: int
    redis: RedisAddress
    workers: int
    l1_max_bytes: int
    l1_ttl_s: float
    default_ttl_s: int
    max_value_bytes: int
    redis_timeout_s: float
    invalidation: bool

    @property
    def l1_worker_bytes(self) -> int:
        """L1_MAX_BYTES is the budget of all workers together."""
        return self.l1_max_bytes // self.workers

    @property
    def consistency(self) -> str:
        """A write is seen at once by its own worker; the others hear of it from Redis."""
        return "read-your-writes" if self.workers == 1 else "bounded-staleness"


def read_settings(env: Mapping[str, str]) -> Settings:
    invalidation = env.get("INVALIDATION") or "on"
    if invalidation not in {"on", "off"}:
        raise SettingsError(f"INVALIDATION must be on or off, not {invalidation!r}")
    return Settings(
        host=env.get("HOST") or "127.0.0.1",
        port=_whole(env, "PORT", 8080, most=65_535),
        redis=_redis(env.get("REDIS_URL") or "redis://127.0.0.1:6379/0"),
        workers=_whole(env, "WORKERS", usable_cpus(), most=1_024),
        l1_max_bytes=_whole(env, "L1_MAX_BYTES", 64 * 1024 * 1024),
        l1_ttl_s=_whole(env, "L1_TTL_MS", 60_000) / 1_000,
        default_ttl_s=_whole(env, "DEFAULT_TTL_S", 300, most=10**12),
        max_value_bytes=_whole(env, "MAX_VALUE_BYTES", 1024 * 1024),
        redis_timeout_s=_whole(env, "REDIS_TIMEOUT_MS", 250) / 1_000,
        invalidation=invalidation == "on",
    )


def usable_cpus() -> int:
    """The CPUs this process may run on: a pinned process has fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _redis(url: str) -> RedisAddress:
    """The URL may hold a password: messages name the setting, never its value."""
    try:
        parts = urlsplit(url)
        database = parts.path.strip("/") or "0"
        if parts.scheme != "redis" or not parts.hostname or not database.isdigit():
            raise SettingsError("REDIS_URL must be redis://[user:password@]host[:port][/database]")
        return RedisAddress(
            host=parts.hostname,
            port=parts.port or 6379,
            database=int(database),
            user=unquote(parts.username or "") or "default",
            password=unquote(parts.password or ""),
        )
    except ValueError as error:
        if isinstance(error, SettingsError):
            raise
        raise SettingsError("REDIS_URL has a port that is no port") from None


def _whole(env: Mapping[str, str], name: str, default: int, *, most: int = 2**53) -> int:
    text = env.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and 1 <= int(text) <= most):
        raise SettingsError(f"{name} must be a whole number from 1 to {most}, not {text!r}")
    return int(text)
