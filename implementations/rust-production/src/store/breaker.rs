//! A circuit breaker around the store: after a row of failures nobody waits for a store that does not
//! answer. Then one call at a time tries it, and the first that succeeds closes the circuit.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::{Store, StoreError, Stored};

/// A hiccup that fails fewer calls than this has to be waited out by each of them.
const FAILURES_TO_OPEN: u32 = 10;
/// Short, since a try costs one call: values flow again this soon after the store is back.
const TRY_EVERY: Duration = Duration::from_millis(200);

pub struct Breaker<S> {
    store: S,
    circuit: Mutex<Circuit>,
}

#[derive(Default)]
struct Circuit {
    failures_in_a_row: u32,
    /// Of an open circuit.
    next_try_at: Option<Instant>,
}

impl<S> Breaker<S> {
    pub fn new(store: S) -> Self {
        Self {
            store,
            circuit: Mutex::default(),
        }
    }

    async fn guarded<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.circuit.lock().admit(Instant::now())?;
        let result = call.await;
        let mut circuit = self.circuit.lock();
        match &result {
            // A store that refuses a command is there.
            Ok(_) | Err(StoreError::Refused(_)) => *circuit = Circuit::default(),
            Err(_) => circuit.fail(Instant::now()),
        }
        result
    }
}

impl Circuit {
    /// The next try is due even if this one is never heard of again, because its client left.
    fn admit(&mut self, now: Instant) -> Result<(), StoreError> {
        match self.next_try_at {
            Some(next) if now < next => Err(StoreError::CircuitOpen),
            Some(_) => {
                self.next_try_at = Some(now + TRY_EVERY);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn fail(&mut self, now: Instant) {
        self.failures_in_a_row += 1;
        if self.failures_in_a_row >= FAILURES_TO_OPEN {
            self.next_try_at = Some(now + TRY_EVERY);
        }
    }
}

impl<S: Store> Store for Breaker<S> {
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        self.guarded(self.store.get(key)).await
    }

    async fn set(&self, key: &str, body: &[u8], ttl: Duration) -> Result<(), StoreError> {
        self.guarded(self.store.set(key, body, ttl)).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.guarded(self.store.delete(key)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.guarded(self.store.ping()).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use tokio::time::{advance, pause};

    use super::*;
    use crate::store::fake::FakeStore;

    async fn open() -> Breaker<FakeStore> {
        pause();
        let breaker = Breaker::new(FakeStore::default());
        breaker.store.down.store(true, Relaxed);
        for _ in 0..FAILURES_TO_OPEN {
            assert_eq!(breaker.get("k").await, Err(StoreError::TimedOut));
        }
        breaker
    }

    #[tokio::test]
    async fn a_row_of_failures_opens_it_and_the_store_is_left_alone() {
        let breaker = open().await;
        let asked = breaker.store.reads.load(Relaxed);
        assert_eq!(breaker.get("k").await, Err(StoreError::CircuitOpen));
        assert_eq!(
            breaker.set("k", b"1", TRY_EVERY).await,
            Err(StoreError::CircuitOpen)
        );
        assert_eq!(breaker.store.reads.load(Relaxed), asked);
    }

    #[tokio::test]
    async fn a_try_that_fails_keeps_it_open_for_all_others() {
        let breaker = open().await;
        advance(TRY_EVERY).await;
        assert_eq!(breaker.ping().await, Err(StoreError::TimedOut));
        assert_eq!(breaker.ping().await, Err(StoreError::CircuitOpen));
    }

    #[tokio::test]
    async fn a_try_that_succeeds_closes_it() {
        let breaker = open().await;
        breaker.store.down.store(false, Relaxed);
        assert_eq!(breaker.ping().await, Err(StoreError::CircuitOpen));
        advance(TRY_EVERY).await;
        assert_eq!(breaker.ping().await, Ok(()));
        assert_eq!(breaker.get("k").await, Ok(None));
    }

    #[tokio::test]
    async fn a_try_that_nobody_waits_for_any_more_is_followed_by_another() {
        let breaker = open().await;
        advance(TRY_EVERY).await;
        breaker.circuit.lock().admit(Instant::now()).unwrap();
        assert_eq!(breaker.ping().await, Err(StoreError::CircuitOpen));
        advance(TRY_EVERY).await;
        assert_eq!(breaker.ping().await, Err(StoreError::TimedOut));
    }

    #[tokio::test]
    async fn a_success_between_failures_keeps_it_closed() {
        let breaker = Breaker::new(FakeStore::default());
        for _ in 0..3 * FAILURES_TO_OPEN {
            breaker.store.down.store(true, Relaxed);
            assert_eq!(breaker.ping().await, Err(StoreError::TimedOut));
            breaker.store.down.store(false, Relaxed);
            assert_eq!(breaker.ping().await, Ok(()));
        }
    }
}
