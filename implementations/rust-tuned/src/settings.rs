//! The settings, all from the environment.

use std::{str::FromStr, thread, time::Duration};

use thiserror::Error;

use crate::ttl::MAX_TTL_S;

#[derive(Debug, Clone)]
pub struct Settings {
    pub host: String,
    pub port: u16,
    pub redis_url: String,
    pub workers: usize,
    pub l1_max_bytes: u64,
    pub l1_ttl: Duration,
    pub default_ttl: Duration,
    pub max_value_bytes: usize,
    pub redis_timeout: Duration,
    pub invalidation: bool,
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvalidSetting {
    #[error("{name}={value:?} is not a whole number from {min} to {max}")]
    Number {
        name: &'static str,
        value: String,
        min: u64,
        max: u64,
    },
    #[error("{name}={value:?} is neither on nor off")]
    Switch { name: &'static str, value: String },
}

/// A day: far beyond any sensible timeout or L1 life, and no arithmetic on instants overflows.
const MAX_MS: u64 = 24 * 60 * 60 * 1000;
/// What Redis takes as one string (proto-max-bulk-len).
const MAX_VALUE_BYTES: u64 = 512 << 20;

impl Settings {
    /// `lookup` is `std::env::var` in life. A variable set to nothing counts as not set.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let text = |name: &str, default: &str| {
            lookup(name)
                .filter(|value| !value.is_empty())
                .unwrap_or_else(|| default.to_owned())
        };
        let number = |name, default: u64, min, max| {
            let value = text(name, &default.to_string());
            match u64::from_str(&value) {
                Ok(number) if (min..=max).contains(&number) => Ok(number),
                _ => Err(InvalidSetting::Number {
                    name,
                    value,
                    min,
                    max,
                }),
            }
        };
        let switch = |name, default| match text(name, default).as_str() {
            "on" => Ok(true),
            "off" => Ok(false),
            value => Err(InvalidSetting::Switch {
                name,
                value: value.to_owned(),
            }),
        };
        let cpus = thread::available_parallelism().map_or(1, |count| count.get() as u64);

        Ok(Self {
            host: text("HOST", "127.0.0.1"),
            port: small(number("PORT", 8080, 0, u16::MAX.into())?),
            redis_url: text("REDIS_URL", "redis://127.0.0.1:6379"),
            workers: small(number("WORKERS", cpus, 1, 1024)?),
            l1_max_bytes: number("L1_MAX_BYTES", 64 << 20, 0, u64::MAX)?,
            l1_ttl: Duration::from_millis(number("L1_TTL_MS", 60_000, 0, MAX_MS)?),
            default_ttl: Duration::from_secs(number("DEFAULT_TTL_S", 300, 1, MAX_TTL_S / 2)?),
            max_value_bytes: small(number("MAX_VALUE_BYTES", 1 << 20, 0, MAX_VALUE_BYTES)?),
            redis_timeout: Duration::from_millis(number("REDIS_TIMEOUT_MS", 250, 1, MAX_MS)?),
            invalidation: switch("INVALIDATION", "on")?,
        })
    }
}

fn small<T: TryFrom<u64, Error: std::fmt::Debug>>(number: u64) -> T {
    number
        .try_into()
        .expect("the range of the setting is within the type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let settings = Settings::read(|_| None).unwrap();
        assert_eq!(settings.host, "127.0.0.1");
        assert_eq!(settings.l1_max_bytes, 67_108_864);
        assert_eq!(settings.l1_ttl, Duration::from_secs(60));
        assert_eq!(settings.default_ttl, Duration::from_secs(300));
        assert_eq!(settings.max_value_bytes, 1_048_576);
        assert_eq!(settings.redis_timeout, Duration::from_millis(250));
        assert!(settings.workers >= 1);
        assert!(settings.invalidation);
    }

    #[test]
    fn a_variable_overrides_its_default() {
        let settings = Settings::read(|name| (name == "PORT").then(|| "9000".into())).unwrap();
        assert_eq!(settings.port, 9000);
        let settings = Settings::read(|name| (name == "INVALIDATION").then(|| "off".into()));
        assert!(!settings.unwrap().invalidation);
    }

    #[test]
    fn a_variable_set_to_nothing_counts_as_not_set() {
        let settings = Settings::read(|_| Some(String::new())).unwrap();
        assert_eq!(settings.redis_url, "redis://127.0.0.1:6379");
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        for (name, value) in [
            ("WORKERS", "0"),
            ("PORT", "65536"),
            ("L1_TTL_MS", "-1"),
            ("REDIS_TIMEOUT_MS", "1s"),
            ("INVALIDATION", "yes"),
        ] {
            let read = Settings::read(|asked| (asked == name).then(|| value.into()));
            let error = read.unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("{name}={value:?} is n")),
                "{error}"
            );
        }
    }
}
