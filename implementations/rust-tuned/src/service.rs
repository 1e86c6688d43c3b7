//! What a request asks for, judged by the contract's order: route, method, key, ttl, size. JSON comes last, once the
//! body is there.

use std::{borrow::Cow, time::Duration};

use crate::{
    http::{
        answer::Problem,
        body::Framing,
        head::Head,
        route::{Route, route},
    },
    json, key,
    metrics::{Op, Outcome},
    ttl,
};

#[derive(Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    Get(Cow<'a, str>),
    /// No ttl: the default.
    Put(Cow<'a, str>, Option<Duration>),
    Delete(Cow<'a, str>),
    Livez,
    Readyz,
    Metrics,
    Refused(Refusal),
}

#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// As it is counted; none off the keys.
    pub counted: Option<(Op, Outcome)>,
    pub problem: Problem,
    pub detail: Cow<'static, str>,
}

pub fn judge<'a>(head: &Head<'a>, max_value_bytes: usize) -> Asked<'a> {
    let judged = match route(head.method, head.path) {
        Route::Get(segment) => decode(segment, Op::Get).map(Asked::Get),
        Route::Delete(segment) => decode(segment, Op::Delete).map(Asked::Delete),
        Route::Put(segment) => judge_put(segment, head, max_value_bytes),
        Route::Livez => Ok(Asked::Livez),
        Route::Readyz => Ok(Asked::Readyz),
        Route::Metrics => Ok(Asked::Metrics),
        Route::NotFound => Err(Refusal {
            counted: None,
            problem: Problem::NotFound,
            detail: "There is nothing at this path.".into(),
        }),
        Route::MethodNotAllowed { allow } => Err(Refusal {
            counted: None,
            problem: Problem::MethodNotAllowed { allow },
            detail: "The Allow header says which methods this path has.".into(),
        }),
    };
    judged.unwrap_or_else(Asked::Refused)
}

fn judge_put<'a>(
    segment: &'a str,
    head: &Head<'a>,
    max_value_bytes: usize,
) -> Result<Asked<'a>, Refusal> {
    let key = decode(segment, Op::Put)?;
    let ttl = ttl::from_query(head.query).map_err(|error| invalid(Op::Put, &error))?;
    match head.framing {
        Framing::Length(length) if length > max_value_bytes => Err(too_large()),
        _ => Ok(Asked::Put(key, ttl)),
    }
}

fn decode(segment: &str, op: Op) -> Result<Cow<'_, str>, Refusal> {
    key::decode(segment).map_err(|error| invalid(op, &error))
}

pub fn judge_body(body: &[u8]) -> Result<(), Refusal> {
    json::validate(body).map_err(|error| invalid(Op::Put, &error))
}

pub fn too_large() -> Refusal {
    Refusal {
        counted: Some((Op::Put, Outcome::TooLarge)),
        problem: Problem::TooLarge,
        detail: "The body is larger than this service stores.".into(),
    }
}

pub fn body_broken() -> Refusal {
    Refusal {
        counted: Some((Op::Put, Outcome::Invalid)),
        problem: Problem::BadRequest,
        detail: "The body did not arrive whole.".into(),
    }
}

fn invalid(op: Op, error: &impl std::error::Error) -> Refusal {
    Refusal {
        counted: Some((op, Outcome::Invalid)),
        problem: Problem::BadRequest,
        detail: error.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::head::parse;

    const LIMIT: usize = 64;

    fn problem(request: &str) -> Option<Problem> {
        let head = parse(request.as_bytes()).unwrap().unwrap();
        match judge(&head, LIMIT) {
            Asked::Refused(refusal) => Some(refusal.problem),
            _ => None,
        }
    }

    #[test]
    fn judgement_goes_by_route_method_key_ttl_and_size() {
        let allow = "GET, HEAD, PUT, DELETE";
        for (line, length, expected) in [
            ("POST /v1/cache/%zz/", 65, Some(Problem::NotFound)),
            (
                "POST /v1/cache/%zz?ttl=0",
                65,
                Some(Problem::MethodNotAllowed { allow }),
            ),
            ("PUT /v1/cache/%zz?ttl=0", 65, Some(Problem::BadRequest)),
            ("PUT /v1/cache/k?ttl=0", 65, Some(Problem::BadRequest)),
            ("PUT /v1/cache/k?ttl=1", 65, Some(Problem::TooLarge)),
            ("PUT /v1/cache/k?ttl=1", 64, None),
        ] {
            let request = format!("{line} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n");
            assert_eq!(problem(&request), expected, "{line} {length}");
        }
    }

    #[test]
    fn what_is_refused_on_a_key_is_counted_and_elsewhere_it_is_not() {
        let counted = |request: &str| {
            let head = parse(request.as_bytes()).unwrap().unwrap();
            let Asked::Refused(refusal) = judge(&head, LIMIT) else {
                panic!("not refused")
            };
            refusal.counted
        };
        let invalid = Some((Op::Get, Outcome::Invalid));
        assert_eq!(counted("HEAD /v1/cache/%zz HTTP/1.1\r\n\r\n"), invalid);
        assert_eq!(counted("POST /v1/cache/k HTTP/1.1\r\n\r\n"), None);
        assert_eq!(counted("GET /v1/cache/ HTTP/1.1\r\n\r\n"), None);
    }

    #[test]
    fn a_ttl_that_is_not_given_is_the_services_to_choose() {
        let head = parse(b"PUT /v1/cache/a%20b HTTP/1.1\r\n\r\n")
            .unwrap()
            .unwrap();
        assert_eq!(judge(&head, LIMIT), Asked::Put("a b".into(), None));
    }
}
