use parking_lot::Mutex;
use redis::IntoConnectionInfo;

use super::*;

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Listener for Heard {
    fn changed(&self, key: &str) {
        self.0.lock().push(key.to_owned());
    }
    fn all_changed(&self) {
        self.0.lock().push("(all)".to_owned());
    }
    fn trust(&self) {}
    fn distrust(&self) {}
}

fn names(names: &[&str]) -> Value {
    let name = |name: &&str| Value::BulkString(name.as_bytes().to_vec());
    Value::Array(names.iter().map(name).collect())
}

fn invalidate(value: Value) -> PushInfo {
    PushInfo {
        kind: PushKind::Invalidate,
        data: vec![value],
    }
}

async fn heard(pushes: Vec<PushInfo>) -> Vec<String> {
    let (sender, mut messages) = unbounded_channel();
    for push in pushes {
        sender.send(push).unwrap();
    }
    drop(sender);
    let listener = Heard::default();
    let Err(_) = listen(&mut messages, &listener).await;
    listener.0.into_inner()
}

#[tokio::test]
async fn each_key_of_a_message_is_told_without_its_prefix() {
    let pushes = vec![
        invalidate(names(&["cache:a", "cache:b/c"])),
        invalidate(names(&["cache:cache:d"])),
    ];
    assert_eq!(heard(pushes).await, ["a", "b/c", "cache:d"]);
}

#[tokio::test]
async fn null_means_every_key() {
    assert_eq!(heard(vec![invalidate(Value::Nil)]).await, ["(all)"]);
}

#[tokio::test]
async fn a_key_that_is_not_utf8_is_not_ours() {
    let name = Value::BulkString(b"cache:\xff".to_vec());
    let pushes = vec![invalidate(Value::Array(vec![name]))];
    assert_eq!(heard(pushes).await, [""; 0]);
}

#[tokio::test]
async fn nothing_is_heard_after_a_connection_closed() {
    let closed = PushInfo {
        kind: PushKind::Disconnection,
        data: vec![],
    };
    let pushes = vec![closed, invalidate(names(&["cache:a"]))];
    assert_eq!(heard(pushes).await, [""; 0]);
}

#[test]
fn the_order_of_primaries_does_not_matter_but_each_does() {
    let [a, b, c] =
        ["redis://a", "redis://b", "redis://c"].map(|url| url.into_connection_info().unwrap());
    assert!(same(&[a.clone(), b.clone()], &[b.clone(), a.clone()]));
    assert!(!same(&[a.clone(), b.clone()], &[a.clone(), c]));
    assert!(!same(&[a.clone(), b], &[a]));
}
