//! The in-process cache: values bounded by bytes, and for one second the knowledge that a key is absent.
//! An entry that is over stays until it is replaced or makes room.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use quick_cache::{
    DefaultHashBuilder, OptionsBuilder, Weighter, sync::Cache, sync::DefaultLifecycle,
};

const NEGATIVE_LIFE: Duration = Duration::from_secs(1);
/// From which the library derives how many evicted keys it remembers.
const TYPICAL_ENTRY_BYTES: u64 = 256;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub body: Bytes,
    pub expires_at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    Value(Bytes),
    Absent,
    Unknown,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Usage {
    pub bytes: u64,
    pub entries: u64,
}

pub struct L1 {
    entries: Cache<Arc<str>, Known, ByBytes>,
}

#[derive(Clone)]
struct Known {
    /// None: that the key is absent.
    body: Option<Bytes>,
    expires_at: Instant,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Arc<str>, Known> for ByBytes {
    fn weight(&self, key: &Arc<str>, known: &Known) -> u64 {
        (key.len() + known.body.as_ref().map_or(0, Bytes::len)) as u64
    }
}

impl L1 {
    /// The bytes are divided among as many parts as there are workers, so that they rarely meet at one lock.
    pub fn new(max_bytes: u64, workers: usize) -> Self {
        let entries = usize::try_from(max_bytes / TYPICAL_ENTRY_BYTES).unwrap_or(usize::MAX);
        let options = OptionsBuilder::new()
            .shards(workers)
            .weight_capacity(max_bytes)
            .estimated_items_capacity(entries.max(1))
            .build()
            .expect("both capacities are given");
        let entries = Cache::with_options(
            options,
            ByBytes,
            DefaultHashBuilder::default(),
            DefaultLifecycle::default(),
        );
        Self { entries }
    }

    pub fn look_up(&self, key: &str) -> Lookup {
        match self.entries.get(key) {
            Some(known) if known.expires_at > Instant::now() => {
                known.body.map_or(Lookup::Absent, Lookup::Value)
            }
            _ => Lookup::Unknown,
        }
    }

    /// Unlike `look_up` this is no use of the entry, so it does not count for its admission.
    pub fn knows(&self, key: &str) -> bool {
        let known = self.entries.peek(key);
        known.is_some_and(|known| known.expires_at > Instant::now())
    }

    pub fn put(&self, key: Arc<str>, Entry { body, expires_at }: Entry) {
        let body = Some(body);
        self.entries.insert(key, Known { body, expires_at });
    }

    pub fn put_absent(&self, key: Arc<str>) {
        let expires_at = Instant::now() + NEGATIVE_LIFE;
        let body = None;
        self.entries.insert(key, Known { body, expires_at });
    }

    pub fn evict(&self, key: &str) {
        self.entries.remove(key);
    }

    pub fn clear(&self) {
        self.entries.clear();
    }

    pub fn usage(&self) -> Usage {
        Usage {
            bytes: self.entries.weight(),
            entries: self.entries.len() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    fn entry(body: &'static str, life: Duration) -> Entry {
        Entry {
            body: Bytes::from_static(body.as_bytes()),
            expires_at: Instant::now() + life,
        }
    }

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(30);

    #[test]
    fn an_entry_ends_at_its_own_time() {
        let l1 = L1::new(1000, 1);
        l1.put("short".into(), entry("1", SHORT));
        l1.put("long".into(), entry("2", LONG));
        assert_eq!(l1.look_up("short"), Lookup::Value("1".into()));
        sleep(SHORT);
        assert_eq!(l1.look_up("short"), Lookup::Unknown);
        assert_eq!(l1.look_up("long"), Lookup::Value("2".into()));
    }

    #[test]
    fn a_replaced_entry_ends_at_the_time_of_the_new_one() {
        let l1 = L1::new(1000, 1);
        l1.put("k".into(), entry("1", LONG));
        l1.put("k".into(), entry("2", SHORT));
        sleep(SHORT);
        assert_eq!(l1.look_up("k"), Lookup::Unknown);
    }

    #[test]
    fn keys_and_values_together_stay_within_the_bound() {
        let l1 = L1::new(1000, 1);
        for number in 100..200 {
            l1.put(format!("key-{number}").into(), entry("0123456789012", LONG));
        }
        let usage = l1.usage();
        assert!(usage.bytes <= 1000 && usage.bytes > 0, "{usage:?}");
        assert_eq!(usage.bytes, usage.entries * 20);
    }

    #[test]
    fn absence_is_known_until_a_value_comes_and_the_other_way_round() {
        let l1 = L1::new(1000, 1);
        l1.put_absent("k".into());
        assert_eq!(l1.look_up("k"), Lookup::Absent);
        l1.put("k".into(), entry("1", LONG));
        assert_eq!(l1.look_up("k"), Lookup::Value("1".into()));
        l1.put_absent("k".into());
        assert_eq!(l1.look_up("k"), Lookup::Absent);
        l1.evict("k");
        assert_eq!(l1.look_up("k"), Lookup::Unknown);
    }

    #[test]
    fn clearing_leaves_nothing() {
        let l1 = L1::new(1000, 1);
        l1.put("k".into(), entry("1", LONG));
        l1.put_absent("absent".into());
        l1.clear();
        assert_eq!(l1.look_up("k"), Lookup::Unknown);
        assert_eq!(l1.look_up("absent"), Lookup::Unknown);
        assert_eq!(l1.usage().entries, 0);
    }

    #[test]
    fn absence_is_forgotten_after_a_second() {
        let l1 = L1::new(1000, 1);
        l1.put_absent("k".into());
        sleep(NEGATIVE_LIFE);
        assert_eq!(l1.look_up("k"), Lookup::Unknown);
    }
}
