//! The read path and the write path: L1, then the store.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::{
    guard::{Boarding, FlightTicket, Guard, Learned},
    l1::{Entry, L1, Lookup, Usage},
    store::{Store, StoreError, Stored, tracking::Listener},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    InL1(Bytes),
    InStore(Bytes),
    Nowhere,
}

type Fetched = Result<Option<Bytes>, StoreError>;

pub struct Cache<S> {
    store: Arc<S>,
    guard: Arc<Guard<Fetched>>,
    l1_ttl: Duration,
}

impl<S: Store> Cache<S> {
    /// L1 is used once the store's changes are told, or `trust` says that it need not be.
    pub fn new(store: Arc<S>, l1: L1, l1_ttl: Duration) -> Self {
        Self {
            store,
            guard: Arc::new(Guard::new(l1)),
            l1_ttl,
        }
    }

    pub async fn get(&self, key: &str) -> Result<Found, StoreError> {
        loop {
            match self.guard.look_up(key) {
                Lookup::Value(body) => return Ok(Found::InL1(body)),
                Lookup::Absent => return Ok(Found::Nowhere),
                Lookup::Unknown => {}
            }
            let fetched = match self.guard.board(key) {
                Boarding::Landed => continue,
                Boarding::Lead(ticket) => self.fetch(key, ticket).await,
                Boarding::Follow(landing) => match landing.await {
                    Ok(fetched) => fetched,
                    // The client that led it left: another has to lead.
                    Err(_) => continue,
                },
            };
            return Ok(fetched?.map_or(Found::Nowhere, Found::InStore));
        }
    }

    async fn fetch(&self, key: &str, ticket: FlightTicket<Fetched>) -> Fetched {
        // The TTL runs from some moment after this one, so L1 never outlives it.
        let asked_at = Instant::now();
        let stored = self.store.get(key).await;
        let learned = match &stored {
            Ok(Some(stored)) => Learned::Value(l1_entry(stored, asked_at, self.l1_ttl)),
            Ok(None) => Learned::Absent,
            Err(_) => Learned::Nothing,
        };
        let fetched = stored.map(|found| found.map(|stored| stored.body));
        ticket.land(learned, &fetched);
        fetched
    }

    pub async fn put(&self, key: &str, body: &[u8], ttl: Duration) -> Result<(), StoreError> {
        let _evicts_when_dropped = self.guard.begin_write(key);
        self.store.set(key, body, ttl).await
    }

    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let _evicts_when_dropped = self.guard.begin_write(key);
        self.store.delete(key).await
    }

    pub async fn store_answers(&self) -> bool {
        self.store.ping().await.is_ok()
    }

    pub fn usage(&self) -> Usage {
        self.guard.usage()
    }
}

impl<S: Store> Listener for Cache<S> {
    fn changed(&self, key: &str) {
        self.guard.changed(key);
    }

    fn all_changed(&self) {
        self.guard.all_changed();
    }

    fn trust(&self) {
        self.guard.trust();
    }

    fn distrust(&self) {
        self.guard.distrust();
    }
}

fn l1_entry(stored: &Stored, asked_at: Instant, l1_ttl: Duration) -> Entry {
    let life = stored
        .remaining
        .map_or(l1_ttl, |remaining| remaining.min(l1_ttl));
    Entry {
        body: stored.body.clone(),
        expires_at: asked_at + life,
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
