//! The store in Redis: `cache:{key}` holds the raw bytes. All commands share one multiplexed
//! connection, which pipelines them and keeps their order; it reconnects by itself.

use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use prometheus::Histogram;
use redis::{
    Client, IntoConnectionInfo, ProtocolVersion, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};
use tokio::time::timeout;

use super::{Store, StoreError, Stored};

/// Keeps reconnecting for good, at least twice a second, so that values flow soon after Redis is back.
const RECONNECT_MIN_DELAY: Duration = Duration::from_millis(50);
const RECONNECT_MAX_DELAY: Duration = Duration::from_millis(500);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// A peer that vanished without closing is given up after this long. It is long on purpose: commands
/// in the buffers of an abandoned connection could still take effect after newer ones on the next,
/// so it must be far beyond any pause of a Redis that is alive.
const PEER_GONE: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);

/// Problems are logged, but an outage is not one line per request.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

pub struct RedisStore {
    connection: ConnectionManager,
    timeout: Duration,
    call_duration: Histogram,
    last_line_at: Mutex<Option<Instant>>,
}

impl RedisStore {
    /// Does not wait for Redis: the first command connects. Needs a tokio runtime around it.
    pub fn new(url: &str, timeout: Duration, call_duration: Histogram) -> RedisResult<Self> {
        let keepalive = TcpKeepalive::new()
            .with_time(KEEPALIVE_INTERVAL)
            .with_interval(KEEPALIVE_INTERVAL);
        let tcp = TcpSettings::default()
            .set_nodelay(true)
            .set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(PEER_GONE);

        let info = url.into_connection_info()?;
        // In RESP3 the library hears of a lost connection at once, not with the next command.
        let resp3 = info
            .redis_settings()
            .clone()
            .set_protocol(ProtocolVersion::RESP3);
        let info = info.set_redis_settings(resp3).set_tcp_settings(tcp);

        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(usize::MAX)
            .set_min_delay(RECONNECT_MIN_DELAY)
            .set_max_delay(RECONNECT_MAX_DELAY)
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            // `call` has the timeout: the library's own would not cover the wait for a connection.
            .set_response_timeout(None);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(Client::open(info)?, config)?,
            timeout,
            call_duration,
            last_line_at: Mutex::new(None),
        })
    }

    /// Connects, however long it takes.
    pub async fn connect(&self) {
        let mut connection = self.connection.clone();
        while redis::cmd("PING")
            .exec_async(&mut connection)
            .await
            .is_err()
        {
            tokio::time::sleep(RECONNECT_MAX_DELAY).await;
        }
    }

    async fn call<T>(
        &self,
        command: impl Future<Output = RedisResult<T>>,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let result = match timeout(self.timeout, command).await {
            Ok(Ok(answer)) => Ok(answer),
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
        // MULTI makes value and TTL belong together: between two plain commands, even pipelined ones,
        // a foreign SET could pair an old value with a new TTL.
        let mut read = redis::pipe();
        read.atomic().get(name(key)).pttl(name(key));
        let mut connection = self.connection.clone();
        let (body, pttl_ms): (Option<Bytes>, i64) =
            self.call(read.query_async(&mut connection)).await?;
        Ok(body.map(|body| Stored {
            body,
            // Redis says -1 for a key without TTL.
            remaining: u64::try_from(pttl_ms).ok().map(Duration::from_millis),
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

fn name(key: &str) -> String {
    format!("cache:{key}")
}
