//! From what came of a request to its answer, and to what the connection does next.

use std::io::{Read, Write};

use super::{BODY_PATIENCE, Connection, Fate, Phase, Request, Socket, Waiting};
use crate::{
    backend::Outcome,
    context::Context,
    http::{
        answer::{self, Manner, Problem, Source},
        body::Progress,
        head::Malformed,
    },
    metrics::{self, Op},
    service::Refusal,
    waiter::Waiter,
};

impl<S: Socket> Connection<S> {
    /// Waits for Redis, if it could be asked.
    pub(super) fn wait<R: Read + Write>(
        &mut self,
        cx: &mut Context<R>,
        asked: bool,
        waiter: Waiter,
        op: Option<Op>,
        request: Request,
    ) {
        let waiting = Waiting {
            serial: waiter.serial,
            op,
            request,
        };
        if asked {
            cx.set_deadline(waiter);
            self.phase = Phase::Waiting(waiting);
        } else {
            self.settle(cx, waiting, &Outcome::Unavailable);
        }
    }

    /// Redis answered, or did not in time: answers the request that waits, as far as the socket takes it.
    pub fn finish<R: Read + Write>(&mut self, cx: &mut Context<R>, outcome: &Outcome) -> Fate {
        let Phase::Waiting(waiting) = std::mem::replace(&mut self.phase, Phase::Head) else {
            return Fate::Stays;
        };
        self.settle(cx, waiting, outcome);
        // The rest, such as closing, is `drive`'s.
        match self.phase {
            Phase::Closing { .. } => Fate::Stays,
            _ => self.flush(cx).map_or(Fate::Ends, |_| Fate::Stays),
        }
    }

    pub(super) fn settle<R: Read + Write>(
        &mut self,
        cx: &mut Context<R>,
        waiting: Waiting,
        outcome: &Outcome,
    ) {
        let Waiting { op, request, .. } = waiting;
        let counted = match outcome {
            Outcome::Value(_) => metrics::Outcome::L2Hit,
            Outcome::Absent => metrics::Outcome::Miss,
            Outcome::Written | Outcome::Answers => metrics::Outcome::Ok,
            Outcome::Unavailable => metrics::Outcome::Unavailable,
        };
        if let Some(op) = op {
            cx.count(op, counted, request.started_at);
        }
        self.answer(cx, request, |out, manner| match outcome {
            Outcome::Value(body) => answer::value(out, manner, body, Source::L2),
            Outcome::Absent => absent(out, manner),
            Outcome::Written => answer::done(out, manner),
            Outcome::Answers => answer::healthy(out, manner),
            Outcome::Unavailable => {
                let detail = match op {
                    Some(Op::Put | Op::Delete) => {
                        "Redis did not acknowledge in time: whether it took the change is unknown."
                    }
                    Some(Op::Get) | None => "Redis did not answer in time.",
                };
                answer::problem(out, manner, Problem::Unavailable, detail);
            }
        });
    }

    pub(super) fn refuse<R>(&mut self, cx: &mut Context<R>, request: Request, refusal: &Refusal) {
        if let Some((op, outcome)) = refusal.counted {
            cx.count(op, outcome, request.started_at);
        }
        self.answer(cx, request, |out, manner| {
            answer::problem(out, manner, refusal.problem, &refusal.detail);
        });
    }

    pub(super) fn refuse_head<R>(&mut self, cx: &mut Context<R>, error: &Malformed) {
        let request = Request {
            bodiless: false,
            keep_alive: false,
            started_at: cx.clock.now(),
            rest: Progress::Done,
        };
        let problem = match error {
            Malformed::TooLarge => Problem::HeadTooLarge,
            _ => Problem::BadRequest,
        };
        self.answer(cx, request, |out, manner| {
            answer::problem(out, manner, problem, &error.to_string());
        });
    }

    pub(super) fn answer<R>(
        &mut self,
        cx: &mut Context<R>,
        request: Request,
        write: impl FnOnce(&mut Vec<u8>, Manner<'_>),
    ) {
        cx.take_spare(&mut self.output);
        let manner = Manner {
            date: cx.clock.date(),
            close: !request.keep_alive,
            bodiless: request.bodiless,
        };
        write(&mut self.output, manner);
        self.go_on(cx, request);
    }

    /// After the answer.
    pub(super) fn go_on<R>(&mut self, cx: &Context<R>, request: Request) {
        if !request.keep_alive {
            self.phase = Phase::Closing { told: false };
        } else if request.rest.is_done() {
            self.await_head(cx);
        } else {
            self.phase = Phase::Discard(request.rest);
            self.deadline = cx.clock.now() + BODY_PATIENCE;
        }
    }
}

pub(super) fn absent(out: &mut Vec<u8>, manner: Manner<'_>) {
    let detail = "There is no value under this key.";
    answer::problem(out, manner, Problem::NotFound, detail);
}
