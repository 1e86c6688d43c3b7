//! Which request is meant, judged by path and then by method.

use hyper::Method;

pub const KEY_METHODS: &str = "GET, HEAD, PUT, DELETE";
pub const READ_METHODS: &str = "GET, HEAD";

#[derive(Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// The keys are still as they stand in the path.
    Get(&'a str),
    Put(&'a str),
    Delete(&'a str),
    Livez,
    Readyz,
    Metrics,
    NotFound,
    MethodNotAllowed {
        allow: &'static str,
    },
}

pub fn route<'a>(method: &Method, path: &'a str) -> Route<'a> {
    let read = matches!(*method, Method::GET | Method::HEAD);
    match path {
        "/livez" if read => Route::Livez,
        "/readyz" if read => Route::Readyz,
        "/metrics" if read => Route::Metrics,
        "/livez" | "/readyz" | "/metrics" => Route::MethodNotAllowed {
            allow: READ_METHODS,
        },
        _ => match path.strip_prefix("/v1/cache/") {
            Some(key) if !key.is_empty() && !key.contains('/') => route_key(method, key),
            _ => Route::NotFound,
        },
    }
}

fn route_key<'a>(method: &Method, key: &'a str) -> Route<'a> {
    match *method {
        Method::GET | Method::HEAD => Route::Get(key),
        Method::PUT => Route::Put(key),
        Method::DELETE => Route::Delete(key),
        _ => Route::MethodNotAllowed { allow: KEY_METHODS },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_segment_that_is_not_empty() {
        assert_eq!(route(&Method::GET, "/v1/cache/k"), Route::Get("k"));
        assert_eq!(route(&Method::HEAD, "/v1/cache/a%2Fb"), Route::Get("a%2Fb"));
        assert_eq!(route(&Method::PUT, "/v1/cache/.."), Route::Put(".."));
        assert_eq!(
            route(&Method::DELETE, "/v1/cache/%zz"),
            Route::Delete("%zz")
        );
        for path in [
            "/",
            "/v1/cache",
            "/v1/cache/",
            "/v1/cache/a/b",
            "/v1/cache//",
            "/v1/cache/a/",
            "//v1/cache/a",
            "*",
            "",
        ] {
            assert_eq!(route(&Method::PUT, path), Route::NotFound, "{path}");
            assert_eq!(route(&Method::POST, path), Route::NotFound, "{path}");
        }
    }

    #[test]
    fn other_methods_are_told_which_are_allowed() {
        let expected = Route::MethodNotAllowed { allow: KEY_METHODS };
        assert_eq!(route(&Method::POST, "/v1/cache/%zz"), expected);
        assert_eq!(route(&Method::OPTIONS, "/v1/cache/k"), expected);
        let expected = Route::MethodNotAllowed {
            allow: READ_METHODS,
        };
        assert_eq!(route(&Method::POST, "/readyz"), expected);
    }
}
