//! Is a body JSON? It is stored byte for byte, so nothing is built from it.

use serde::de::IgnoredAny;
use thiserror::Error;

/// As deep as the contract promises; beyond it a body is refused, so that no
/// reader of the stored value with a recursive parser is led into a crash.
const MAX_DEPTH: usize = 512;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvalidJson {
    #[error("The body is not UTF-8.")]
    NotUtf8,
    #[error("The body is not JSON as RFC 8259 has it.")]
    NotJson,
    #[error("The body is nested deeper than 512 levels.")]
    TooDeep,
}

pub fn validate(body: &[u8]) -> Result<(), InvalidJson> {
    // serde_json does not look at the bytes of a string it ignores.
    let text = std::str::from_utf8(body).map_err(|_| InvalidJson::NotUtf8)?;
    // Ignoring a value takes no recursion in serde_json and converts no number or
    // surrogate: it checks the grammar alone, which is what the contract asks for.
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| InvalidJson::NotJson)?;
    if is_deeper_than(MAX_DEPTH, body) {
        return Err(InvalidJson::TooDeep);
    }
    Ok(())
}

/// Expects valid JSON.
fn is_deeper_than(limit: usize, json: &[u8]) -> bool {
    // Depth cannot exceed the count of opening brackets, which nearly always settles it.
    let openings = json.iter().filter(|byte| matches!(byte, b'[' | b'{'));
    openings.count() > limit && depth(json) > limit
}

fn depth(json: &[u8]) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let mut in_string = false;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' => _ = bytes.next(),
            b'[' | b'{' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b']' | b'}' if !in_string => open -= 1,
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_grammar_is_accepted() {
        let long_integer = "7".repeat(5000);
        let accepted = [
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-0.0e-0",
            "1E+2",
            "\"\"",
            "[]",
            "{}",
            " \t\r\n[ 1 , 2 ] \n",
            r#"{"a":1,"a":2}"#,
            "1e999",
            "-1e-999",
            "9007199254740993",
            r#""\ud800""#,
            r#""\udc00\ud800""#,
            r#""\u0000\/\b\f""#,
            "\"\u{7f}\u{2028}é😀\"",
            "\"\u{feff}\"",
            "{\"\":[{}]}",
            &long_integer,
        ];
        for text in accepted {
            assert_eq!(validate(text.as_bytes()), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_json_is_refused() {
        let refused = [
            "",
            " ",
            "NaN",
            "Infinity",
            "-Infinity",
            "-",
            "+1",
            "01",
            "-01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "0x1",
            "tru",
            "nulll",
            "True",
            "'a'",
            "\"a",
            "\"\t\"",
            "\"\n\"",
            "\"\0\"",
            r#""\x""#,
            r#""\u12g4""#,
            r#""\u123""#,
            "[1,]",
            "[,1]",
            "[1 2]",
            "[",
            "]",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{1:1}",
            "[}",
            "1 2",
            "{}x",
            "[]\0",
            "// c\n1",
            "/**/1",
            "\u{feff}1",
            "\u{a0}1",
            "\u{c}1",
            "\u{b}1",
        ];
        for text in refused {
            assert_eq!(
                validate(text.as_bytes()),
                Err(InvalidJson::NotJson),
                "{text:?}"
            );
        }
    }

    #[test]
    fn invalid_utf8_is_refused() {
        let refused: [&[u8]; 6] = [
            b"\"\xff\"",
            b"\"\xc3\"",
            b"\"\xed\xa0\x80\"",
            b"\"\xc0\xaf\"",
            b"\"\xf4\x90\x80\x80\"",
            b"\xff\xfe1\0",
        ];
        for body in refused {
            assert_eq!(validate(body), Err(InvalidJson::NotUtf8), "{body:?}");
        }
    }

    #[test]
    fn utf16_and_utf32_are_refused() {
        for body in [b"1\0" as &[u8], b"\x001", b"1\0\0\0"] {
            assert_eq!(validate(body), Err(InvalidJson::NotJson), "{body:?}");
        }
    }

    #[test]
    fn five_hundred_and_twelve_levels_pass_and_one_more_does_not() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(validate(nested(512).as_bytes()), Ok(()));
        assert_eq!(validate(nested(513).as_bytes()), Err(InvalidJson::TooDeep));
        let objects = |levels: usize| "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels);
        assert_eq!(validate(objects(512).as_bytes()), Ok(()));
        assert_eq!(validate(objects(513).as_bytes()), Err(InvalidJson::TooDeep));
    }

    #[test]
    fn brackets_in_strings_and_side_by_side_are_not_depth() {
        let text = format!("\"{}\"", "[\\\"{\\\\".repeat(2000));
        assert_eq!(validate(text.as_bytes()), Ok(()));
        let wide = format!("[{}[]]", "[],{},".repeat(2000));
        assert_eq!(validate(wide.as_bytes()), Ok(()));
    }

    #[test]
    fn a_million_levels_do_not_overflow_the_stack() {
        let open = "[".repeat(1_000_000);
        assert_eq!(validate(open.as_bytes()), Err(InvalidJson::NotJson));
        let closed = open + &"]".repeat(1_000_000);
        assert_eq!(validate(closed.as_bytes()), Err(InvalidJson::TooDeep));
    }
}
