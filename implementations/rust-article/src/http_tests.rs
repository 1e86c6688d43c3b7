//! The service over HTTP, with a Redis that takes connections and says nothing.

use std::sync::{Arc, atomic::Ordering};

use axum::{body::Body, http::HeaderMap};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tower_service::Service as _;

use super::*;

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

/// The listener is the silent Redis: it must live as long as the service.
async fn service() -> (Arc<Service>, TcpListener) {
    let redis = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", redis.local_addr().unwrap());
    let service = Service {
        cache: Cache::new(&url, Duration::from_millis(20)).unwrap(),
        default_ttl_s: 300,
        max_value_bytes: 100,
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        draining: AtomicBool::new(false),
    };
    (Arc::new(service), redis)
}

async fn ask(service: &Arc<Service>, method: &str, path: &str, body: impl Into<Body>) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = request.body(body.into()).unwrap();
    let answer = router(service.clone()).call(request).await.unwrap();
    let (head, body) = answer.into_parts();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

#[tokio::test]
async fn a_hit_is_served_byte_for_byte_whatever_redis_does() {
    let (service, _redis) = service().await;
    let value = Bytes::from_static(b" {\"a\" :\t1}\n");
    service.cache.keep("a/b", value.clone());
    let answer = ask(&service, "GET", "/v1/cache/a%2Fb", "").await;
    assert_eq!((answer.status, answer.body), (200, value));
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["x-cache"], "L1");
    let head = ask(&service, "HEAD", "/v1/cache/a%2Fb", "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.headers["content-length"], "11");
}

#[tokio::test]
async fn what_needs_a_silent_redis_is_503_and_an_unknown_outcome_leaves_the_map() {
    let (service, _redis) = service().await;
    service.cache.keep("k", Bytes::from_static(b"1"));
    for (method, path) in [
        ("GET", "/v1/cache/miss"),
        ("PUT", "/v1/cache/k"),
        ("GET", "/v1/cache/k"),
        ("DELETE", "/v1/cache/k"),
        ("GET", "/readyz"),
    ] {
        let answer = ask(&service, method, path, "1").await;
        assert_eq!(answer.status, 503, "{method} {path}");
        assert_eq!(answer.headers["retry-after"], "1");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    assert_eq!(ask(&service, "GET", "/livez", "").await.status, 200);
}

#[tokio::test]
async fn refusals_are_judged_before_redis_is_asked() {
    let (service, _redis) = service().await;
    let long_key = format!("/v1/cache/{}", "k".repeat(251));
    for (method, path, body, status) in [
        ("PUT", "/v1/cache/k", "NaN", 400),
        ("PUT", "/v1/cache/k", "", 400),
        ("PUT", "/v1/cache/k?ttl=0", "1", 400),
        ("PUT", "/v1/cache/k", &"1".repeat(101), 413),
        ("GET", "/v1/cache/%zz", "", 400),
        ("GET", &long_key, "", 400),
        ("GET", "/v1/cache/", "", 404),
        ("GET", "/v1/cache/a/b", "", 404),
        ("POST", "/v1/cache/%zz", "", 405),
        ("POST", "/livez", "", 405),
    ] {
        let answer = ask(&service, method, path, body.to_owned()).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let answer = ask(&service, "POST", "/v1/cache/k", "").await;
    assert_eq!(answer.headers["allow"], "GET, HEAD, PUT, DELETE");
}

#[tokio::test]
async fn a_draining_service_closes_its_connections() {
    let (service, _redis) = service().await;
    service.draining.store(true, Ordering::Relaxed);
    let answer = ask(&service, "GET", "/readyz", "").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.headers["connection"], "close");
}
