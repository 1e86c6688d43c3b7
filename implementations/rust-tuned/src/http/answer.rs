//! The answers, each made in one place, written where they are sent from.

use std::fmt::Write as _;

/// What all answers to one request have in common.
#[derive(Debug, Clone, Copy)]
pub struct Manner<'a> {
    /// The Date field's value.
    pub date: &'a str,
    /// Whether the connection ends with this answer.
    pub close: bool,
    /// To HEAD: the head of the answer alone.
    pub bodiless: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    L1,
    L2,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    BadRequest,
    NotFound,
    MethodNotAllowed { allow: &'static str },
    TooLarge,
    HeadTooLarge,
    Unavailable,
}

/// In seconds, the smallest there is: outages of Redis are mostly restarts and failovers.
const RETRY_SOON: &[u8] = b"Retry-After: 1\r\n";

const PLAIN: &str = "text/plain; charset=utf-8";
pub const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

pub fn value(out: &mut Vec<u8>, manner: Manner<'_>, body: &[u8], source: Source) {
    out.extend_from_slice(match source {
        Source::L1 => b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Cache: L1\r\n",
        Source::L2 => b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Cache: L2\r\n",
    });
    finish(out, manner, body);
}

pub fn text(out: &mut Vec<u8>, manner: Manner<'_>, content_type: &str, body: &str) {
    out.extend_from_slice(b"HTTP/1.1 200 OK\r\nContent-Type: ");
    out.extend_from_slice(content_type.as_bytes());
    out.extend_from_slice(b"\r\n");
    finish(out, manner, body.as_bytes());
}

pub fn healthy(out: &mut Vec<u8>, manner: Manner<'_>) {
    text(out, manner, PLAIN, "ok\n");
}

pub fn done(out: &mut Vec<u8>, manner: Manner<'_>) {
    out.extend_from_slice(b"HTTP/1.1 204 No Content\r\n");
    common(out, manner);
    out.extend_from_slice(b"\r\n");
}

/// Problem details as RFC 9457 has them. `detail` is one of our own sentences, so it needs no escaping.
pub fn problem(out: &mut Vec<u8>, manner: Manner<'_>, problem: Problem, detail: &str) {
    let (code, title) = match problem {
        Problem::BadRequest => (400, "Bad Request"),
        Problem::NotFound => (404, "Not Found"),
        Problem::MethodNotAllowed { .. } => (405, "Method Not Allowed"),
        Problem::TooLarge => (413, "Content Too Large"),
        Problem::HeadTooLarge => (431, "Request Header Fields Too Large"),
        Problem::Unavailable => (503, "Service Unavailable"),
    };
    let mut line = String::new();
    _ = write!(line, "HTTP/1.1 {code} {title}\r\n");
    out.extend_from_slice(line.as_bytes());
    out.extend_from_slice(b"Content-Type: application/problem+json\r\n");
    match problem {
        Problem::Unavailable => out.extend_from_slice(RETRY_SOON),
        Problem::MethodNotAllowed { allow } => {
            out.extend_from_slice(b"Allow: ");
            out.extend_from_slice(allow.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        _ => {}
    }
    let body = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{code},"detail":"{detail}"}}"#
    );
    finish(out, manner, body.as_bytes());
}

fn finish(out: &mut Vec<u8>, manner: Manner<'_>, body: &[u8]) {
    common(out, manner);
    out.extend_from_slice(b"Content-Length: ");
    out.extend_from_slice(itoa::Buffer::new().format(body.len()).as_bytes());
    out.extend_from_slice(b"\r\n\r\n");
    if !manner.bodiless {
        out.extend_from_slice(body);
    }
}

fn common(out: &mut Vec<u8>, manner: Manner<'_>) {
    out.extend_from_slice(b"Date: ");
    out.extend_from_slice(manner.date.as_bytes());
    out.extend_from_slice(b"\r\n");
    if manner.close {
        out.extend_from_slice(b"Connection: close\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const MANNER: Manner<'_> = Manner {
        date: "Sun, 06 Nov 1994 08:49:37 GMT",
        close: false,
        bodiless: false,
    };

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_value_says_from_where_it_comes() {
        assert_eq!(
            written(|out| value(out, MANNER, b"[1]", Source::L2)),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Cache: L2\r\n\
             Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 3\r\n\r\n[1]"
        );
    }

    #[test]
    fn the_answer_to_head_is_that_to_get_without_the_body() {
        let bodiless = Manner {
            bodiless: true,
            ..MANNER
        };
        let head = written(|out| value(out, bodiless, b"[1]", Source::L1));
        let get = written(|out| value(out, MANNER, b"[1]", Source::L1));
        assert_eq!(format!("{head}[1]"), get);
    }

    #[test]
    fn a_connection_that_ends_says_so_and_no_content_has_no_length() {
        let close = Manner {
            close: true,
            ..MANNER
        };
        let text = written(|out| done(out, close));
        assert!(text.ends_with("\r\nConnection: close\r\n\r\n"), "{text}");
        assert!(!text.contains("Content-Length"), "{text}");
    }

    #[test]
    fn problems_are_json_and_say_what_helps() {
        let allow = "GET, HEAD";
        for (kind, code, field) in [
            (Problem::BadRequest, 400, "HTTP/1.1 400 Bad Request\r\n"),
            (
                Problem::MethodNotAllowed { allow },
                405,
                "\r\nAllow: GET, HEAD\r\n",
            ),
            (Problem::Unavailable, 503, "\r\nRetry-After: 1\r\n"),
        ] {
            let text = written(|out| problem(out, MANNER, kind, "What."));
            assert!(text.contains(field), "{text}");
            assert!(text.contains("\r\nContent-Type: application/problem+json\r\n"));
            let body = text.split_once("\r\n\r\n").unwrap().1;
            assert_eq!(json::validate(body.as_bytes()), Ok(()));
            assert!(body.contains(&format!(r#""status":{code},"detail":"What.""#)));
        }
    }
}
