//! One connection to Redis and the commands on it. Commands are collected and sent together; what they
//! are for is kept in their order, which is that of the replies and of their effects. Until there is a socket
//! they wait.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    rc::Rc,
    time::Instant,
};

use super::{
    command,
    reply::{Reply, parse},
};
use crate::{
    buffer::{Arrived, Buffer},
    waiter::Waiter,
};

/// What a reply will be for.
#[derive(Debug, PartialEq, Eq)]
pub enum Call {
    /// HELLO and its like: without it there is no use for the connection.
    SetUp,
    /// None: only to see whether Redis answers.
    Ping(Option<Waiter>),
    Value,
    /// The PTTL that follows the GET of a value.
    Life(Rc<str>),
    Set(Change),
    Delete(Change),
}

#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    pub key: Rc<str>,
    /// What Redis will hold, and until when L1 may; none after a DEL.
    pub body: Option<(Rc<[u8]>, Instant)>,
    pub waiter: Waiter,
}

/// A call on its way.
#[derive(Debug)]
pub struct Sent {
    pub call: Call,
    pub at: Instant,
}

/// Generic over the socket, so that tests need none.
pub struct Pipe<S> {
    socket: Option<S>,
    input: Buffer,
    output: Vec<u8>,
    sent: usize,
    calls: VecDeque<Sent>,
}

impl<S: Read + Write> Pipe<S> {
    pub fn new() -> Self {
        Self {
            socket: None,
            input: Buffer::default(),
            output: Vec::new(),
            sent: 0,
            calls: VecDeque::new(),
        }
    }

    pub fn connect(&mut self, socket: S) {
        self.socket = Some(socket);
    }

    pub fn socket(&mut self) -> Option<&mut S> {
        self.socket.as_mut()
    }

    pub fn get(&mut self, key: Rc<str>, at: Instant) {
        command::get_and_pttl(&mut self.output, &key);
        self.expect(Call::Value, at);
        self.expect(Call::Life(key), at);
    }

    pub fn set(&mut self, change: Change, ttl_ms: u64, at: Instant) {
        if let Some((body, _)) = &change.body {
            command::set(&mut self.output, &change.key, body, ttl_ms);
            self.expect(Call::Set(change), at);
        }
    }

    pub fn delete(&mut self, change: Change, at: Instant) {
        command::delete(&mut self.output, &change.key);
        self.expect(Call::Delete(change), at);
    }

    pub fn ping(&mut self, waiter: Option<Waiter>, at: Instant) {
        command::words(&mut self.output, &["PING"]);
        self.expect(Call::Ping(waiter), at);
    }

    pub fn set_up(&mut self, words: &[&str], at: Instant) {
        command::words(&mut self.output, words);
        self.expect(Call::SetUp, at);
    }

    fn expect(&mut self, call: Call, at: Instant) {
        self.calls.push_back(Sent { call, at });
    }

    /// Since when the oldest call has been waiting.
    pub fn oldest_at(&self) -> Option<Instant> {
        self.calls.front().map(|sent| sent.at)
    }

    /// Gives up the connection; what comes of these calls will not be known.
    pub fn into_calls(self) -> VecDeque<Sent> {
        self.calls
    }

    /// Sends what the socket takes; the rest follows when it is called again.
    pub fn flush(&mut self) -> io::Result<()> {
        let Some(socket) = &mut self.socket else {
            return Ok(());
        };
        while self.sent < self.output.len() {
            match socket.write(&self.output[self.sent..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.output.clear();
        self.output.shrink_to(USUAL_OUTPUT);
        self.sent = 0;
        Ok(())
    }

    /// Reads once; false when all that came is in.
    pub fn receive(&mut self) -> io::Result<bool> {
        let Some(socket) = &mut self.socket else {
            return Ok(false);
        };
        match self.input.read(socket)? {
            Arrived::Full => Ok(true),
            Arrived::Drained => Ok(false),
            Arrived::Closed => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Hands the next reply that is whole to `handle`, with its call, or without one if it is a push message.
    pub fn next<T>(
        &mut self,
        handle: impl FnOnce(Option<Sent>, Reply<'_>) -> io::Result<T>,
    ) -> io::Result<Option<T>> {
        let Some((reply, length)) = parse(self.input.data()).map_err(io::Error::other)? else {
            return Ok(None);
        };
        let sent = match reply {
            Reply::Push(_) => None,
            // A reply to nothing would be put to the wrong call from then on.
            _ => Some(self.calls.pop_front().ok_or(io::ErrorKind::InvalidData)?),
        };
        let handled = handle(sent, reply)?;
        self.input.consume(length);
        if self.input.is_empty() && !self.input.is_spare() {
            self.input = Buffer::default();
        }
        Ok(Some(handled))
    }
}

/// Kept allocated; more is given back when it was sent.
const USUAL_OUTPUT: usize = 64 << 10;

#[cfg(test)]
#[path = "pipe_tests.rs"]
mod tests;
