//! A circuit breaker without a timer: the unanswered call is the probe.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Open while Redis leaves a call unanswered for longer than the timeout, or there is no connection for so long:
/// nothing more is asked until that changes.
pub(super) struct Circuit {
    is_open: bool,
    /// This worker is one of the `silent_workers`.
    holds_writers: bool,
    /// How many workers have a connection on which Redis is silent. A write that is late there may still take
    /// effect, so none of them sends another write on its own connection, which it could overtake.
    silent_workers: Arc<AtomicUsize>,
}

impl Circuit {
    pub(super) fn new(silent_workers: Arc<AtomicUsize>) -> Self {
        Self {
            is_open: false,
            holds_writers: false,
            silent_workers,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(super) fn may_write(&self) -> bool {
        !self.is_open && self.silent_workers.load(Ordering::SeqCst) == 0
    }

    pub(super) fn note(&mut self, is_silent: bool, is_connected: bool) {
        self.is_open = is_silent;
        let holds_writers = is_silent && is_connected;
        if holds_writers && !self.holds_writers {
            self.silent_workers.fetch_add(1, Ordering::SeqCst);
        } else if !holds_writers && self.holds_writers {
            self.silent_workers.fetch_sub(1, Ordering::SeqCst);
        }
        self.holds_writers = holds_writers;
    }
}
