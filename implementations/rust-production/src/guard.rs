//! What may enter L1. A read brings a value that was true when Redis answered; by the time it
//! arrives a write of the same key may have made it old. So every read and write on its way to
//! Redis is on record here, by key, and L1 changes only under the lock of that record:
//!
//! * readers of one key share one flight;
//! * a flight fills L1 only if no write was under way and no change was told at any moment of its
//!   life, and nobody who comes after a write or a change joins a flight from before it;
//! * a write only evicts: Redis tells of our own writes as it tells of others', a moment later, and
//!   what a write had filled in would go again;
//! * while changes may pass untold (the store is not trusted) L1 is empty and stays so.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;

use crate::l1::{Entry, L1, Lookup, Usage};

/// Enough that two workers rarely meet at one lock.
const SHARDS: u64 = 64;

/// What a flight brings to one who waits for it; an error if it was lost.
pub type Landing<T> = oneshot::Receiver<T>;

pub struct Guard<T> {
    l1: L1,
    shards: Vec<Mutex<Shard<T>>>,
    hasher: RandomState,
    trusted: AtomicBool,
}

type Shard<T> = HashMap<Arc<str>, UnderWay<T>>;

struct UnderWay<T> {
    flight: Option<Flight<T>>,
    writes: usize,
}

/// The ticket holds it too, so that followers are told what comes of a flight that does not count any more.
type Flight<T> = Arc<Mutex<Vec<oneshot::Sender<T>>>>;

pub enum Boarding<T> {
    /// L1 got to know the key in the meantime.
    Landed,
    Follow(Landing<T>),
    /// The caller has to fetch the value and hand it in.
    Lead(FlightTicket<T>),
}

/// What L1 learns from a read.
pub enum Learned {
    Value(Entry),
    Absent,
    Nothing,
}

impl<T> Guard<T> {
    /// Not trusted, until told otherwise.
    pub fn new(l1: L1) -> Self {
        Self {
            l1,
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            trusted: AtomicBool::new(false),
        }
    }

    pub fn look_up(&self, key: &str) -> Lookup {
        self.l1.look_up(key)
    }

    pub fn usage(&self) -> Usage {
        self.l1.usage()
    }

    pub fn board(self: &Arc<Self>, key: &str) -> Boarding<T> {
        let mut shard = self.shard(key);
        if let Some(flight) = shard
            .get(key)
            .and_then(|under_way| under_way.flight.as_ref())
        {
            let (follower, landing) = oneshot::channel();
            flight.lock().push(follower);
            return Boarding::Follow(landing);
        }
        if self.l1.knows(key) {
            return Boarding::Landed;
        }
        let key: Arc<str> = key.into();
        let flight = Flight::default();
        shard.entry(key.clone()).or_default().flight = Some(flight.clone());
        Boarding::Lead(FlightTicket {
            guard: self.clone(),
            key,
            flight,
        })
    }

    #[must_use]
    pub fn begin_write(self: &Arc<Self>, key: &str) -> WriteTicket<T> {
        let key: Arc<str> = key.into();
        let mut shard = self.shard(&key);
        let under_way = shard.entry(key.clone()).or_default();
        under_way.writes += 1;
        drop(shard);
        WriteTicket {
            guard: self.clone(),
            key,
        }
    }

    /// Somebody changed the key: here or anywhere, now or a moment ago.
    pub fn changed(&self, key: &str) {
        let mut shard = self.shard(key);
        if let Some(under_way) = shard.get_mut(key) {
            under_way.flight = None;
            if under_way.writes == 0 {
                shard.remove(key);
            }
        }
        self.l1.evict(key);
    }

    pub fn all_changed(&self) {
        for shard in &self.shards {
            shard.lock().retain(|_, under_way| {
                under_way.flight = None;
                under_way.writes > 0
            });
        }
        self.l1.clear();
    }

    /// From now on `changed` tells of every change.
    pub fn trust(&self) {
        // First, so that no flight from before this moment fills L1.
        self.all_changed();
        self.trusted.store(true, Ordering::SeqCst);
    }

    pub fn distrust(&self) {
        // First, so that nothing enters L1 behind the clearing.
        self.trusted.store(false, Ordering::SeqCst);
        self.all_changed();
    }

    fn end_flight(&self, key: &Arc<str>, flight: &Flight<T>, learned: Learned) {
        let mut shard = self.shard(key);
        let Some(under_way) = shard.get_mut(key) else {
            return;
        };
        if under_way
            .flight
            .as_ref()
            .is_none_or(|latest| !Arc::ptr_eq(latest, flight))
        {
            return; // The key was changed since: what this flight brings may be old.
        }
        under_way.flight = None;
        if under_way.writes > 0 {
            return;
        }
        shard.remove(key);
        if !self.trusted.load(Ordering::SeqCst) {
            return;
        }
        match learned {
            Learned::Value(entry) => self.l1.put(key.clone(), entry),
            Learned::Absent => self.l1.put_absent(key.clone()),
            Learned::Nothing => {}
        }
    }

    fn end_write(&self, key: &str) {
        let mut shard = self.shard(key);
        self.l1.evict(key);
        let Some(under_way) = shard.get_mut(key) else {
            return;
        };
        under_way.flight = None;
        under_way.writes -= 1;
        if under_way.writes == 0 {
            shard.remove(key);
        }
    }

    fn shard(&self, key: &str) -> MutexGuard<'_, Shard<T>> {
        let index = self.hasher.hash_one(key) % SHARDS;
        self.shards[usize::try_from(index).expect("there are 64 shards")].lock()
    }
}

impl<T> Default for UnderWay<T> {
    fn default() -> Self {
        Self {
            flight: None,
            writes: 0,
        }
    }
}

/// A read on its way. Dropped without landing (its client left), it leaves no trace, and its followers hear
/// that it was lost.
pub struct FlightTicket<T> {
    guard: Arc<Guard<T>>,
    key: Arc<str>,
    flight: Flight<T>,
}

impl<T: Clone> FlightTicket<T> {
    pub fn land(self, learned: Learned, outcome: &T) {
        self.guard.end_flight(&self.key, &self.flight, learned);
        for follower in self.flight.lock().drain(..) {
            // A follower that is gone needs no value.
            _ = follower.send(outcome.clone());
        }
    }
}

impl<T> Drop for FlightTicket<T> {
    fn drop(&mut self) {
        self.guard
            .end_flight(&self.key, &self.flight, Learned::Nothing);
    }
}

/// A write on its way. However it ends (acknowledged, refused, too late, or its client left), the key
/// leaves L1 when this is dropped.
pub struct WriteTicket<T> {
    guard: Arc<Guard<T>>,
    key: Arc<str>,
}

impl<T> Drop for WriteTicket<T> {
    fn drop(&mut self) {
        self.guard.end_write(&self.key);
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
