//! `REDIS_URL`: one server, or the nodes through which a cluster is found.

use std::time::Duration;

use redis::{
    ConnectionInfo, ErrorKind, IntoConnectionInfo, ProtocolVersion, RedisError, RedisResult,
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};

const CLUSTER_SCHEME: &str = "redis+cluster://";

const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);

#[derive(Debug, Clone)]
pub enum Address {
    Server(ConnectionInfo),
    /// Any nodes of the cluster; one that answers is enough.
    Cluster(Vec<ConnectionInfo>),
}

impl Address {
    /// `redis://[user:password@]host:port[/db]`, or the same as `redis+cluster://` with several
    /// `host:port` between commas.
    pub fn parse(url: &str) -> RedisResult<Self> {
        let Some(rest) = url.strip_prefix(CLUSTER_SCHEME) else {
            return url.into_connection_info().map(Self::Server);
        };
        let (login, nodes) = match rest.rsplit_once('@') {
            Some((login, nodes)) => (format!("{login}@"), nodes),
            None => (String::new(), rest),
        };
        let nodes = nodes
            .trim_end_matches('/')
            .split(',')
            .map(|node| match node {
                "" => Err(RedisError::from((
                    ErrorKind::InvalidClientConfig,
                    "REDIS_URL names a cluster node without a host",
                ))),
                node => format!("redis://{login}{node}").into_connection_info(),
            });
        nodes.collect::<RedisResult<_>>().map(Self::Cluster)
    }
}

/// As every connection to Redis is made. In RESP3 the library hears of a lost connection at once, not
/// with the next command. A peer that vanished without closing is given up after `peer_gone`.
pub fn tuned(info: ConnectionInfo, peer_gone: Duration) -> ConnectionInfo {
    let resp3 = info
        .redis_settings()
        .clone()
        .set_protocol(ProtocolVersion::RESP3);
    info.set_redis_settings(resp3)
        .set_tcp_settings(tcp(peer_gone))
}

pub fn tcp(peer_gone: Duration) -> TcpSettings {
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_INTERVAL)
        .with_interval(KEEPALIVE_INTERVAL);
    let tcp = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let tcp = tcp.set_user_timeout(peer_gone);
    tcp
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(url: &str) -> Vec<String> {
        match Address::parse(url).unwrap() {
            Address::Server(info) => vec![info.addr().to_string()],
            Address::Cluster(nodes) => nodes.iter().map(|info| info.addr().to_string()).collect(),
        }
    }

    #[test]
    fn a_server_is_one_address() {
        assert_eq!(nodes("redis://localhost:7000/1"), ["localhost:7000"]);
    }

    #[test]
    fn a_cluster_is_found_through_any_of_its_nodes() {
        let url = "redis+cluster://a:7000,b:7001,c";
        assert_eq!(nodes(url), ["a:7000", "b:7001", "c:6379"]);
        assert!(matches!(Address::parse(url), Ok(Address::Cluster(_))));
    }

    #[test]
    fn all_nodes_have_the_login_of_the_url() {
        let parsed = Address::parse("redis+cluster://user:p%40ss@a:1,b:2").unwrap();
        let Address::Cluster(nodes) = parsed else {
            panic!("not a cluster")
        };
        for node in nodes {
            assert_eq!(node.redis_settings().username(), Some("user"));
            assert_eq!(node.redis_settings().password(), Some("p@ss"));
        }
    }

    #[test]
    fn what_names_no_server_is_refused() {
        for url in [
            "http://a",
            "a:6379",
            "redis+cluster://",
            "redis+cluster://a:1,,b:2",
        ] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }
}
