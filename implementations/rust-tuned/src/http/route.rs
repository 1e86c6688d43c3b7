//! Which request is meant, judged by path and then by method.

use super::head::Method;

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

pub fn route(method: Method, path: &str) -> Route<'_> {
    if let Some(key) = path.strip_prefix("/v1/cache/") {
        return if key.is_empty() || key.contains('/') {
            Route::NotFound
        } else {
            route_key(method, key)
        };
    }
    let read = matches!(method, Method::Get | Method::Head);
    match path {
        "/livez" if read => Route::Livez,
        "/readyz" if read => Route::Readyz,
        "/metrics" if read => Route::Metrics,
        "/livez" | "/readyz" | "/metrics" => Route::MethodNotAllowed {
            allow: READ_METHODS,
        },
        _ => Route::NotFound,
    }
}

fn route_key(method: Method, key: &str) -> Route<'_> {
    match method {
        Method::Get | Method::Head => Route::Get(key),
        Method::Put => Route::Put(key),
        Method::Delete => Route::Delete(key),
        Method::Other => Route::MethodNotAllowed { allow: KEY_METHODS },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_segment_that_is_not_empty() {
        assert_eq!(route(Method::Get, "/v1/cache/k"), Route::Get("k"));
        assert_eq!(route(Method::Head, "/v1/cache/a%2Fb"), Route::Get("a%2Fb"));
        assert_eq!(route(Method::Put, "/v1/cache/.."), Route::Put(".."));
        assert_eq!(route(Method::Delete, "/v1/cache/%z"), Route::Delete("%z"));
        for path in [
            "/",
            "/v1/cache",
            "/v1/cache/",
            "/v1/cache/a/b",
            "/v1/cache//",
            "//v1/cache/a",
            "*",
        ] {
            assert_eq!(route(Method::Put, path), Route::NotFound, "{path}");
            assert_eq!(route(Method::Other, path), Route::NotFound, "{path}");
        }
    }

    #[test]
    fn other_methods_are_told_which_are_allowed() {
        let expected = Route::MethodNotAllowed { allow: KEY_METHODS };
        assert_eq!(route(Method::Other, "/v1/cache/%zz"), expected);
        let expected = Route::MethodNotAllowed {
            allow: READ_METHODS,
        };
        assert_eq!(route(Method::Put, "/readyz"), expected);
        assert_eq!(route(Method::Head, "/livez"), Route::Livez);
    }
}
