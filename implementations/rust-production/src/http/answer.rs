//! The answers, each made in one place.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};

pub type Answer = Response<Full<Bytes>>;

const X_CACHE: HeaderName = HeaderName::from_static("x-cache");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const PROMETHEUS: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
/// In seconds, the smallest there is: outages of Redis are mostly restarts and failovers.
const RETRY_SOON: HeaderValue = HeaderValue::from_static("1");

pub fn value(body: Bytes, source: &'static str) -> Answer {
    let mut answer = of_type(JSON, body);
    answer
        .headers_mut()
        .insert(X_CACHE, HeaderValue::from_static(source));
    answer
}

pub fn done() -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

pub fn healthy() -> Answer {
    of_type(PLAIN, Bytes::from_static(b"ok\n"))
}

pub fn metrics(text: Vec<u8>) -> Answer {
    of_type(PROMETHEUS, text.into())
}

/// Problem details as RFC 9457 has them. `detail` is one of our own sentences, so it needs no escaping.
pub fn problem(status: StatusCode, detail: &str) -> Answer {
    let title = status.canonical_reason().unwrap_or_default();
    let code = status.as_u16();
    let body = format!(
        r#"{{"type":"about:blank","title":"{title}","status":{code},"detail":"{detail}"}}"#
    );
    let mut answer = of_type(PROBLEM, body.into());
    *answer.status_mut() = status;
    answer
}

pub fn unavailable(detail: &str) -> Answer {
    let mut answer = problem(StatusCode::SERVICE_UNAVAILABLE, detail);
    answer.headers_mut().insert(RETRY_AFTER, RETRY_SOON);
    answer
}

pub fn method_not_allowed(allow: &'static str) -> Answer {
    let mut answer = problem(
        StatusCode::METHOD_NOT_ALLOWED,
        "The Allow header says which methods this path has.",
    );
    answer
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allow));
    answer
}

fn of_type(content_type: HeaderValue, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}
