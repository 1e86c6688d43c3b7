//! What the connections of one worker share.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    backend::Backend,
    buffer::Buffer,
    clock::Clock,
    metrics::{Op, Outcome, Stats},
    waiter::Waiter,
};

/// A buffer larger than this is not kept for the next answer.
const SPARE_OUTPUT: usize = 64 << 10;

/// `R` is the socket to Redis.
pub struct Context<R> {
    pub backend: Backend<R>,
    pub clock: Clock,
    /// Of all workers; `worker` is the index of this one.
    pub workers: Arc<[Stats]>,
    pub worker: usize,
    pub max_value_bytes: usize,
    pub default_ttl: Duration,
    pub draining: bool,
    /// Buffers wander to whoever has bytes: a connection at rest holds none.
    pub spare_input: Buffer,
    pub spare_output: Vec<u8>,
    /// All wait equally long, so the first to come is the first to be over.
    pub deadlines: VecDeque<(Instant, Waiter)>,
    pub last_serial: u64,
}

impl<R> Context<R> {
    pub fn stats(&self) -> &Stats {
        &self.workers[self.worker]
    }

    /// Counts a request that ends now.
    pub fn count(&mut self, op: Op, outcome: Outcome, started_at: Instant) {
        let took = self.clock.read().saturating_duration_since(started_at);
        self.stats().count(op, outcome, took);
    }

    /// For a request that is about to wait.
    pub fn waiter(&mut self, connection: usize) -> Waiter {
        self.last_serial += 1;
        Waiter {
            connection,
            serial: self.last_serial,
        }
    }

    pub fn take_spare(&mut self, output: &mut Vec<u8>) {
        if output.capacity() == 0 {
            std::mem::swap(output, &mut self.spare_output);
        }
    }

    /// Of an output that is empty.
    pub fn keep_spare(&mut self, output: &mut Vec<u8>) {
        let spare = std::mem::take(output);
        if (1..=SPARE_OUTPUT).contains(&spare.capacity()) {
            self.spare_output = spare;
        }
    }
}

impl<R: std::io::Read + std::io::Write> Context<R> {
    pub fn set_deadline(&mut self, waiter: Waiter) {
        let at = self.clock.now() + self.backend.redis_timeout();
        self.deadlines.push_back((at, waiter));
    }
}
