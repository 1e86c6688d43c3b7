//! The articles' cache: a `DashMap` without expiry or bound, and on every miss a connection taken
//! from deadpool-redis. The write path is ours.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use dashmap::DashMap;
use deadpool_redis::{
    Config, Connection, CreatePoolError, Pool, PoolError, Runtime, redis::AsyncCommands,
};
use tokio::time::timeout;

use crate::metrics;

/// Redis did not answer in time.
#[derive(Debug)]
pub struct Unavailable;

pub enum Found {
    Local(Bytes),
    InRedis(Bytes),
}

pub struct Cache {
    local: DashMap<String, Bytes>,
    redis: Pool,
    timeout: Duration,
}

impl Cache {
    /// Connects when first asked to.
    pub fn new(redis_url: &str, timeout: Duration) -> Result<Self, CreatePoolError> {
        Ok(Self {
            local: DashMap::new(),
            redis: Config::from_url(redis_url).create_pool(Some(Runtime::Tokio1))?,
            timeout,
        })
    }

    pub async fn get(&self, key: &str) -> Result<Option<Found>, Unavailable> {
        if let Some(value) = self.local.get(key) {
            return Ok(Some(Found::Local(value.clone())));
        }
        let read = async {
            let mut connection = self.connection().await?;
            Ok(connection.get(name(key)).await?)
        };
        let Some(value): Option<Bytes> = self.in_time(read).await? else {
            return Ok(None);
        };
        // A PUT that was quicker left a newer value.
        let newest = self.local.entry(key.to_owned()).or_insert(value);
        Ok(Some(Found::InRedis(newest.clone())))
    }

    pub async fn put(&self, key: &str, value: Bytes, ttl_s: u64) -> Result<(), Unavailable> {
        let write = async {
            let mut connection = self.connection().await?;
            Ok(connection.set_ex(name(key), &value[..], ttl_s).await?)
        };
        let written = self.in_time(write).await;
        if written.is_ok() {
            self.local.insert(key.to_owned(), value);
        } else {
            self.local.remove(key); // whether Redis took the value is unknown
        }
        written
    }

    #[cfg(test)]
    pub fn keep(&self, key: &str, value: Bytes) {
        self.local.insert(key.to_owned(), value);
    }

    pub async fn delete(&self, key: &str) -> Result<(), Unavailable> {
        let removal = async {
            let mut connection = self.connection().await?;
            Ok(connection.del(name(key)).await?)
        };
        let removed = self.in_time(removal).await;
        self.local.remove(key);
        removed
    }

    pub async fn ping(&self) -> Result<(), Unavailable> {
        let ping = async {
            let mut connection = self.connection().await?;
            Ok(connection.ping().await?)
        };
        self.in_time(ping).await
    }

    /// Entries, and the bytes of their keys and values.
    pub fn size(&self) -> (usize, usize) {
        self.local.iter().fold((0, 0), |(entries, bytes), entry| {
            (entries + 1, bytes + entry.key().len() + entry.value().len())
        })
    }

    /// Boxed: connecting needs a future of 28 KB, which an L1 hit need not carry.
    async fn connection(&self) -> Result<Connection, PoolError> {
        Box::pin(self.redis.get()).await
    }

    /// One timeout over everything: the wait for a connection, connecting, the command.
    async fn in_time<T>(
        &self,
        call: impl Future<Output = Result<T, PoolError>>,
    ) -> Result<T, Unavailable> {
        let started = Instant::now();
        let answer = timeout(self.timeout, call).await;
        metrics::redis_call(started);
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            _ => Err(Unavailable),
        }
    }
}

fn name(key: &str) -> String {
    format!("cache:{key}")
}
