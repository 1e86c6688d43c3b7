//! From a request to what is asked of L1 and Redis.

use std::{
    io::{Read, Write},
    time::Duration,
};

use super::{BODY_PATIENCE, Connection, Phase, Request, Socket, Step, Upload, answering::absent};
use crate::{
    context::Context,
    http::{
        answer::{self, Manner, Problem, Source},
        body::{Framing, Progress},
        head::{self, Head},
    },
    l1::Lookup,
    metrics::{self, Op},
    service::{self, Asked},
    ttl,
};

impl<S: Socket> Connection<S> {
    pub(super) fn begin<R: Read + Write>(&mut self, number: usize, cx: &mut Context<R>) -> Step {
        // Taken out, so that the request can be read where it lies.
        let mut input = std::mem::take(&mut self.input);
        let (step, used) = match head::parse(input.data()) {
            Ok(None) => (Step::NeedsBytes, 0),
            Ok(Some(head)) => self.serve(number, cx, &head, &input.data()[head.length..]),
            Err(error) => {
                self.refuse_head(cx, &error);
                (Step::Done, input.data().len())
            }
        };
        input.consume(used);
        self.input = input;
        step
    }

    /// Returns how much of the input is used up.
    fn serve<R: Read + Write>(
        &mut self,
        number: usize,
        cx: &mut Context<R>,
        head: &Head<'_>,
        after: &[u8],
    ) -> (Step, usize) {
        let mut request = Request {
            bodiless: head.method == head::Method::Head,
            keep_alive: head.keep_alive,
            started_at: cx.clock.now(),
            rest: Progress::new(&head.framing),
        };
        let asked = service::judge(head, cx.max_value_bytes);
        let (body, mut used) = match head.framing {
            Framing::Length(length) => match after.get(..length) {
                Some(body) => {
                    request.rest = Progress::Done;
                    (Some(body), head.length + length)
                }
                None => (None, head.length),
            },
            Framing::Chunked => (None, head.length),
        };
        // A client that waits for 100 Continue may now send its body or not: only closing is clear.
        if head.expects_continue && body.is_none() && !matches!(asked, Asked::Put(..)) {
            request.keep_alive = false;
        }
        // While draining, an answer ends the connection unless another request is there already.
        request.keep_alive &= !cx.draining || after.len() > used - head.length;
        match asked {
            Asked::Get(key) => self.get(number, cx, &key, request),
            Asked::Delete(key) => {
                let waiter = cx.waiter(number);
                let asked = cx.backend.delete(&key, waiter, request.started_at);
                self.wait(cx, asked, waiter, Some(Op::Delete), request);
            }
            Asked::Put(key, ttl) => {
                if let Some(body) = body {
                    self.put(number, cx, &key, ttl, body, request);
                } else {
                    if head.expects_continue && after.is_empty() {
                        cx.take_spare(&mut self.output);
                        self.output.extend_from_slice(answer::CONTINUE);
                    }
                    self.deadline = request.started_at + BODY_PATIENCE;
                    self.phase = Phase::Upload(Box::new(Upload {
                        request,
                        key: key.into(),
                        ttl,
                        body: Vec::new(),
                    }));
                }
            }
            Asked::Livez => self.answer(cx, request, answer::healthy),
            Asked::Readyz if cx.draining => {
                let detail = "The service is shutting down.";
                self.answer(cx, request, |out, manner| {
                    answer::problem(out, manner, Problem::Unavailable, detail);
                });
            }
            Asked::Readyz => {
                let waiter = cx.waiter(number);
                let asked = cx.backend.ping(waiter, request.started_at);
                self.wait(cx, asked, waiter, None, request);
            }
            Asked::Metrics => {
                cx.backend.report(cx.stats());
                let text = metrics::render(&cx.workers);
                self.answer(cx, request, |out, manner| {
                    answer::text(out, manner, answer::PROMETHEUS, &text);
                });
            }
            Asked::Refused(refusal) => self.refuse(cx, request, &refusal),
        }
        if let Phase::Closing { .. } = self.phase {
            used = head.length + after.len();
        }
        (Step::Done, used)
    }

    fn get<R: Read + Write>(
        &mut self,
        number: usize,
        cx: &mut Context<R>,
        key: &str,
        request: Request,
    ) {
        let now = request.started_at;
        cx.take_spare(&mut self.output);
        let manner = Manner {
            date: cx.clock.date(),
            close: !request.keep_alive,
            bodiless: request.bodiless,
        };
        let outcome = match cx.backend.look_up(key, now) {
            Lookup::Value(body) => {
                answer::value(&mut self.output, manner, body, Source::L1);
                metrics::Outcome::L1Hit
            }
            Lookup::Absent => {
                absent(&mut self.output, manner);
                metrics::Outcome::Miss
            }
            Lookup::Unknown => {
                let waiter = cx.waiter(number);
                let asked = cx.backend.fetch(key, waiter, now);
                return self.wait(cx, asked, waiter, Some(Op::Get), request);
            }
        };
        cx.count(Op::Get, outcome, now);
        self.go_on(cx, request);
    }

    fn put<R: Read + Write>(
        &mut self,
        number: usize,
        cx: &mut Context<R>,
        key: &str,
        ttl: Option<Duration>,
        body: &[u8],
        request: Request,
    ) {
        if let Err(refusal) = service::judge_body(body) {
            return self.refuse(cx, request, &refusal);
        }
        let ttl = ttl.unwrap_or_else(|| ttl::jittered(cx.default_ttl, fastrand::f64()));
        let waiter = cx.waiter(number);
        let asked = cx.backend.set(key, body, ttl, waiter, cx.clock.now());
        self.wait(cx, asked, waiter, Some(Op::Put), request);
    }

    pub(super) fn upload<R: Read + Write>(&mut self, number: usize, cx: &mut Context<R>) -> Step {
        let limit = cx.max_value_bytes;
        let Phase::Upload(mut upload) = std::mem::replace(&mut self.phase, Phase::Head) else {
            return Step::Done;
        };
        let Upload { request, body, .. } = &mut *upload;
        let mut fits = true;
        let taken = request.rest.take(self.input.data(), |data| {
            fits = fits && body.len() + data.len() <= limit;
            if fits {
                body.extend_from_slice(data);
            }
        });
        let Ok(used) = taken else {
            upload.request.keep_alive = false;
            self.refuse(cx, upload.request, &service::body_broken());
            return Step::Done;
        };
        self.input.consume(used);
        if !fits {
            self.refuse(cx, upload.request, &service::too_large());
        } else if upload.request.rest.is_done() {
            let Upload {
                mut request,
                key,
                ttl,
                body,
            } = *upload;
            request.keep_alive &= !cx.draining || !self.input.is_empty();
            self.put(number, cx, &key, ttl, &body, request);
        } else {
            self.phase = Phase::Upload(upload);
            return Step::NeedsBytes;
        }
        Step::Done
    }
}
