//! One client: its socket, what came over it, what is to be sent, and the request that is under way. There is
//! one at a time, so answers and effects come in the order of the requests.

use std::{
    io::{self, Read, Write},
    net::Shutdown,
    time::{Duration, Instant},
};

use mio::net::TcpStream;

use crate::{
    backend::Outcome,
    buffer::{Arrived, Buffer},
    context::Context,
    http::{
        answer::{self, Manner, Problem, Source},
        body::{Framing, Progress},
        head::{self, Head, Malformed},
    },
    l1::Lookup,
    metrics::{self, Op},
    service::{self, Asked, Refusal},
    ttl,
    waiter::Waiter,
};

/// How long a connection may be idle or take over one request's head; nginx's `keepalive_timeout`.
const HEAD_PATIENCE: Duration = Duration::from_secs(75);
/// How long a client may take to send a body, and how long an unwanted one is read away; nginx's
/// `lingering_time`.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
/// How long a client may take to read an answer; nginx's `send_timeout`.
const SEND_PATIENCE: Duration = Duration::from_secs(60);
/// Closing with unread bytes would reset the connection and the client could lose the answer, so its side is
/// waited for; nginx's `lingering_timeout`.
const LINGER_PATIENCE: Duration = Duration::from_secs(5);

/// So much may be waiting to be sent before the next pipelined request is looked at.
const OUTPUT_ENOUGH: usize = 64 << 10;

pub trait Socket: Read + Write {
    fn end_output(&mut self);
}

impl Socket for TcpStream {
    fn end_output(&mut self) {
        // Fails only if the client is gone already.
        _ = self.shutdown(Shutdown::Write);
    }
}

pub struct Connection<S> {
    socket: S,
    input: Buffer,
    output: Vec<u8>,
    sent: usize,
    /// The socket may have more than was read.
    readable: bool,
    /// The client sends no more: reading goes on until that is seen, since the socket will not tell again.
    ended: bool,
    phase: Phase,
    deadline: Instant,
}

enum Phase {
    /// Between requests, or in the head of one.
    Head,
    /// In the body of a PUT that was not there as a whole with its head.
    Upload(Box<Upload>),
    /// In the rest of a body whose request is answered.
    Discard(Progress),
    /// Redis is asked.
    Waiting(Waiting),
    /// The last answer is written; with `told`, it is sent and the client has heard of the end.
    Closing { told: bool },
}

struct Upload {
    request: Request,
    key: Box<str>,
    ttl: Option<Duration>,
    body: Vec<u8>,
}

struct Waiting {
    serial: u64,
    /// None: /readyz.
    op: Option<Op>,
    request: Request,
}

/// What has to be known of a request after its head.
struct Request {
    bodiless: bool,
    keep_alive: bool,
    started_at: Instant,
    /// Of its body.
    rest: Progress,
}

/// Whether a connection goes on.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    Stays,
    Ends,
}

enum Step {
    /// Something was done; there may be more to do.
    Done,
    /// Redis has to answer first.
    Waits,
    NeedsBytes,
}

impl<S: Socket> Connection<S> {
    pub fn new(socket: S, now: Instant) -> Self {
        Self {
            socket,
            input: Buffer::default(),
            output: Vec::new(),
            sent: 0,
            readable: false,
            ended: false,
            phase: Phase::Head,
            deadline: now + HEAD_PATIENCE,
        }
    }

    pub fn socket(&mut self) -> &mut S {
        &mut self.socket
    }

    pub fn became_readable(&mut self, ended: bool) {
        self.readable = true;
        self.ended |= ended;
    }

    /// There is something to do without hearing from the socket.
    pub fn has_work(&self) -> bool {
        let is_closing = matches!(self.phase, Phase::Closing { told: false });
        self.readable || !self.input.is_empty() || is_closing
    }

    /// Nothing of a request has come.
    pub fn is_idle(&self) -> bool {
        match self.phase {
            Phase::Head => self.input.is_empty() && self.output.is_empty(),
            Phase::Closing { told } => told,
            _ => false,
        }
    }

    pub fn is_overdue(&self, now: Instant) -> bool {
        now >= self.deadline && !matches!(self.phase, Phase::Waiting(_))
    }

    /// Whether this very request still waits.
    pub fn waits_for(&self, serial: u64) -> bool {
        matches!(&self.phase, Phase::Waiting(waiting) if waiting.serial == serial)
    }

    /// A request that will not be answered counts, too.
    pub fn abandon<R>(&self, cx: &mut Context<R>) {
        let (op, started_at) = match &self.phase {
            Phase::Upload(upload) => (Some(Op::Put), upload.request.started_at),
            Phase::Waiting(waiting) => (waiting.op, waiting.request.started_at),
            Phase::Head | Phase::Discard(_) | Phase::Closing { .. } => return,
        };
        if let Some(op) = op {
            cx.count(op, metrics::Outcome::Error, started_at);
        }
    }

    /// Does all that can be done now. `number` is this connection's.
    pub fn drive<R: Read + Write>(&mut self, number: usize, cx: &mut Context<R>) -> Fate {
        let fate = self.drive_on(number, cx);
        if self.input.is_spare() {
            cx.spare_input = std::mem::take(&mut self.input);
        }
        fate.unwrap_or(Fate::Ends)
    }

    fn drive_on<R: Read + Write>(
        &mut self,
        number: usize,
        cx: &mut Context<R>,
    ) -> io::Result<Fate> {
        loop {
            // A client that does not read its answers gets no more of them.
            if self.output.len() >= OUTPUT_ENOUGH && !self.flush(cx)? {
                return Ok(Fate::Stays);
            }
            match self.step(number, cx) {
                Step::Done => continue,
                Step::Waits => return self.flush(cx).map(|_| Fate::Stays),
                Step::NeedsBytes => {}
            }
            if !self.flush(cx)? {
                return Ok(Fate::Stays);
            }
            if let Phase::Closing { told: told @ false } = &mut self.phase {
                *told = true;
                self.socket.end_output();
                self.deadline = cx.clock.now() + LINGER_PATIENCE;
            }
            if !self.readable {
                return Ok(Fate::Stays);
            }
            if !self.input.has_room() {
                self.input = std::mem::take(&mut cx.spare_input);
            }
            match self.input.read(&mut self.socket)? {
                Arrived::Full => {}
                Arrived::Drained => self.readable = self.ended,
                Arrived::Closed => return Ok(Fate::Ends),
            }
        }
    }

    /// False: the socket does not take all of it now.
    fn flush<R>(&mut self, cx: &mut Context<R>) -> io::Result<bool> {
        while self.sent < self.output.len() {
            match self.socket.write(&self.output[self.sent..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.deadline = cx.clock.now() + SEND_PATIENCE;
                    return Ok(false);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.sent = 0;
        self.output.clear();
        cx.keep_spare(&mut self.output);
        Ok(true)
    }

    fn step<R: Read + Write>(&mut self, number: usize, cx: &mut Context<R>) -> Step {
        match &mut self.phase {
            Phase::Head => self.begin(number, cx),
            Phase::Upload(_) => self.upload(number, cx),
            Phase::Discard(progress) => {
                match progress.take(self.input.data(), |_| {}) {
                    Ok(used) => self.input.consume(used),
                    Err(_) => self.phase = Phase::Closing { told: false },
                }
                if let Phase::Discard(Progress::Done) = self.phase {
                    self.await_head(cx);
                    return Step::Done;
                }
                Step::NeedsBytes
            }
            Phase::Waiting(_) => Step::Waits,
            Phase::Closing { .. } => {
                self.input.consume(self.input.data().len());
                Step::NeedsBytes
            }
        }
    }

    fn await_head<R>(&mut self, cx: &Context<R>) {
        self.phase = Phase::Head;
        self.deadline = cx.clock.now() + HEAD_PATIENCE;
    }

    fn begin<R: Read + Write>(&mut self, number: usize, cx: &mut Context<R>) -> Step {
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

    fn upload<R: Read + Write>(&mut self, number: usize, cx: &mut Context<R>) -> Step {
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

    /// Waits for Redis, if it could be asked.
    fn wait<R: Read + Write>(
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

    fn settle<R: Read + Write>(
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

    fn refuse<R>(&mut self, cx: &mut Context<R>, request: Request, refusal: &Refusal) {
        if let Some((op, outcome)) = refusal.counted {
            cx.count(op, outcome, request.started_at);
        }
        self.answer(cx, request, |out, manner| {
            answer::problem(out, manner, refusal.problem, &refusal.detail);
        });
    }

    fn refuse_head<R>(&mut self, cx: &mut Context<R>, error: &Malformed) {
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

    fn answer<R>(
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
    fn go_on<R>(&mut self, cx: &Context<R>, request: Request) {
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

fn absent(out: &mut Vec<u8>, manner: Manner<'_>) {
    let detail = "There is no value under this key.";
    answer::problem(out, manner, Problem::NotFound, detail);
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
