//! What the cache needs of the store behind it.

pub mod address;
pub mod breaker;
pub mod redis;
mod topology;
pub mod tracking;

#[cfg(test)]
pub mod fake;

use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub body: Bytes,
    /// Time to live when the value was read; none if it stays for good.
    pub remaining: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    #[error("no answer in time")]
    TimedOut,
    #[error("not asked, because it failed again and again")]
    CircuitOpen,
    /// The store answered, with an error.
    #[error("{0}")]
    Refused(String),
    /// It could not be asked.
    #[error("{0}")]
    Failed(String),
}

/// After an error the outcome of a `set` or `delete` is unknown, but effects take place in the order
/// of the calls: a late one never undoes a newer one.
pub trait Store: Send + Sync + 'static {
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Stored>, StoreError>> + Send;
    fn set(
        &self,
        key: &str,
        body: &[u8],
        ttl: Duration,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
    fn ping(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}
