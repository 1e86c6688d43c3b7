//! The in-process cache: values bounded by bytes, and for one second the knowledge that a key is absent.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use moka::{Expiry, sync::Cache};

const NEGATIVE_LIFE: Duration = Duration::from_secs(1);
/// Bounds the memory that asking for absent keys can take, to a few MiB.
const NEGATIVE_ENTRIES: u64 = 10_000;

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
    values: Cache<Arc<str>, Entry>,
    absent: Cache<Arc<str>, ()>,
}

impl L1 {
    pub fn new(max_bytes: u64) -> Self {
        let weigh = |key: &Arc<str>, entry: &Entry| {
            u32::try_from(key.len() + entry.body.len()).unwrap_or(u32::MAX)
        };
        Self {
            values: Cache::builder()
                .max_capacity(max_bytes)
                .weigher(weigh)
                .expire_after(UntilExpiry)
                .build(),
            absent: Cache::builder()
                .max_capacity(NEGATIVE_ENTRIES)
                .time_to_live(NEGATIVE_LIFE)
                .build(),
        }
    }

    pub fn look_up(&self, key: &str) -> Lookup {
        if let Some(entry) = self.values.get(key) {
            Lookup::Value(entry.body)
        } else if self.absent.contains_key(key) {
            Lookup::Absent
        } else {
            Lookup::Unknown
        }
    }

    /// Unlike `look_up` this is no use of the entry, so it does not count for its admission.
    pub fn knows(&self, key: &str) -> bool {
        self.values.contains_key(key) || self.absent.contains_key(key)
    }

    pub fn put(&self, key: Arc<str>, entry: Entry) {
        self.absent.invalidate(&*key);
        self.values.insert(key, entry);
    }

    pub fn put_absent(&self, key: Arc<str>) {
        self.values.invalidate(&*key);
        self.absent.insert(key, ());
    }

    pub fn evict(&self, key: &str) {
        self.values.invalidate(key);
        self.absent.invalidate(key);
    }

    pub fn clear(&self) {
        self.values.invalidate_all();
        self.absent.invalidate_all();
    }

    pub fn usage(&self) -> Usage {
        // The counts are of the last maintenance, so it is brought up to date.
        self.values.run_pending_tasks();
        Usage {
            bytes: self.values.weighted_size(),
            entries: self.values.entry_count(),
        }
    }
}

/// Each entry carries its own end.
struct UntilExpiry;

impl Expiry<Arc<str>, Entry> for UntilExpiry {
    fn expire_after_create(&self, _: &Arc<str>, entry: &Entry, now: Instant) -> Option<Duration> {
        Some(entry.expires_at.saturating_duration_since(now))
    }

    fn expire_after_update(
        &self,
        _: &Arc<str>,
        entry: &Entry,
        now: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.expires_at.saturating_duration_since(now))
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
        let l1 = L1::new(1000);
        l1.put("short".into(), entry("1", SHORT));
        l1.put("long".into(), entry("2", LONG));
        assert_eq!(l1.look_up("short"), Lookup::Value("1".into()));
        sleep(SHORT);
        assert_eq!(l1.look_up("short"), Lookup::Unknown);
        assert_eq!(l1.look_up("long"), Lookup::Value("2".into()));
    }

    #[test]
    fn a_replaced_entry_ends_at_the_time_of_the_new_one() {
        let l1 = L1::new(1000);
        l1.put("k".into(), entry("1", LONG));
        l1.put("k".into(), entry("2", SHORT));
        sleep(SHORT);
        assert_eq!(l1.look_up("k"), Lookup::Unknown);
    }

    #[test]
    fn keys_and_values_together_stay_within_the_bound() {
        let l1 = L1::new(1000);
        for number in 100..200 {
            l1.put(format!("key-{number}").into(), entry("0123456789012", LONG));
        }
        let usage = l1.usage();
        assert!(usage.bytes <= 1000 && usage.bytes > 0, "{usage:?}");
        assert_eq!(usage.bytes, usage.entries * 20);
    }

    #[test]
    fn absence_is_known_until_a_value_comes_and_the_other_way_round() {
        let l1 = L1::new(1000);
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
        let l1 = L1::new(1000);
        l1.put("k".into(), entry("1", LONG));
        l1.put_absent("absent".into());
        l1.clear();
        assert_eq!(l1.look_up("k"), Lookup::Unknown);
        assert_eq!(l1.look_up("absent"), Lookup::Unknown);
        assert_eq!(l1.usage().entries, 0);
    }

    #[test]
    fn absence_is_forgotten_after_a_second() {
        let l1 = L1::new(1000);
        l1.put_absent("k".into());
        sleep(NEGATIVE_LIFE);
        assert_eq!(l1.look_up("k"), Lookup::Unknown);
    }
}
