//! The worker's side of its connection to Redis: whom each reply is for, and what becomes of those who wait when it is lost.

use std::{
    io,
    time::{Duration, Instant},
};

use mio::{Interest, net::TcpStream};

use super::{REDIS, Worker};
use crate::{backend::Outcome, connection::Fate, waiter::Waiter};

/// Between attempts on a Redis that takes connections and then refuses to work.
const RECONNECT_DELAY: Duration = Duration::from_millis(500);

impl Worker {
    /// Takes a connection that the connector made, if there is one.
    pub(super) fn meet_redis(&mut self) -> io::Result<()> {
        if let Some(stream) = self.connector.connected() {
            let mut stream = TcpStream::from_std(stream);
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll
                .registry()
                .register(&mut stream, REDIS, interest)?;
            for waiter in self.cx.backend.connected(stream, self.cx.clock.now()) {
                self.finish(waiter, &Outcome::Unavailable);
            }
        }
        Ok(())
    }

    /// If the other side has `ended`, reads until that is seen.
    pub(super) fn hear_redis(&mut self, ended: bool) {
        loop {
            let received = self.cx.backend.receive();
            if let Err(error) = self.apply_replies() {
                return self.lose_redis(&error);
            }
            match received {
                Ok(more) if more || ended => {}
                Ok(_) => return,
                Err(error) => return self.lose_redis(&error),
            }
        }
    }

    fn apply_replies(&mut self) -> io::Result<()> {
        loop {
            let now = self.cx.clock.now();
            let stats = &self.cx.workers[self.cx.worker];
            let Some(settled) = self.cx.backend.next(stats, now)? else {
                return Ok(());
            };
            for waiter in settled.waiters {
                self.finish(waiter, &settled.outcome);
            }
        }
    }

    fn finish(&mut self, waiter: Waiter, outcome: &Outcome) {
        let Waiter {
            connection: number,
            serial,
        } = waiter;
        let Some(connection) = self.connections.get_mut(number) else {
            return;
        };
        if !connection.waits_for(serial) {
            return; // It was answered that Redis is late, or is another's by now.
        }
        if connection.finish(&mut self.cx, outcome) == Fate::Ends {
            self.close(number);
        } else if connection.has_work() {
            self.drive(number);
        }
    }

    pub(super) fn lose_redis(&mut self, error: &io::Error) {
        eprintln!("Redis: the connection is lost: {error}");
        if let Some(socket) = self.cx.backend.socket() {
            _ = self.poll.registry().deregister(socket);
        }
        let (waiters, was_of_use) = self.cx.backend.lost(self.cx.clock.now());
        let delay = if was_of_use {
            Duration::ZERO
        } else {
            RECONNECT_DELAY
        };
        self.connector.start(delay);
        for waiter in waiters {
            self.finish(waiter, &Outcome::Unavailable);
        }
    }

    /// Those whose time is over; those that are answered already are only taken off the list.
    pub(super) fn refuse_late(&mut self, now: Instant) {
        while let Some(&(at, waiter)) = self.cx.deadlines.front() {
            let connection = self.connections.get(waiter.connection);
            if connection.is_some_and(|one| one.waits_for(waiter.serial)) {
                if now < at {
                    return;
                }
                self.finish(waiter, &Outcome::Unavailable);
            }
            self.cx.deadlines.pop_front();
        }
    }
}
