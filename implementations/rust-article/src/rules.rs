//! What a request may say: its key, its ttl, its JSON. An error is the sentence that says why not.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;

const MAX_KEY_BYTES: usize = 250;
/// Redis keeps expiry as milliseconds since 1970 in a signed 64-bit number.
const MAX_TTL_S: u64 = 9_000_000_000_000_000;

pub type Invalid = &'static str;

/// Percent-decodes once; a plus stays a plus.
pub fn decode_key(segment: &str) -> Result<Cow<'_, str>, Invalid> {
    // The decoder passes a broken escape through as it stands, so it is looked for first.
    let is_whole = |after: &str| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    };
    if !segment.split('%').skip(1).all(is_whole) {
        return Err("The key holds a broken percent escape.");
    }
    let key = percent_decode_str(segment)
        .decode_utf8()
        .map_err(|_| "The key is not valid UTF-8.")?;
    if key.len() > MAX_KEY_BYTES {
        return Err("The key is longer than 250 bytes.");
    }
    Ok(key)
}

/// The ttl asked for, exactly; without one the default, spread by +-10 %.
pub fn ttl_s(query: &str, default_s: u64) -> Result<u64, Invalid> {
    let mut asked = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "ttl")
        .map(|(_, value)| value);
    match (asked.next(), asked.next()) {
        (None, _) => Ok(fastrand::u64(default_s * 9 / 10..=default_s * 11 / 10).max(1)),
        (Some(value), None) => parse_seconds(&value),
        (Some(_), Some(_)) => Err("ttl is given twice."),
    }
}

fn parse_seconds(text: &str) -> Result<u64, Invalid> {
    // `parse` alone would let a leading plus pass.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(seconds @ 1..=MAX_TTL_S) if digits => Ok(seconds),
        _ => Err("ttl must be a whole number of seconds from 1 to 9000000000000000."),
    }
}

/// RFC 8259 over strict UTF-8. Ignoring every value checks the grammar alone: no recursion, and no
/// number or surrogate is converted. It does not look at the bytes of strings, so UTF-8 comes first.
pub fn check_json(body: &[u8]) -> Result<(), Invalid> {
    let text = std::str::from_utf8(body).map_err(|_| "The body is not UTF-8.")?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| "The body is not JSON (RFC 8259).")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_decoded_once_and_a_plus_is_a_plus() {
        for (segment, key) in [
            ("a%2Fb", "a/b"),
            ("%2541", "%41"),
            ("a+b", "a+b"),
            ("%e2%82%AC", "€"),
        ] {
            assert_eq!(decode_key(segment).unwrap(), key);
        }
    }

    #[test]
    fn a_broken_key_is_refused() {
        for segment in ["%", "%4", "%zz", "%€", "%ff", "%ED%A0%80"] {
            assert!(decode_key(segment).is_err(), "{segment}");
        }
    }

    #[test]
    fn the_length_of_a_key_is_counted_in_decoded_bytes() {
        assert!(decode_key(&"%C3%A9".repeat(125)).is_ok());
        assert!(decode_key(&("%C3%A9".repeat(125) + "a")).is_err());
    }

    #[test]
    fn a_ttl_is_one_whole_number_from_one() {
        for query in ["ttl=7", "a=b&ttl=%37&c"] {
            assert_eq!(ttl_s(query, 300), Ok(7), "{query}");
        }
        for query in [
            "ttl",
            "ttl=",
            "ttl=0",
            "ttl=-1",
            "ttl=+1",
            "ttl=%2B1",
            "ttl=1.5",
            "ttl=1e3",
            "ttl=9000000000000001",
            "ttl=1&ttl=1",
        ] {
            assert!(ttl_s(query, 300).is_err(), "{query}");
        }
    }

    #[test]
    fn the_default_ttl_is_spread_by_a_tenth() {
        for _ in 0..1000 {
            assert!((270..=330).contains(&ttl_s("x=1", 300).unwrap()));
        }
        assert_eq!(ttl_s("", 1), Ok(1));
    }

    #[test]
    fn json_is_the_grammar_and_nothing_more() {
        let deep = "[".repeat(512) + &"]".repeat(512);
        let long = "7".repeat(5000);
        for text in [
            "null",
            " \t\r\n1 ",
            "1e999",
            "9007199254740993",
            r#""\ud800""#,
            r#"{"a":1,"a":2}"#,
            &deep,
            &long,
        ] {
            assert_eq!(check_json(text.as_bytes()), Ok(()), "{text}");
        }
        let refused: [&[u8]; 9] = [
            b"",
            b"NaN",
            b"\xef\xbb\xbf1",
            b"\"\xff\"",
            b"\"\xed\xa0\x80\"",
            b"1 2",
            b"01",
            b"[1,]",
            b"\"\n\"",
        ];
        for body in refused {
            assert!(check_json(body).is_err(), "{body:?}");
        }
        assert!(check_json("[".repeat(1_000_000).as_bytes()).is_err());
    }
}
