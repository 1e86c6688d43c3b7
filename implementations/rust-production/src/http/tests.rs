use std::{
    pin::Pin,
    sync::atomic::Ordering::Relaxed,
    task::{Context, Poll},
};

use http_body_util::{BodyExt, Full};
use hyper::{Method, body::Frame};

use super::*;
use crate::{
    l1::L1,
    store::{fake::FakeStore, tracking::Listener},
};

const LIMIT: usize = 64;

fn service() -> (Service<FakeStore>, Arc<FakeStore>) {
    let store = Arc::new(FakeStore::default());
    let cache = Cache::new(store.clone(), L1::new(1 << 20, 1), Duration::from_secs(60));
    cache.trust();
    let service = Service {
        cache: Arc::new(cache),
        metrics: Arc::new(Metrics::new(1).unwrap()),
        default_ttl: Duration::from_secs(300),
        max_value_bytes: LIMIT,
        draining: AtomicBool::new(false),
    };
    (service, store)
}

fn request(method: &Method, uri: &str, body: &str) -> Request<Full<Bytes>> {
    let body = Full::new(body.to_owned().into());
    Request::builder()
        .method(method)
        .uri(uri)
        .body(body)
        .unwrap()
}

async fn status(service: &Service<FakeStore>, method: Method, uri: &str, body: &str) -> u16 {
    service
        .handle(request(&method, uri, body))
        .await
        .status()
        .as_u16()
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

async fn text(answer: Answer) -> String {
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_value_comes_back_byte_for_byte_and_says_from_where() {
    let (service, store) = service();
    assert_eq!(
        status(
            &service,
            Method::PUT,
            "/v1/cache/a%2Fb",
            " {\"a\" :1e999}\n"
        )
        .await,
        204
    );
    for source in ["L2", "L1"] {
        let answer = service
            .handle(request(&Method::GET, "/v1/cache/a%2fb", ""))
            .await;
        assert_eq!(header(&answer, "content-type"), "application/json");
        assert_eq!(header(&answer, "x-cache"), source);
        assert_eq!(text(answer).await, " {\"a\" :1e999}\n");
    }
    assert!(store.values.lock().contains_key("a/b"));

    store.hold("other", "1", None);
    let answer = service
        .handle(request(&Method::HEAD, "/v1/cache/other", ""))
        .await;
    assert_eq!(header(&answer, "x-cache"), "L2");
}

#[tokio::test]
async fn absence_is_a_problem_document() {
    let (service, _) = service();
    let answer = service
        .handle(request(&Method::GET, "/v1/cache/k", ""))
        .await;
    assert_eq!(answer.status(), 404);
    assert_eq!(header(&answer, "content-type"), "application/problem+json");
    let text = text(answer).await;
    assert!(
        text.starts_with(r#"{"type":"about:blank","title":"Not Found","status":404,"#),
        "{text}"
    );
    assert_eq!(json::validate(text.as_bytes()), Ok(()));
}

#[tokio::test]
async fn judgement_goes_by_route_method_key_ttl_size_and_json() {
    let (service, store) = service();
    let long = "x".repeat(LIMIT + 1);
    for (method, uri, body, expected) in [
        (Method::POST, "/v1/cache/%zz/", long.as_str(), 404),
        (Method::POST, "/v1/cache/%zz?ttl=0", &long, 405),
        (Method::PUT, "/v1/cache/%zz?ttl=0", &long, 400),
        (Method::PUT, "/v1/cache/k?ttl=0", &long, 400),
        (Method::PUT, "/v1/cache/k?ttl=1", &long, 413),
        (Method::PUT, "/v1/cache/k?ttl=1", "NaN", 400),
        (Method::PUT, "/v1/cache/k?ttl=1", "1", 204),
    ] {
        assert_eq!(
            status(&service, method, uri, body).await,
            expected,
            "{uri} {body}"
        );
    }
    assert_eq!(store.values.lock().len(), 1);
}

#[tokio::test]
async fn the_limit_passes_and_one_byte_more_does_not_even_in_chunks() {
    let (service, _) = service();
    for (length, expected) in [(LIMIT, 204), (LIMIT + 1, 413)] {
        let body = "1".repeat(length);
        assert_eq!(
            status(&service, Method::PUT, "/v1/cache/k", &body).await,
            expected
        );

        let request = Request::put("/v1/cache/k")
            .body(Chunked { left: length })
            .unwrap();
        assert_eq!(service.handle(request).await.status().as_u16(), expected);
    }
}

/// A body of unknown length, one byte a chunk.
struct Chunked {
    left: usize,
}

impl Body for Chunked {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"1")))))
    }
}

#[tokio::test]
async fn the_ttl_is_exact_if_given_and_spread_if_not() {
    let (service, store) = service();
    status(&service, Method::PUT, "/v1/cache/given?ttl=7", "1").await;
    status(&service, Method::PUT, "/v1/cache/default", "1").await;
    let values = store.values.lock();
    assert_eq!(values["given"].remaining, Some(Duration::from_secs(7)));
    let default = values["default"].remaining.unwrap().as_secs();
    assert!((270..=330).contains(&default), "{default}");
}

#[tokio::test]
async fn without_the_store_hits_are_served_and_all_else_is_503_with_retry_after() {
    let (service, store) = service();
    status(&service, Method::PUT, "/v1/cache/known", "1").await;
    status(&service, Method::GET, "/v1/cache/known", "").await;
    store.down.store(true, Relaxed);
    assert_eq!(
        status(&service, Method::GET, "/v1/cache/known", "").await,
        200
    );
    assert_eq!(status(&service, Method::GET, "/livez", "").await, 200);
    for (method, uri) in [
        (Method::GET, "/v1/cache/unknown"),
        (Method::PUT, "/v1/cache/known"),
        (Method::DELETE, "/v1/cache/known"),
        (Method::GET, "/readyz"),
    ] {
        let answer = service.handle(request(&method, uri, "1")).await;
        assert_eq!(answer.status(), 503, "{method} {uri}");
        assert_eq!(header(&answer, "retry-after"), "1");
    }
}

#[tokio::test]
async fn a_draining_service_is_not_ready_and_lets_its_clients_go() {
    let (service, _) = service();
    assert_eq!(status(&service, Method::GET, "/readyz", "").await, 200);
    service.draining.store(true, Relaxed);
    let answer = service.handle(request(&Method::GET, "/readyz", "")).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(header(&answer, "connection"), "close");
    assert_eq!(status(&service, Method::PUT, "/v1/cache/k", "1").await, 204);
}

#[tokio::test]
async fn every_request_on_a_key_is_counted_once() {
    let (service, _) = service();
    status(&service, Method::PUT, "/v1/cache/k", "1").await;
    status(&service, Method::PUT, "/v1/cache/k", "").await;
    status(&service, Method::GET, "/v1/cache/k", "").await;
    status(&service, Method::GET, "/v1/cache/k", "").await;
    status(&service, Method::HEAD, "/v1/cache/absent", "").await;
    status(&service, Method::POST, "/v1/cache/k", "1").await;
    status(&service, Method::GET, "/v1/cache/a/b", "").await;
    let shown = text(service.handle(request(&Method::GET, "/metrics", "")).await).await;
    for line in [
        "cache_requests_total{op=\"put\",result=\"ok\"} 1\n",
        "cache_requests_total{op=\"put\",result=\"invalid\"} 1\n",
        "cache_requests_total{op=\"get\",result=\"l2_hit\"} 1\n",
        "cache_requests_total{op=\"get\",result=\"l1_hit\"} 1\n",
        "cache_requests_total{op=\"get\",result=\"miss\"} 1\n",
        "cache_request_duration_seconds_count 5\n",
        "cache_l1_bytes 8\n",
        "cache_l1_entries 2\n",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
}
