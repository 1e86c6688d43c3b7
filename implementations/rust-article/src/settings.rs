//! The settings, all from the environment.

use std::{thread::available_parallelism, time::Duration};

/// `L1_MAX_BYTES`, `L1_TTL_MS` and `INVALIDATION` have nothing here that they could set.
pub struct Settings {
    pub host: String,
    pub port: u16,
    pub redis_url: String,
    pub workers: usize,
    pub default_ttl_s: u64,
    pub max_value_bytes: usize,
    pub redis_timeout: Duration,
}

impl Settings {
    pub fn read(env: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let text = |name: &str| env(name).filter(|value| !value.is_empty());
        let number = |name: &str, default: u32| match text(name) {
            None => Ok(default),
            Some(value) => match value.parse() {
                Ok(number @ 1..) => Ok(number),
                _ => Err(format!("{name}={value:?} is not a whole number from 1")),
            },
        };
        let cpus = available_parallelism().map_or(1, usize::from);
        let port = number("PORT", 8080)?;
        Ok(Self {
            host: text("HOST").unwrap_or_else(|| "127.0.0.1".to_owned()),
            port: port
                .try_into()
                .map_err(|_| format!("PORT={port} is not a port"))?,
            redis_url: text("REDIS_URL").unwrap_or_else(|| "redis://127.0.0.1:6379".to_owned()),
            workers: number("WORKERS", u32::try_from(cpus).unwrap_or(1))? as usize,
            default_ttl_s: number("DEFAULT_TTL_S", 300)?.into(),
            max_value_bytes: number("MAX_VALUE_BYTES", 1 << 20)? as usize,
            redis_timeout: Duration::from_millis(number("REDIS_TIMEOUT_MS", 250)?.into()),
        })
    }
}
