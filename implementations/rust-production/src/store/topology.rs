//! Who the primaries of a cluster are.

use redis::{
    ConnectionAddr, ConnectionInfo, ErrorKind, RedisError, RedisResult, Value,
    aio::MultiplexedConnection,
};

/// As `node` sees it, with the settings by which we reached it.
pub async fn primaries(
    node: &ConnectionInfo,
    connection: &mut MultiplexedConnection,
) -> RedisResult<Vec<ConnectionInfo>> {
    let slots: Value = redis::cmd("CLUSTER")
        .arg("SLOTS")
        .query_async(connection)
        .await?;
    parse(node, &slots).ok_or_else(|| {
        RedisError::from((
            ErrorKind::UnexpectedReturnType,
            "CLUSTER SLOTS is not understood",
        ))
    })
}

/// Of an array of [first slot, last slot, primary, replica...], each node being [host, port, id...].
fn parse(node: &ConnectionInfo, slots: &Value) -> Option<Vec<ConnectionInfo>> {
    let mut found: Vec<ConnectionInfo> = Vec::new();
    for range in slots.as_sequence()? {
        let [_, _, primary, ..] = range.as_sequence()? else {
            return None;
        };
        let [host, Value::Int(port), ..] = primary.as_sequence()? else {
            return None;
        };
        let addr = address(node.addr(), host, u16::try_from(*port).ok()?)?;
        if found.iter().all(|known| known.addr() != &addr) {
            found.push(node.clone().set_addr(addr));
        }
    }
    Some(found)
}

/// A node that does not know its own name (null or empty) means: where you reached me.
fn address(asked: &ConnectionAddr, host: &Value, port: u16) -> Option<ConnectionAddr> {
    let ConnectionAddr::Tcp(asked_host, _) = asked else {
        return None;
    };
    let host = match host {
        Value::BulkString(name) if !name.is_empty() => String::from_utf8(name.clone()).ok()?,
        Value::BulkString(_) | Value::Nil => asked_host.clone(),
        _ => return None,
    };
    Some(ConnectionAddr::Tcp(host, port))
}

#[cfg(test)]
mod tests {
    use redis::IntoConnectionInfo;

    use super::*;

    fn node(host: Value, port: i64) -> Value {
        Value::Array(vec![
            host,
            Value::Int(port),
            Value::BulkString(b"id".into()),
        ])
    }

    fn range(nodes: impl IntoIterator<Item = Value>) -> Value {
        let slots = [Value::Int(0), Value::Int(1)];
        Value::Array(slots.into_iter().chain(nodes).collect())
    }

    fn parsed(ranges: Vec<Value>) -> Option<Vec<String>> {
        let asked = "redis://user:word@seed:7".into_connection_info().unwrap();
        let nodes = parse(&asked, &Value::Array(ranges))?;
        assert!(
            nodes
                .iter()
                .all(|node| node.redis_settings().username() == Some("user"))
        );
        Some(nodes.iter().map(|node| node.addr().to_string()).collect())
    }

    fn name(host: &str) -> Value {
        Value::BulkString(host.into())
    }

    #[test]
    fn each_primary_is_found_once_and_replicas_are_not() {
        let ranges = vec![
            range([node(name("a"), 1), node(name("replica"), 2)]),
            range([node(name("b"), 1)]),
            range([node(name("a"), 1)]),
        ];
        assert_eq!(parsed(ranges).unwrap(), ["a:1", "b:1"]);
    }

    #[test]
    fn a_node_without_a_name_is_where_it_was_asked() {
        let ranges = vec![range([node(Value::Nil, 1)]), range([node(name(""), 2)])];
        assert_eq!(parsed(ranges).unwrap(), ["seed:1", "seed:2"]);
    }

    #[test]
    fn what_is_not_understood_is_no_list() {
        assert_eq!(parsed(vec![Value::Okay]), None);
        assert_eq!(parsed(vec![range([])]), None);
        assert_eq!(parsed(vec![range([node(name("a"), -1)])]), None);
    }
}
