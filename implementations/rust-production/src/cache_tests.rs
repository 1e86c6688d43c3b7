use std::sync::atomic::Ordering::Relaxed;

use tokio::task::yield_now;

use super::*;
use crate::store::fake::FakeStore;

const MINUTE: Duration = Duration::from_secs(60);

fn cache(store: FakeStore) -> (Arc<Cache<FakeStore>>, Arc<FakeStore>) {
    let store = Arc::new(store);
    let cache = Cache::new(store.clone(), L1::new(1 << 20, 1), MINUTE);
    cache.trust();
    (Arc::new(cache), store)
}

#[tokio::test]
async fn the_first_read_is_from_the_store_and_the_second_from_l1() {
    let (cache, store) = cache(FakeStore::default());
    store.hold("k", "1", None);
    assert_eq!(cache.get("k").await, Ok(Found::InStore("1".into())));
    assert_eq!(cache.get("k").await, Ok(Found::InL1("1".into())));
}

#[tokio::test]
async fn a_put_leaves_l1_to_the_next_read() {
    let (cache, _) = cache(FakeStore::default());
    cache.put("k", b"1", MINUTE).await.unwrap();
    assert_eq!(cache.get("k").await, Ok(Found::InStore("1".into())));
    assert_eq!(cache.get("k").await, Ok(Found::InL1("1".into())));
    cache.put("k", b"2", MINUTE).await.unwrap();
    assert_eq!(cache.get("k").await, Ok(Found::InStore("2".into())));
}

#[tokio::test]
async fn a_foreign_change_is_seen() {
    let (cache, store) = cache(FakeStore::default());
    assert_eq!(cache.get("k").await, Ok(Found::Nowhere));
    store.hold("k", "1", None);
    cache.changed("k");
    assert_eq!(cache.get("k").await, Ok(Found::InStore("1".into())));
    store.hold("k", "2", None);
    cache.changed("k");
    assert_eq!(cache.get("k").await, Ok(Found::InStore("2".into())));
}

#[tokio::test]
async fn without_trust_every_read_asks_the_store() {
    let (cache, store) = cache(FakeStore::default());
    store.hold("k", "1", None);
    cache.get("k").await.unwrap();
    cache.distrust();
    for _ in 0..2 {
        assert_eq!(cache.get("k").await, Ok(Found::InStore("1".into())));
    }
}

#[tokio::test]
async fn a_put_without_acknowledgement_evicts() {
    let (cache, store) = cache(FakeStore::default());
    cache.put("k", b"1", MINUTE).await.unwrap();
    cache.get("k").await.unwrap();
    store.down.store(true, Relaxed);
    assert_eq!(
        cache.put("k", b"2", MINUTE).await,
        Err(StoreError::TimedOut)
    );
    assert_eq!(cache.get("k").await, Err(StoreError::TimedOut));
}

#[tokio::test]
async fn a_delete_evicts() {
    let (cache, _) = cache(FakeStore::default());
    cache.put("k", b"1", MINUTE).await.unwrap();
    cache.get("k").await.unwrap();
    cache.delete("k").await.unwrap();
    assert_eq!(cache.get("k").await, Ok(Found::Nowhere));
}

#[tokio::test]
async fn an_absent_key_is_asked_for_once() {
    let (cache, store) = cache(FakeStore::default());
    assert_eq!(cache.get("k").await, Ok(Found::Nowhere));
    assert_eq!(cache.get("k").await, Ok(Found::Nowhere));
    assert_eq!(store.reads.load(Relaxed), 1);
    cache.put("k", b"1", MINUTE).await.unwrap();
    assert_eq!(cache.get("k").await, Ok(Found::InStore("1".into())));
}

#[tokio::test]
async fn an_l1_entry_does_not_outlive_the_ttl_in_the_store() {
    let (cache, store) = cache(FakeStore::default());
    store.hold("k", "1", Some(Duration::from_millis(30)));
    cache.get("k").await.unwrap();
    assert_eq!(cache.get("k").await, Ok(Found::InL1("1".into())));
    store.values.lock().clear();
    tokio::time::sleep(Duration::from_millis(31)).await;
    assert_eq!(cache.get("k").await, Ok(Found::Nowhere));
}

#[tokio::test]
async fn a_thousand_readers_cost_one_read_and_one_more_if_the_first_leaves() {
    let (cache, store) = cache(FakeStore::holding_answers());
    store.hold("k", "1", None);
    let readers: Vec<_> = (0..1000)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.get("k").await })
        })
        .collect();
    yield_now().await;
    assert_eq!(store.reads.load(Relaxed), 1);
    readers[0].abort();
    store.answers.add_permits(1);
    for reader in readers.into_iter().skip(1) {
        // Whoever came after the second read landed had it from L1.
        let found = reader.await.unwrap().unwrap();
        assert!(found == Found::InStore("1".into()) || found == Found::InL1("1".into()));
    }
    assert_eq!(store.reads.load(Relaxed), 2);
}

#[tokio::test]
async fn a_slow_read_does_not_bring_back_what_a_put_replaced() {
    let (cache, store) = cache(FakeStore::holding_answers());
    store.hold("k", "old", None);
    let reader = tokio::spawn({
        let cache = cache.clone();
        async move { cache.get("k").await }
    });
    while store.reads.load(Relaxed) == 0 {
        yield_now().await;
    }
    cache.put("k", b"new", MINUTE).await.unwrap();
    store.answers.add_permits(1);
    assert_eq!(reader.await.unwrap(), Ok(Found::InStore("old".into())));
    store.answers.add_permits(1);
    assert_eq!(cache.get("k").await, Ok(Found::InStore("new".into())));
}

#[tokio::test]
async fn an_error_is_not_kept() {
    let (cache, store) = cache(FakeStore::default());
    store.hold("k", "1", None);
    store.down.store(true, Relaxed);
    assert_eq!(cache.get("k").await, Err(StoreError::TimedOut));
    store.down.store(false, Relaxed);
    assert_eq!(cache.get("k").await, Ok(Found::InStore("1".into())));
}
