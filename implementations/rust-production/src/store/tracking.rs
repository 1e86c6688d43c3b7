//! Invalidation: Redis tells on a connection of its own which keys anybody changed (CLIENT TRACKING in
//! broadcast mode, RESP3 push messages). Nothing is believed while a message could be missed: from the
//! moment one such connection closes until all primaries are tracked again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, PushInfo, PushKind, RedisError,
    RedisResult, Value, aio::MultiplexedConnection,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::{sleep, timeout},
};

use super::{
    address::{Address, tuned},
    redis::PREFIX,
    topology::primaries,
};

/// Who has to hear of changes.
pub trait Listener: Send + Sync + 'static {
    fn changed(&self, key: &str);
    /// Any key may have changed.
    fn all_changed(&self);
    /// From now on every change is told.
    fn trust(&self);
    /// From now on changes may pass untold.
    fn distrust(&self);
}

const RETRY_DELAY: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The ping keeps bytes on their way, so that the kernel notices a peer that vanished, however long Redis
/// takes to answer: a paused one still acknowledges at the TCP level, and is waited for.
const PING_INTERVAL: Duration = Duration::from_secs(1);
const PEER_GONE: Duration = Duration::from_secs(3);

/// Tracks for good.
pub async fn follow(address: Address, listener: Arc<impl Listener>) {
    let mut seeds = match &address {
        Address::Server(info) => vec![info.clone()],
        Address::Cluster(nodes) => nodes.clone(),
    };
    let mut told = false;
    loop {
        let lost = match Session::open(&address, &mut seeds).await {
            Ok(session) => {
                listener.trust();
                eprintln!("invalidation: tracking on");
                told = false;
                let Err(lost) = session.run(&*listener).await;
                listener.distrust();
                lost
            }
            Err(error) => error,
        };
        if !told {
            eprintln!("invalidation: tracking off, nothing is served from L1: {lost}");
            told = true;
        }
        sleep(RETRY_DELAY).await;
    }
}

/// The time during which all primaries are tracked.
struct Session {
    nodes: Vec<ConnectionInfo>,
    connections: Vec<MultiplexedConnection>,
    messages: UnboundedReceiver<PushInfo>,
    is_cluster: bool,
}

impl Session {
    /// `seeds` are the nodes to ask for the others; whoever is found is remembered.
    async fn open(address: &Address, seeds: &mut Vec<ConnectionInfo>) -> RedisResult<Self> {
        let (nodes, is_cluster) = match address {
            Address::Server(info) => (vec![info.clone()], false),
            Address::Cluster(named) => {
                let nodes = find_primaries(seeds).await?;
                *seeds = nodes.iter().chain(named).cloned().collect();
                (nodes, true)
            }
        };
        let (sender, messages) = unbounded_channel();
        let mut connections = Vec::with_capacity(nodes.len());
        for node in &nodes {
            connections.push(track(node, sender.clone()).await?);
        }
        Ok(Self {
            nodes,
            connections,
            messages,
            is_cluster,
        })
    }

    async fn run(self, listener: &impl Listener) -> RedisResult<Infallible> {
        let Self {
            nodes,
            connections,
            mut messages,
            is_cluster,
        } = self;
        tokio::select! {
            lost = listen(&mut messages, listener) => lost,
            lost = keep_alive(&nodes, connections, is_cluster) => lost,
        }
    }
}

async fn find_primaries(seeds: &[ConnectionInfo]) -> RedisResult<Vec<ConnectionInfo>> {
    let mut last_error = RedisError::from((ErrorKind::InvalidClientConfig, "no node is known"));
    for seed in seeds {
        let asked = async { primaries(seed, &mut connect(seed, None).await?).await };
        match timeout(CONNECT_TIMEOUT, asked).await {
            Ok(Ok(nodes)) => return Ok(nodes),
            Ok(Err(error)) => last_error = error,
            Err(_) => last_error = (ErrorKind::Io, "no answer in time").into(),
        }
    }
    Err(last_error)
}

async fn connect(
    node: &ConnectionInfo,
    sender: Option<UnboundedSender<PushInfo>>,
) -> RedisResult<MultiplexedConnection> {
    let mut config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_TIMEOUT))
        .set_response_timeout(None);
    if let Some(sender) = sender {
        config = config.set_push_sender(sender);
    }
    Client::open(tuned(node.clone(), PEER_GONE))?
        .get_multiplexed_async_connection_with_config(&config)
        .await
}

async fn track(
    node: &ConnectionInfo,
    sender: UnboundedSender<PushInfo>,
) -> RedisResult<MultiplexedConnection> {
    let mut connection = connect(node, Some(sender)).await?;
    let mut tracking = redis::cmd("CLIENT");
    tracking.arg(&["TRACKING", "ON", "BCAST", "PREFIX", PREFIX]);
    tracking.exec_async(&mut connection).await?;
    Ok(connection)
}

/// Passes on what Redis tells, until a connection closes.
async fn listen(
    messages: &mut UnboundedReceiver<PushInfo>,
    listener: &impl Listener,
) -> RedisResult<Infallible> {
    while let Some(message) = messages.recv().await {
        match message.kind {
            PushKind::Invalidate => tell(&message.data, listener),
            PushKind::Disconnection => break,
            _ => {}
        }
    }
    Err((ErrorKind::Io, "a tracking connection was closed").into())
}

/// The keys of one message, or null after FLUSHALL and its like.
fn tell(data: &[Value], listener: &impl Listener) {
    let [Value::Array(names)] = data else {
        return listener.all_changed();
    };
    for name in names {
        match name {
            Value::BulkString(name) => {
                // What is not UTF-8 cannot be a key of ours.
                let name = std::str::from_utf8(name).ok();
                if let Some(key) = name.and_then(|name| name.strip_prefix(PREFIX)) {
                    listener.changed(key);
                }
            }
            _ => listener.all_changed(),
        }
    }
}

/// Pings each connection, whatever comes back: a closed one is told of by `listen`. Ends when the
/// cluster's primaries are others than those that are tracked.
async fn keep_alive(
    nodes: &[ConnectionInfo],
    mut connections: Vec<MultiplexedConnection>,
    is_cluster: bool,
) -> RedisResult<Infallible> {
    loop {
        sleep(PING_INTERVAL).await;
        for (node, connection) in nodes.iter().zip(&mut connections) {
            if !is_cluster {
                let ping = redis::cmd("PING");
                _ = timeout(PING_INTERVAL, ping.exec_async(connection)).await;
                continue;
            }
            // As good as a ping, and every node is asked: the one cut off from the others knows least.
            if let Ok(Ok(now)) = timeout(PING_INTERVAL, primaries(node, connection)).await
                && !same(&now, nodes)
            {
                return Err((ErrorKind::Io, "the cluster has other primaries now").into());
            }
        }
    }
}

fn same(some: &[ConnectionInfo], others: &[ConnectionInfo]) -> bool {
    let has = |node: &ConnectionInfo| others.iter().any(|other| other.addr() == node.addr());
    some.len() == others.len() && some.iter().all(has)
}

#[cfg(test)]
#[path = "tracking_tests.rs"]
mod tests;
