//! What Redis says, parsed where it lies.

use thiserror::Error;

#[derive(Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    Status,
    /// Redis's own words.
    Error(&'a [u8]),
    Integer(i64),
    Bulk(&'a [u8]),
    Null,
    /// A message that answers nothing; its elements, not yet parsed.
    Push(&'a [u8]),
    /// An array, a map and the like, of which nothing is asked here.
    Other,
}

#[derive(Debug, Error, PartialEq, Eq)]
#[error("Redis said what RESP3 does not have")]
pub struct ProtocolError;

/// The keys that a push message of CLIENT TRACKING names.
#[derive(Debug, PartialEq, Eq)]
pub enum Invalidated<'a> {
    Keys(Vec<&'a [u8]>),
    /// After FLUSHALL and its like.
    All,
}

/// No reply of ours is nested deeper: HELLO's map holds an array of modules, each a map.
const MAX_DEPTH: usize = 8;

type Parsed<T> = Result<Option<T>, ProtocolError>;

/// The first reply and its length; none while it is not whole.
pub fn parse(input: &[u8]) -> Parsed<(Reply<'_>, usize)> {
    parse_within(input, MAX_DEPTH)
}

fn parse_within(input: &[u8], depth: usize) -> Parsed<(Reply<'_>, usize)> {
    let Some((line, after)) = split_line(input)? else {
        return Ok(None);
    };
    let (sign, text) = line.split_first().ok_or(ProtocolError)?;
    let reply = match sign {
        b'+' => Reply::Status,
        b'-' => Reply::Error(text),
        b':' => Reply::Integer(number(text)?),
        b'_' => Reply::Null,
        b'#' | b',' | b'(' => Reply::Other,
        b'$' | b'=' | b'!' => return parse_bulk(input, text, after),
        b'*' | b'~' | b'>' | b'%' => {
            let count = usize::try_from(number(text)?).map_err(|_| ProtocolError)?;
            let elements = if *sign == b'%' { count * 2 } else { count };
            return Ok(skip(&input[after..], elements, depth)?.map(|length| {
                let reply = match sign {
                    b'>' => Reply::Push(&input[after..after + length]),
                    _ => Reply::Other,
                };
                (reply, after + length)
            }));
        }
        _ => return Err(ProtocolError),
    };
    Ok(Some((reply, after)))
}

fn parse_bulk<'a>(input: &'a [u8], text: &[u8], after: usize) -> Parsed<(Reply<'a>, usize)> {
    let length = usize::try_from(number(text)?).map_err(|_| ProtocolError)?;
    let end = after.checked_add(length).ok_or(ProtocolError)?;
    Ok((input.len() >= end + 2).then(|| (Reply::Bulk(&input[after..end]), end + 2)))
}

/// The length of so many replies.
fn skip(input: &[u8], count: usize, depth: usize) -> Parsed<usize> {
    let depth = depth.checked_sub(1).ok_or(ProtocolError)?;
    let mut length = 0;
    for _ in 0..count {
        match parse_within(&input[length..], depth)? {
            Some((_, more)) => length += more,
            None => return Ok(None),
        }
    }
    Ok(Some(length))
}

/// The first line without its end, and where the next begins.
fn split_line(input: &[u8]) -> Parsed<(&[u8], usize)> {
    match input.iter().position(|&byte| byte == b'\r') {
        Some(at) => match input.get(at + 1) {
            Some(b'\n') => Ok(Some((&input[..at], at + 2))),
            Some(_) => Err(ProtocolError),
            None => Ok(None),
        },
        None => Ok(None),
    }
}

fn number(text: &[u8]) -> Result<i64, ProtocolError> {
    let text = std::str::from_utf8(text).ok();
    text.and_then(|text| text.parse().ok()).ok_or(ProtocolError)
}

/// None of another message.
pub fn invalidated(elements: &[u8]) -> Parsed<Invalidated<'_>> {
    let Some((Reply::Bulk(b"invalidate"), at)) = parse(elements)? else {
        return Ok(None);
    };
    let what = &elements[at..];
    if what.first() != Some(&b'*') {
        return Ok(Some(Invalidated::All));
    }
    let (line, mut at) = split_line(what)?.ok_or(ProtocolError)?;
    let count = number(&line[1..])?;
    let mut keys = Vec::new();
    for _ in 0..count {
        let Some((Reply::Bulk(key), length)) = parse(&what[at..])? else {
            return Err(ProtocolError);
        };
        keys.push(key);
        at += length;
    }
    Ok(Some(Invalidated::Keys(keys)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Reply<'_>, usize) {
        parse(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn each_kind_is_told_apart_and_ends_where_the_next_begins() {
        for (text, reply) in [
            ("+OK\r\n", Reply::Status),
            ("-ERR no\r\n", Reply::Error(b"ERR no")),
            (":-1\r\n", Reply::Integer(-1)),
            ("$3\r\n\r\n1\r\n", Reply::Bulk(b"\r\n1")),
            ("$0\r\n\r\n", Reply::Bulk(b"")),
            ("_\r\n", Reply::Null),
            ("%1\r\n+a\r\n*2\r\n:1\r\n$1\r\nb\r\n", Reply::Other),
            (">2\r\n+a\r\n:1\r\n", Reply::Push(b"+a\r\n:1\r\n")),
        ] {
            assert_eq!(parsed(&format!("{text}+OK\r\n")), (reply, text.len()));
            for end in 0..text.len() {
                assert_eq!(
                    parse(&text.as_bytes()[..end]),
                    Ok(None),
                    "{text:?} to {end}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_resp3_is_refused() {
        let deep = "*1\r\n".repeat(MAX_DEPTH + 1) + ":1\r\n";
        for text in [
            "HTTP/1.1 400\r\n",
            "\r\n",
            "$x\r\n",
            "$-2\r\n",
            ":1\rx",
            &deep,
        ] {
            assert_eq!(parse(text.as_bytes()), Err(ProtocolError), "{text:?}");
        }
    }

    #[test]
    fn an_invalidation_names_keys_or_means_all() {
        let (reply, _) = parsed(">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$2\r\nbc\r\n");
        let Reply::Push(elements) = reply else {
            panic!()
        };
        let keys = Invalidated::Keys(vec![b"a", b"bc"]);
        assert_eq!(invalidated(elements), Ok(Some(keys)));
        let all = invalidated(b"$10\r\ninvalidate\r\n_\r\n");
        assert_eq!(all, Ok(Some(Invalidated::All)));
        assert_eq!(invalidated(b"$7\r\nmessage\r\n$1\r\na\r\n"), Ok(None));
    }
}
