"""The settings, all from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """WORKERS, L1_MAX_BYTES and INVALIDATION have nothing here that they could set."""

    host: str
    port: int
    redis_url: str
    l1_ttl_s: float
    default_ttl_s: int
    max_value_bytes: int
    redis_timeout_s: float


def read_settings(env: Mapping[str, str]) -> Settings:
    def whole(name: str, default: int, most: int = 2**53) -> int:
        text = env.get(name) or str(default)
        if not (text.isascii() and text.isdigit() and len(text) <= 16 and 1 <= int(text) <= most):
            raise ValueError(f"{name} must be a whole number from 1 to {most}, not {text!r}")
        return int(text)

    return Settings(
        host=env.get("HOST") or "127.0.0.1",
        port=whole("PORT", 8080, most=65_535),
        redis_url=env.get("REDIS_URL") or "redis://127.0.0.1:6379",
        l1_ttl_s=whole("L1_TTL_MS", 60_000) / 1_000,
        default_ttl_s=whole("DEFAULT_TTL_S", 300, most=10**12),
        max_value_bytes=whole("MAX_VALUE_BYTES", 1024 * 1024),
        redis_timeout_s=whole("REDIS_TIMEOUT_MS", 250) / 1_000,
    )
