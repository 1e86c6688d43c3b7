//! The HTTP contract on axum: which answer a request gets.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::time::timeout;

use crate::{
    cache::{Cache, Found, Unavailable},
    metrics,
    rules::{Invalid, check_json, decode_key, ttl_s},
};

const KEY_PREFIX: &str = "/v1/cache/";
/// How long a client may take to send a body, and how long an unwanted one is read away.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Service {
    pub cache: Cache,
    pub default_ttl_s: u64,
    pub max_value_bytes: usize,
    pub metrics: PrometheusHandle,
    pub draining: AtomicBool,
}

type Shared = State<Arc<Service>>;

pub fn router(service: Arc<Service>) -> Router {
    let only_read = || async { method_not_allowed("GET, HEAD") };
    let key = get(read).put(write).delete(remove);
    Router::new()
        .route(
            "/v1/cache/{key}",
            key.fallback(|| async { method_not_allowed("GET, HEAD, PUT, DELETE") }),
        )
        .route("/livez", get("live\n").fallback(only_read))
        .route("/readyz", get(readyz).fallback(only_read))
        .route("/metrics", get(show_metrics).fallback(only_read))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "There is nothing at this path.") })
        .layer(middleware::from_fn_with_state(
            service.clone(),
            close_when_draining,
        ))
        .with_state(service)
}

/// Why a request on a key has no better answer.
enum Refusal {
    Invalid(Invalid),
    TooLarge,
    Unavailable,
}

impl From<Invalid> for Refusal {
    fn from(reason: Invalid) -> Self {
        Self::Invalid(reason)
    }
}

impl From<Unavailable> for Refusal {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// The result that is counted, and the answer.
type Outcome = Result<(&'static str, Response), Refusal>;

async fn read(State(service): Shared, uri: Uri) -> Response {
    recorded("get", async {
        let key = key_of(&uri)?;
        let (result, source, value) = match service.cache.get(&key).await? {
            Some(Found::Local(value)) => ("l1_hit", "L1", value),
            Some(Found::InRedis(value)) => ("l2_hit", "L2", value),
            None => {
                return Ok((
                    "miss",
                    problem(StatusCode::NOT_FOUND, "There is no such key."),
                ));
            }
        };
        let headers = [("content-type", "application/json"), ("x-cache", source)];
        Ok((result, (headers, value).into_response()))
    })
    .await
}

async fn write(State(service): Shared, request: Request) -> Response {
    let (head, mut body) = request.into_parts();
    let mut answer = recorded("put", async {
        let key = key_of(&head.uri)?;
        let ttl_s = ttl_s(head.uri.query().unwrap_or_default(), service.default_ttl_s)?;
        let value = read_body(&mut body, service.max_value_bytes).await?;
        check_json(&value)?;
        service.cache.put(&key, value, ttl_s).await?;
        Ok(("ok", StatusCode::NO_CONTENT.into_response()))
    })
    .await;
    if !body.is_end_stream() {
        if head.headers.contains_key(header::EXPECT) {
            // The client may now send its body or not: only closing is clear.
            close(&mut answer);
        }
        // Closing with unread bytes would reset the connection, and the answer could be lost.
        let read_away = async move { while let Some(Ok(_)) = body.frame().await {} };
        tokio::spawn(timeout(PATIENCE, read_away));
    }
    answer
}

async fn remove(State(service): Shared, uri: Uri) -> Response {
    recorded("delete", async {
        service.cache.delete(&key_of(&uri)?).await?;
        Ok(("ok", StatusCode::NO_CONTENT.into_response()))
    })
    .await
}

async fn readyz(State(service): Shared) -> Response {
    if service.draining.load(Ordering::Relaxed) {
        unavailable("The service is stopping.")
    } else if service.cache.ping().await.is_ok() {
        "ready\n".into_response()
    } else {
        unavailable("Redis does not answer.")
    }
}

async fn show_metrics(State(service): Shared) -> Response {
    metrics::l1_size(service.cache.size());
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    (
        [(header::CONTENT_TYPE, content_type)],
        service.metrics.render(),
    )
        .into_response()
}

async fn close_when_draining(State(service): Shared, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    if service.draining.load(Ordering::Relaxed) {
        close(&mut answer);
    }
    answer
}

fn close(answer: &mut Response) {
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(header::CONNECTION, close);
}

/// The path as it came: axum's own extractor lets broken escapes pass.
fn key_of(uri: &Uri) -> Result<Cow<'_, str>, Invalid> {
    let path = uri.path();
    decode_key(path.strip_prefix(KEY_PREFIX).unwrap_or(path))
}

async fn read_body(body: &mut Body, limit: usize) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Refusal::TooLarge);
    }
    match timeout(PATIENCE, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge),
        _ => Err(Refusal::Invalid("The body did not arrive whole.")),
    }
}

/// Counts a request, and turns a refusal into its answer.
async fn recorded(op: &'static str, answering: impl Future<Output = Outcome>) -> Response {
    let started = Instant::now();
    let (result, answer) = match answering.await {
        Ok(outcome) => outcome,
        Err(Refusal::Invalid(reason)) => ("invalid", problem(StatusCode::BAD_REQUEST, reason)),
        Err(Refusal::TooLarge) => (
            "too_large",
            problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The value is over MAX_VALUE_BYTES.",
            ),
        ),
        Err(Refusal::Unavailable) => ("unavailable", unavailable("Redis did not answer in time.")),
    };
    metrics::request(op, result, started);
    answer
}

fn unavailable(detail: &str) -> Response {
    let answer = problem(StatusCode::SERVICE_UNAVAILABLE, detail);
    ([(header::RETRY_AFTER, "1")], answer).into_response()
}

fn method_not_allowed(allow: &'static str) -> Response {
    let answer = problem(
        StatusCode::METHOD_NOT_ALLOWED,
        "The method is not allowed here.",
    );
    ([(header::ALLOW, allow)], answer).into_response()
}

/// Problem details, RFC 9457.
fn problem(status: StatusCode, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": detail,
    });
    let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, content_type, body.to_string()).into_response()
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
