//! Keys as they stand in a path: percent-encoded, decoded once.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use thiserror::Error;

const MAX_KEY_BYTES: usize = 250;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvalidKey {
    #[error("The key has a percent sign without two hexadecimal digits after it.")]
    BrokenEscape,
    #[error("The key is not UTF-8.")]
    NotUtf8,
    #[error("The key is longer than 250 bytes.")]
    TooLong,
}

/// Decodes one path segment. A key without escapes is borrowed, not copied.
pub fn decode(segment: &str) -> Result<Cow<'_, str>, InvalidKey> {
    // The decoder passes a broken escape through as it stands, so it is looked for first.
    if !escapes_are_whole(segment) {
        return Err(InvalidKey::BrokenEscape);
    }
    let key = percent_decode_str(segment)
        .decode_utf8()
        .map_err(|_| InvalidKey::NotUtf8)?;
    if key.len() > MAX_KEY_BYTES {
        return Err(InvalidKey::TooLong);
    }
    Ok(key)
}

fn escapes_are_whole(segment: &str) -> bool {
    segment.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_decoded_once() {
        assert_eq!(decode("a%2Fb").unwrap(), "a/b");
        assert_eq!(decode("%2541").unwrap(), "%41");
        assert_eq!(decode("%e2%82%AC").unwrap(), "€");
        assert_eq!(decode("a%00b").unwrap(), "a\0b");
    }

    #[test]
    fn a_plus_is_a_plus() {
        assert_eq!(decode("a+b").unwrap(), "a+b");
    }

    #[test]
    fn a_key_without_escapes_is_not_copied() {
        assert!(matches!(decode("user:1").unwrap(), Cow::Borrowed(_)));
    }

    #[test]
    fn broken_escapes_are_refused() {
        for segment in ["%", "a%", "%4", "%zz", "%%41", "%+1", "%4g", "%€", "%20%"] {
            assert_eq!(decode(segment), Err(InvalidKey::BrokenEscape), "{segment}");
        }
    }

    #[test]
    fn invalid_utf8_is_refused() {
        for segment in ["%ff", "%C3", "%ED%A0%80", "%c0%af"] {
            assert_eq!(decode(segment), Err(InvalidKey::NotUtf8), "{segment}");
        }
    }

    #[test]
    fn the_length_is_counted_in_decoded_bytes() {
        assert_eq!(decode(&"k".repeat(250)).unwrap().len(), 250);
        assert_eq!(decode(&"k".repeat(251)), Err(InvalidKey::TooLong));
        assert_eq!(decode(&"%C3%A9".repeat(125)).unwrap().len(), 250);
        assert_eq!(
            decode(&format!("{}a", "%C3%A9".repeat(125))),
            Err(InvalidKey::TooLong)
        );
    }
}
