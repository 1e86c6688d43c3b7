//! How long a value lives in Redis.

use std::time::Duration;

use thiserror::Error;

/// Of the contract: in milliseconds and added to the date it fits the 64 bits that Redis keeps.
pub const MAX_TTL_S: u64 = 9_000_000_000_000_000;

#[derive(Debug, Error, PartialEq, Eq)]
#[error("ttl must be given once, as a whole number of seconds from 1 to 9000000000000000.")]
pub struct InvalidTtl;

/// The `ttl` of a query string, if there is one.
pub fn from_query(query: Option<&str>) -> Result<Option<Duration>, InvalidTtl> {
    let Some(query) = query else { return Ok(None) };
    let mut values = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "ttl")
        .map(|(_, value)| value);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => parse_seconds(&value).map(Some),
        (Some(_), Some(_)) => Err(InvalidTtl),
    }
}

fn parse_seconds(text: &str) -> Result<Duration, InvalidTtl> {
    // `u64::from_str` alone would let a leading plus pass.
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidTtl);
    }
    match text.parse() {
        Ok(seconds @ 1..=MAX_TTL_S) => Ok(Duration::from_secs(seconds)),
        _ => Err(InvalidTtl),
    }
}

/// Spreads a default TTL by +-10 %, so that values written together do not expire together.
/// `at` is uniform in 0..1.
pub fn jittered(default: Duration, at: f64) -> Duration {
    default.mul_f64(0.9 + 0.2 * at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ttl_is_no_ttl() {
        assert_eq!(from_query(None), Ok(None));
        assert_eq!(from_query(Some("")), Ok(None));
        assert_eq!(from_query(Some("other=1&TTL=5")), Ok(None));
    }

    #[test]
    fn whole_seconds_from_one_are_taken_as_they_are() {
        for (query, seconds) in [
            ("ttl=1", 1),
            ("a=b&ttl=300&c", 300),
            ("ttl=%31%30", 10),
            ("ttl=9000000000000000", MAX_TTL_S),
        ] {
            let expected = Ok(Some(Duration::from_secs(seconds)));
            assert_eq!(from_query(Some(query)), expected, "{query}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for query in [
            "ttl",
            "ttl=",
            "ttl=0",
            "ttl=-1",
            "ttl=+1",
            "ttl=%2B1",
            "ttl=1.0",
            "ttl=1e3",
            "ttl=1s",
            "ttl=0x1",
            "ttl=%201",
            "ttl=1+",
            "ttl=\u{661}",
            "ttl=9000000000000001",
            "ttl=99999999999999999999",
        ] {
            assert_eq!(from_query(Some(query)), Err(InvalidTtl), "{query}");
        }
    }

    #[test]
    fn a_ttl_given_twice_is_refused() {
        assert_eq!(from_query(Some("ttl=5&ttl=5")), Err(InvalidTtl));
        assert_eq!(from_query(Some("ttl=5&t%74l=6")), Err(InvalidTtl));
    }

    #[test]
    fn the_default_is_spread_by_a_tenth_either_way() {
        let default = Duration::from_secs(300);
        assert_eq!(jittered(default, 0.0), Duration::from_secs(270));
        assert_eq!(jittered(default, 0.5), default);
        assert!(jittered(default, 0.999) <= Duration::from_secs(330));
    }
}
