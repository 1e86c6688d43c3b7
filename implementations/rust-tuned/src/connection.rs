//! One client: its socket, what came over it, what is to be sent, and the request that is under way. There is
//! one at a time, so answers and effects come in the order of the requests.

mod answering;
mod serving;

use std::{
    io::{self, Read, Write},
    net::Shutdown,
    time::{Duration, Instant},
};

use mio::net::TcpStream;

use crate::{
    buffer::{Arrived, Buffer},
    context::Context,
    http::body::Progress,
    metrics::{self, Op},
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
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
