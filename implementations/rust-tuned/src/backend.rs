//! L1 and the pipe to Redis behind it, of one worker. L1 always holds what Redis held at the last reply:
//! reads, writes and the news of other people's writes (CLIENT TRACKING with NOLOOP) come over the same
//! connection in the order in which Redis did them, so each is applied as it comes and no race is left.

mod circuit;
mod replies;

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    rc::Rc,
    sync::{Arc, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use crate::{
    l1::{L1, Lookup},
    metrics::Stats,
    redis::{
        address::Address,
        command::PREFIX,
        pipe::{Call, Change, Pipe},
        reply::Reply,
    },
    waiter::Waiter,
};
use circuit::Circuit;
use replies::{HalfRead, apply_news, settle};
pub use replies::{Outcome, Settled};

/// How often a Redis that is asked nothing is asked whether it answers.
const PING_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub l1_max_bytes: u64,
    pub l1_ttl: Duration,
    pub redis_timeout: Duration,
    pub invalidation: bool,
}

pub struct Backend<S> {
    l1: L1,
    pipe: Pipe<S>,
    address: Address,
    /// Who waits for each key that is being read: one read serves all.
    flights: HashMap<Rc<str>, Vec<Waiter>>,
    half_read: HalfRead,
    /// Replies to come before the connection is of use.
    set_ups_left: usize,
    circuit: Circuit,
    /// When Redis had last something to answer.
    last_asked_at: Instant,
    terms: Terms,
}

impl<S: Read + Write> Backend<S> {
    /// Calls wait for the first connection from `now` on.
    pub fn new(
        terms: Terms,
        address: Address,
        silent_workers: Arc<AtomicUsize>,
        now: Instant,
    ) -> Self {
        let mut backend = Self {
            l1: L1::new(terms.l1_max_bytes),
            pipe: Pipe::new(),
            address,
            flights: HashMap::new(),
            half_read: HalfRead {
                found: None,
                fresh: false,
            },
            set_ups_left: 0,
            circuit: Circuit::new(silent_workers),
            last_asked_at: now,
            terms,
        };
        backend.set_up(now);
        backend
    }

    /// What makes a connection ready for use comes first on it.
    fn set_up(&mut self, now: Instant) {
        let mut hello = vec!["HELLO", "3"];
        if let Some(login) = &self.address.login {
            hello.extend(["AUTH", &login.user, &login.password]);
        }
        self.pipe.set_up(&hello, now);
        self.set_ups_left = 1;
        if self.address.database > 0 {
            let database = self.address.database.to_string();
            self.pipe.set_up(&["SELECT", &database], now);
            self.set_ups_left += 1;
        }
        if self.terms.invalidation {
            let tracking = [
                "CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", PREFIX, "NOLOOP",
            ];
            self.pipe.set_up(&tracking, now);
            self.set_ups_left += 1;
        }
    }

    pub fn redis_timeout(&self) -> Duration {
        self.terms.redis_timeout
    }

    pub fn look_up(&self, key: &str, now: Instant) -> Lookup<'_> {
        self.l1.look_up(key, now)
    }

    /// False: Redis cannot be asked, as in all that follow.
    #[must_use]
    pub fn fetch(&mut self, key: &str, waiter: Waiter, now: Instant) -> bool {
        if self.circuit.is_open() {
            return false;
        }
        if let Some(waiters) = self.flights.get_mut(key) {
            waiters.push(waiter);
            return true;
        }
        let key: Rc<str> = key.into();
        self.pipe.get(key.clone(), now);
        self.flights.insert(key, vec![waiter]);
        true
    }

    #[must_use]
    pub fn set(
        &mut self,
        key: &str,
        body: &[u8],
        ttl: Duration,
        waiter: Waiter,
        now: Instant,
    ) -> bool {
        let expires_at = now + ttl.min(self.terms.l1_ttl);
        let ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        let change = Change {
            key: key.into(),
            body: Some((body.into(), expires_at)),
            waiter,
        };
        self.circuit.may_write() && {
            self.pipe.set(change, ttl_ms, now);
            true
        }
    }

    #[must_use]
    pub fn delete(&mut self, key: &str, waiter: Waiter, now: Instant) -> bool {
        let change = Change {
            key: key.into(),
            body: None,
            waiter,
        };
        self.circuit.may_write() && {
            self.pipe.delete(change, now);
            true
        }
    }

    #[must_use]
    pub fn ping(&mut self, waiter: Waiter, now: Instant) -> bool {
        !self.circuit.is_open() && {
            self.pipe.ping(Some(waiter), now);
            true
        }
    }

    /// A new connection. What waited for it is sent, unless it waited too long: then it is returned, and never
    /// takes effect.
    pub fn connected(&mut self, socket: S, now: Instant) -> Vec<Waiter> {
        let late = if self.circuit.is_open() {
            self.lost(now).0
        } else {
            Vec::new()
        };
        self.pipe.connect(socket);
        late
    }

    pub fn socket(&mut self) -> Option<&mut S> {
        self.pipe.socket()
    }

    /// Sends what was collected.
    pub fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }

    /// Reads once; false when all that came is in.
    pub fn receive(&mut self) -> io::Result<bool> {
        self.pipe.receive()
    }

    /// The next reply for which somebody waits.
    pub fn next(&mut self, stats: &Stats, now: Instant) -> io::Result<Option<Settled>> {
        loop {
            let Self {
                l1,
                pipe,
                flights,
                half_read,
                set_ups_left,
                terms,
                ..
            } = self;
            let settled = pipe.next(|sent, reply| {
                if let Some(sent) = sent {
                    if !matches!(sent.call, Call::SetUp | Call::Value) {
                        stats.redis_answered(now.saturating_duration_since(sent.at));
                    }
                    if sent.call == Call::SetUp && !matches!(reply, Reply::Error(_)) {
                        *set_ups_left -= 1;
                    }
                    settle(sent, &reply, l1, flights, half_read, terms.l1_ttl)
                } else {
                    half_read.fresh = false;
                    apply_news(&reply, l1)
                }
            })?;
            match settled {
                None => return Ok(None),
                Some(None) => {}
                Some(settled) => return Ok(settled),
            }
        }
    }

    /// Notes whether Redis is silent, and pings it if it was asked nothing else.
    pub fn watch(&mut self, now: Instant) {
        let oldest_at = self.pipe.oldest_at();
        let is_silent = oldest_at.is_some_and(|at| now >= at + self.terms.redis_timeout);
        let is_connected = self.pipe.socket().is_some();
        self.circuit.note(is_silent, is_connected);
        if oldest_at.is_some() {
            self.last_asked_at = now;
        } else if now >= self.last_asked_at + PING_INTERVAL {
            self.pipe.ping(None, now);
        }
    }

    /// The connection is gone: L1 knows nothing for sure any more, and calls wait for the next connection from
    /// now on. Returns who waited, and whether the connection ever was of use.
    pub fn lost(&mut self, now: Instant) -> (Vec<Waiter>, bool) {
        self.l1.clear();
        self.circuit.note(false, false);
        let mut waiters: Vec<Waiter> = self.flights.drain().flat_map(|(_, all)| all).collect();
        let calls = std::mem::replace(&mut self.pipe, Pipe::new()).into_calls();
        waiters.extend(calls.into_iter().filter_map(|sent| match sent.call {
            Call::Set(change) | Call::Delete(change) => Some(change.waiter),
            Call::Ping(waiter) => waiter,
            Call::SetUp | Call::Value | Call::Life(_) => None,
        }));
        let was_of_use = self.set_ups_left == 0;
        self.set_up(now);
        (waiters, was_of_use)
    }

    pub fn report(&self, stats: &Stats) {
        stats.l1_holds(self.l1.bytes(), self.l1.entries());
    }
}

#[cfg(test)]
#[path = "backend_tests.rs"]
mod tests;
