//! The head of a request, parsed where it lies.

use httparse::{EMPTY_HEADER, Header, Request, Status};
use thiserror::Error;

use super::body::Framing;

/// As hyper has it.
const MAX_HEADERS: usize = 100;
/// More than the longest key in escapes, its query and a browser's cookies.
const MAX_HEAD_BYTES: usize = 16 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Put,
    Delete,
    Other,
}

#[derive(Debug)]
pub struct Head<'a> {
    pub method: Method,
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub framing: Framing,
    pub keep_alive: bool,
    pub expects_continue: bool,
    /// In bytes; the body comes after them.
    pub length: usize,
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum Malformed {
    #[error("The request is not HTTP/1.1.")]
    Syntax,
    #[error("The length of the body is not clear.")]
    Length,
    #[error("The only transfer coding here is chunked.")]
    Coding,
    #[error("The head of the request is too large.")]
    TooLarge,
}

/// None while the head is not whole.
pub fn parse(bytes: &[u8]) -> Result<Option<Head<'_>>, Malformed> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut request = Request::new(&mut headers);
    let length = match request.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) if bytes.len() < MAX_HEAD_BYTES => return Ok(None),
        Ok(Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            return Err(Malformed::TooLarge);
        }
        Err(_) => return Err(Malformed::Syntax),
    };
    let (Some(method), Some(target), Some(minor)) = (request.method, request.path, request.version)
    else {
        return Err(Malformed::Syntax);
    };
    let target = origin_form(target);
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let mut head = Head {
        method: method_of(method),
        path,
        query,
        framing: Framing::NONE,
        keep_alive: minor == 1,
        expects_continue: false,
        length,
    };
    read_headers(&mut head, request.headers)?;
    Ok(Some(head))
}

fn method_of(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        _ => Method::Other,
    }
}

/// Without the scheme and the host that a client of a proxy would send.
fn origin_form(target: &str) -> &str {
    match target.strip_prefix("http://") {
        Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    }
}

fn read_headers(head: &mut Head<'_>, headers: &[Header<'_>]) -> Result<(), Malformed> {
    let mut content_length = None;
    for Header { name, value } in headers {
        // Nearly every header is of no concern here, and its length alone tells.
        match name.len() {
            10 if name.eq_ignore_ascii_case("connection") => {
                // HTTP/1.0 is always closed, so "keep-alive" says nothing new.
                head.keep_alive &= !has_token(value, b"close");
            }
            14 if name.eq_ignore_ascii_case("content-length") => {
                let length = parse_length(value).ok_or(Malformed::Length)?;
                if content_length
                    .replace(length)
                    .is_some_and(|said| said != length)
                {
                    return Err(Malformed::Length);
                }
            }
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                if head.framing == Framing::Chunked || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(Malformed::Coding);
                }
                head.framing = Framing::Chunked;
            }
            6 if name.eq_ignore_ascii_case("expect") => {
                head.expects_continue = value.eq_ignore_ascii_case(b"100-continue");
            }
            _ => {}
        }
    }
    match (content_length, &head.framing) {
        (None, _) => Ok(()),
        // Both at once are the usual way to smuggle a request (RFC 9112, 6.1).
        (Some(_), Framing::Chunked) => Err(Malformed::Length),
        (Some(length), Framing::Length(_)) => {
            head.framing = Framing::Length(length);
            Ok(())
        }
    }
}

fn has_token(list: &[u8], token: &[u8]) -> bool {
    list.split(|&byte| byte == b',')
        .any(|item| item.trim_ascii().eq_ignore_ascii_case(token))
}

/// Digits alone: `parse` would take a plus, too.
fn parse_length(value: &[u8]) -> Option<usize> {
    let digits = value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).ok().filter(|_| digits)?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head<'_> {
        parse(text.as_bytes()).unwrap().unwrap()
    }

    fn malformed(text: &str) -> Malformed {
        parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn the_target_is_a_path_and_a_query() {
        let text = "PUT /v1/cache/a%3Fb?ttl=5&x=? HTTP/1.1\r\nHost: h\r\n\r\n";
        let request = format!("{text}rest");
        let head = head(&request);
        assert_eq!(head.method, Method::Put);
        assert_eq!(head.path, "/v1/cache/a%3Fb");
        assert_eq!(head.query, Some("ttl=5&x=?"));
        assert_eq!(head.length, text.len());
    }

    #[test]
    fn a_proxys_form_of_target_has_the_same_path() {
        assert_eq!(head("GET http://h:1/livez HTTP/1.1\r\n\r\n").path, "/livez");
        assert_eq!(head("GET http://h HTTP/1.1\r\n\r\n").path, "/");
    }

    #[test]
    fn a_head_that_is_not_whole_is_waited_for() {
        for text in ["", "GE", "GET / HTTP/1.1\r\nHost: h\r\n"] {
            assert!(parse(text.as_bytes()).unwrap().is_none(), "{text}");
        }
    }

    #[test]
    fn a_connection_is_kept_unless_it_is_said_otherwise() {
        assert!(head("GET / HTTP/1.1\r\n\r\n").keep_alive);
        assert!(!head("GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n").keep_alive);
        assert!(!head("GET / HTTP/1.0\r\n\r\n").keep_alive);
    }

    #[test]
    fn the_body_is_framed_by_length_or_in_chunks() {
        let length = head("PUT / HTTP/1.1\r\ncontent-LENGTH: 7\r\n\r\n");
        assert_eq!(length.framing, Framing::Length(7));
        let chunked = head("PUT / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n");
        assert_eq!(chunked.framing, Framing::Chunked);
        assert_eq!(head("GET / HTTP/1.1\r\n\r\n").framing, Framing::NONE);
        assert!(head("PUT / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n").expects_continue);
    }

    #[test]
    fn an_unclear_length_is_refused() {
        for headers in [
            "Content-Length: +1",
            "Content-Length: 1, 1",
            "Content-Length: ",
            "Content-Length: 99999999999999999999999",
            "Content-Length: 1\r\nContent-Length: 2",
            "Content-Length: 1\r\nTransfer-Encoding: chunked",
        ] {
            let text = format!("PUT / HTTP/1.1\r\n{headers}\r\n\r\n");
            assert_eq!(malformed(&text), Malformed::Length, "{headers}");
        }
        let text = "PUT / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n";
        assert_eq!(malformed(text), Malformed::Coding);
    }

    #[test]
    fn what_is_not_http_is_refused() {
        assert_eq!(malformed("\0\0\0\0\r\n\r\n"), Malformed::Syntax);
        assert_eq!(malformed("GET / HTTP/2.0\r\n\r\n"), Malformed::Syntax);
        let endless = format!("GET / HTTP/1.1\r\nA: {}", "a".repeat(MAX_HEAD_BYTES));
        assert_eq!(malformed(&endless), Malformed::TooLarge);
        assert!(parse(b"GET /v1/cache/\xff HTTP/1.1\r\n\r\n").is_err());
    }
}
