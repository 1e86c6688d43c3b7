//! The store in Redis: `cache:{key}` holds the raw bytes. All commands to a server share one multiplexed
//! connection, which pipelines them and keeps their order; it reconnects by itself.

use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use prometheus::Histogram;
use redis::{
    Client, Cmd, Pipeline, ProtocolVersion, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
    cluster::{ClusterClient, ClusterConfig},
    cluster_async::ClusterConnection,
};
use tokio::time::timeout;

use super::{
    Store, StoreError, Stored,
    address::{Address, tcp, tuned},
};

/// Before every key of ours.
pub const PREFIX: &str = "cache:";

/// Keeps reconnecting for good, at least twice a second, so that values flow soon after Redis is back.
const RECONNECT_MIN_DELAY: Duration = Duration::from_millis(50);
const RECONNECT_MAX_DELAY: Duration = Duration::from_millis(500);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Long on purpose: commands in the buffers of an abandoned connection could still take effect after
/// newer ones on the next, so it must be far beyond any pause of a Redis that is alive.
const PEER_GONE: Duration = Duration::from_secs(60);

/// With the library's 50, hundreds of connections wait for a place in line, and each wait is two more turns of
/// its task.
const COMMANDS_IN_LINE: usize = 1024;
/// How much goes out in one write; the library's is 8 KiB.
const BATCH_BYTES: usize = 64 << 10;

/// Problems are logged, but an outage is not one line per request.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

pub struct RedisStore {
    connection: Connection,
    timeout: Duration,
    call_duration: Histogram,
    last_line_at: Mutex<Option<Instant>>,
}

impl RedisStore {
    /// Does not wait for Redis: the first command connects. Needs a tokio runtime around it.
    pub fn new(address: Address, timeout: Duration, call_duration: Histogram) -> RedisResult<Self> {
        Ok(Self {
            connection: Connection::open(address)?,
            timeout,
            call_duration,
            last_line_at: Mutex::new(None),
        })
    }

    async fn call<T>(
        &self,
        command: impl Future<Output = RedisResult<T>>,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let result = match timeout(self.timeout, command).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.code().is_some() => Err(StoreError::Refused(error.to_string())),
            Ok(Err(error)) => Err(StoreError::Failed(error.to_string())),
            Err(_) => Err(StoreError::TimedOut),
        };
        self.call_duration.observe(started.elapsed().as_secs_f64());
        if let Err(error) = &result {
            self.log(error);
        }
        result
    }

    fn log(&self, problem: &StoreError) {
        let mut last_line_at = self.last_line_at.lock();
        if last_line_at.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
            *last_line_at = Some(Instant::now());
            eprintln!("Redis: {problem}");
        }
    }
}

impl Store for RedisStore {
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let mut connection = self.connection.clone();
        let (body, pttl_ms): (Option<Bytes>, i64) =
            self.call(connection.value_and_pttl(&name(key))).await?;
        Ok(body.map(|body| Stored {
            body,
            remaining: remaining(pttl_ms),
        }))
    }

    async fn set(&self, key: &str, body: &[u8], ttl: Duration) -> Result<(), StoreError> {
        let ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        let mut set = redis::cmd("SET");
        set.arg(name(key)).arg(body).arg("PX").arg(ttl_ms);
        self.call(set.exec_async(&mut self.connection.clone()))
            .await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let mut delete = redis::cmd("DEL");
        delete.arg(name(key));
        self.call(delete.exec_async(&mut self.connection.clone()))
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let ping = redis::cmd("PING");
        self.call(ping.exec_async(&mut self.connection.clone()))
            .await
    }
}

/// Redis says -1 for a key without TTL, and -2 for one that is gone since.
fn remaining(pttl_ms: i64) -> Option<Duration> {
    let ms = u64::try_from(pttl_ms).unwrap_or(0);
    (pttl_ms != -1).then_some(Duration::from_millis(ms))
}

fn name(key: &str) -> String {
    format!("{PREFIX}{key}")
}

/// For a cluster, where redis-rs is sure to follow the redirects of a single command alone.
const VALUE_AND_PTTL: &str = "return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}";

/// A handle on the way of all commands; a clone is another handle on the same.
#[derive(Clone)]
enum Connection {
    Server(ConnectionManager),
    /// One multiplexed connection to each node; MOVED and ASK are followed.
    Cluster(ClusterConnection),
}

// The timeout is `RedisStore::call`'s: those of the library would not cover the wait for a connection.
impl Connection {
    fn open(address: Address) -> RedisResult<Self> {
        match address {
            Address::Server(info) => {
                let config = ConnectionManagerConfig::new()
                    .set_number_of_retries(usize::MAX)
                    .set_min_delay(RECONNECT_MIN_DELAY)
                    .set_max_delay(RECONNECT_MAX_DELAY)
                    .set_connection_timeout(Some(CONNECT_TIMEOUT))
                    .set_response_timeout(None)
                    .set_pipeline_buffer_size(COMMANDS_IN_LINE)
                    .set_write_backpressure_boundary(BATCH_BYTES);
                let client = Client::open(tuned(info, PEER_GONE))?;
                let manager = ConnectionManager::new_lazy_with_config(client, config)?;
                Ok(Self::Server(manager))
            }
            Address::Cluster(nodes) => {
                let client = ClusterClient::builder(nodes)
                    .use_protocol(ProtocolVersion::RESP3)
                    .tcp_settings(tcp(PEER_GONE))
                    .connection_timeout(CONNECT_TIMEOUT)
                    .overall_response_timeout(None)
                    .build()?;
                let pending = client.get_pending_async_connection_with_config(ClusterConfig::new());
                Ok(Self::Cluster(pending))
            }
        }
    }

    /// Between the two a foreign SET may come, and the TTL may be that of the next value: Redis tells of it, and
    /// then neither is kept. Without invalidation the old value would not have been noticed to be old either.
    async fn value_and_pttl(&mut self, name: &str) -> RedisResult<(Option<Bytes>, i64)> {
        match self {
            Self::Server(manager) => {
                let mut read = redis::pipe();
                read.get(name).pttl(name);
                read.query_async(manager).await
            }
            Self::Cluster(cluster) => {
                let mut read = redis::cmd("EVAL");
                read.arg(VALUE_AND_PTTL).arg(1).arg(name);
                read.query_async(cluster).await
            }
        }
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Server(manager) => manager.req_packed_command(command),
            Self::Cluster(cluster) => cluster.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Server(manager) => manager.req_packed_commands(pipeline, offset, count),
            Self::Cluster(cluster) => cluster.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Server(manager) => manager.get_db(),
            Self::Cluster(cluster) => cluster.get_db(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_have_no_ttl_or_be_gone() {
        assert_eq!(remaining(1500), Some(Duration::from_millis(1500)));
        assert_eq!(remaining(-1), None);
        assert_eq!(remaining(-2), Some(Duration::ZERO));
    }
}
