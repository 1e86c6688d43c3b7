//! The HTTP contract: from a request to its answer.

mod answer;
mod body;
mod record;
mod route;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hyper::{
    Request, StatusCode,
    body::Body,
    header::{CONNECTION, EXPECT, HeaderValue},
    http::request::Parts,
};

use crate::{
    cache::{Cache, Found},
    json, key,
    metrics::{Metrics, Op, Outcome},
    store::Store,
    ttl,
};
use answer::Answer;
use body::Unread;
use record::Record;
use route::{Route, route};

pub struct Service<S> {
    pub cache: Arc<Cache<S>>,
    pub metrics: Arc<Metrics>,
    pub default_ttl: Duration,
    pub max_value_bytes: usize,
    pub draining: AtomicBool,
}

impl<S: Store> Service<S> {
    pub async fn handle<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data = Bytes, Error: std::error::Error + Send + Sync + 'static>
            + Unpin
            + Send
            + 'static,
    {
        let (head, mut body) = request.into_parts();
        let mut answer = self.answer(&head, &mut body).await;
        // A client that waits for 100 Continue may now send its body or not: only closing is clear.
        let body_is_in_doubt = !body.is_end_stream() && head.headers.contains_key(EXPECT);
        if body_is_in_doubt || self.draining.load(Ordering::Relaxed) {
            answer
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
        }
        body::discard(body);
        answer
    }

    async fn answer<B>(&self, head: &Parts, body: &mut B) -> Answer
    where
        B: Body<Data = Bytes, Error: std::error::Error + Send + Sync + 'static> + Unpin,
    {
        match route(&head.method, head.uri.path()) {
            Route::Get(key) => self.recorded(Op::Get, self.get(key)).await,
            Route::Put(key) => {
                self.recorded(Op::Put, self.put(key, head.uri.query(), body))
                    .await
            }
            Route::Delete(key) => self.recorded(Op::Delete, self.delete(key)).await,
            Route::Livez => answer::healthy(),
            Route::Readyz => self.readyz().await,
            Route::Metrics => self.show_metrics(),
            Route::NotFound => {
                answer::problem(StatusCode::NOT_FOUND, "There is nothing at this path.")
            }
            Route::MethodNotAllowed { allow } => answer::method_not_allowed(allow),
        }
    }

    async fn recorded(&self, op: Op, answering: impl Future<Output = (Outcome, Answer)>) -> Answer {
        let record = Record::open(&self.metrics, op);
        let (outcome, answer) = answering.await;
        record.close(outcome);
        answer
    }

    async fn get(&self, segment: &str) -> (Outcome, Answer) {
        let key = match key::decode(segment) {
            Ok(key) => key,
            Err(error) => return invalid(&error),
        };
        match self.cache.get(&key).await {
            Ok(Found::InL1(body)) => (Outcome::L1Hit, answer::value(body, "L1")),
            Ok(Found::InStore(body)) => (Outcome::L2Hit, answer::value(body, "L2")),
            Ok(Found::Nowhere) => (
                Outcome::Miss,
                answer::problem(StatusCode::NOT_FOUND, "There is no value under this key."),
            ),
            Err(_) => (
                Outcome::Unavailable,
                answer::unavailable("Redis did not answer in time."),
            ),
        }
    }

    async fn put<B>(&self, segment: &str, query: Option<&str>, body: &mut B) -> (Outcome, Answer)
    where
        B: Body<Data = Bytes, Error: std::error::Error + Send + Sync + 'static> + Unpin,
    {
        let key = match key::decode(segment) {
            Ok(key) => key,
            Err(error) => return invalid(&error),
        };
        let ttl = match ttl::from_query(query) {
            Ok(Some(ttl)) => ttl,
            Ok(None) => ttl::jittered(self.default_ttl, fastrand::f64()),
            Err(error) => return invalid(&error),
        };
        let body = match body::read(body, self.max_value_bytes).await {
            Ok(body) => body,
            Err(unread) => return refused(&unread),
        };
        if let Err(error) = json::validate(&body) {
            return invalid(&error);
        }
        written(self.cache.put(&key, &body, ttl).await.is_ok())
    }

    async fn delete(&self, segment: &str) -> (Outcome, Answer) {
        match key::decode(segment) {
            Ok(key) => written(self.cache.delete(&key).await.is_ok()),
            Err(error) => invalid(&error),
        }
    }

    async fn readyz(&self) -> Answer {
        if self.draining.load(Ordering::Relaxed) {
            answer::unavailable("The service is shutting down.")
        } else if self.cache.store_answers().await {
            answer::healthy()
        } else {
            answer::unavailable("Redis does not answer.")
        }
    }

    fn show_metrics(&self) -> Answer {
        match self.metrics.render(&self.cache.usage()) {
            Ok(text) => answer::metrics(text),
            Err(_) => answer::problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The metrics could not be written.",
            ),
        }
    }
}

fn invalid(error: &impl std::error::Error) -> (Outcome, Answer) {
    let answer = answer::problem(StatusCode::BAD_REQUEST, &error.to_string());
    (Outcome::Invalid, answer)
}

fn refused(unread: &Unread) -> (Outcome, Answer) {
    let (outcome, status, detail) = match unread {
        Unread::TooLarge => (
            Outcome::TooLarge,
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is larger than this service stores.",
        ),
        Unread::TooSlow => (
            Outcome::Invalid,
            StatusCode::BAD_REQUEST,
            "The body took too long to arrive.",
        ),
        Unread::Broken => (
            Outcome::Invalid,
            StatusCode::BAD_REQUEST,
            "The body did not arrive whole.",
        ),
    };
    (outcome, answer::problem(status, detail))
}

fn written(acknowledged: bool) -> (Outcome, Answer) {
    if acknowledged {
        return (Outcome::Ok, answer::done());
    }
    let detail = "Redis did not acknowledge in time: whether it took the change is unknown.";
    (Outcome::Unavailable, answer::unavailable(detail))
}

#[cfg(test)]
mod tests;
