//! A store in memory, for tests: it can be made to fail, and to hold its answers back.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::{Store, StoreError, Stored};

pub struct FakeStore {
    pub values: Mutex<HashMap<String, Stored>>,
    pub down: AtomicBool,
    pub reads: AtomicUsize,
    /// A read takes its value, then waits here for a permit.
    pub answers: Semaphore,
}

impl Default for FakeStore {
    fn default() -> Self {
        Self {
            values: Mutex::default(),
            down: AtomicBool::default(),
            reads: AtomicUsize::default(),
            answers: Semaphore::new(Semaphore::MAX_PERMITS),
        }
    }
}

impl FakeStore {
    /// Reads wait until `answers` gets permits.
    pub fn holding_answers() -> Self {
        Self {
            answers: Semaphore::new(0),
            ..Self::default()
        }
    }

    pub fn hold(&self, key: &str, body: &'static str, remaining: Option<Duration>) {
        let body = body.into();
        self.values
            .lock()
            .insert(key.into(), Stored { body, remaining });
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.down.load(Ordering::Relaxed) {
            return Err(StoreError::TimedOut);
        }
        Ok(())
    }
}

impl Store for FakeStore {
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.check()?;
        let stored = self.values.lock().get(key).cloned();
        self.answers.acquire().await.unwrap().forget();
        Ok(stored)
    }

    async fn set(&self, key: &str, body: &[u8], ttl: Duration) -> Result<(), StoreError> {
        self.check()?;
        let stored = Stored {
            body: Bytes::copy_from_slice(body),
            remaining: Some(ttl),
        };
        self.values.lock().insert(key.into(), stored);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.check()?;
        self.values.lock().remove(key);
        Ok(())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.check()
    }
}
