//! The in-process cache of one worker: values, and for a second the knowledge that a key is absent,
//! bounded by bytes. An entry that is over stays until it is replaced or makes room.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use quick_cache::{Weighter, unsync::Cache};

const NEGATIVE_LIFE: Duration = Duration::from_secs(1);
/// From which the library derives how many evicted keys it remembers.
const TYPICAL_ENTRY_BYTES: u64 = 256;

pub struct L1 {
    entries: Cache<Rc<str>, Entry, ByBytes>,
}

struct Entry {
    /// None: known to be absent.
    body: Option<Rc<[u8]>>,
    expires_at: Instant,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    Value(&'a [u8]),
    Absent,
    Unknown,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Rc<str>, Entry> for ByBytes {
    fn weight(&self, key: &Rc<str>, entry: &Entry) -> u64 {
        let body = entry.body.as_ref().map_or(0, |body| body.len());
        (key.len() + body) as u64
    }
}

impl L1 {
    pub fn new(max_bytes: u64) -> Self {
        let entries = usize::try_from(max_bytes / TYPICAL_ENTRY_BYTES).unwrap_or(usize::MAX);
        Self {
            entries: Cache::with_weighter(entries.max(1), max_bytes, ByBytes),
        }
    }

    pub fn look_up(&self, key: &str, now: Instant) -> Lookup<'_> {
        match self.entries.get(key) {
            Some(entry) if entry.expires_at > now => match &entry.body {
                Some(body) => Lookup::Value(body),
                None => Lookup::Absent,
            },
            _ => Lookup::Unknown,
        }
    }

    pub fn put(&mut self, key: Rc<str>, body: Rc<[u8]>, expires_at: Instant) {
        let body = Some(body);
        self.entries.insert(key, Entry { body, expires_at });
    }

    pub fn put_absent(&mut self, key: Rc<str>, asked_at: Instant) {
        let expires_at = asked_at + NEGATIVE_LIFE;
        let body = None;
        self.entries.insert(key, Entry { body, expires_at });
    }

    pub fn evict(&mut self, key: &str) {
        self.entries.remove(key);
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Of keys and values.
    pub fn bytes(&self) -> u64 {
        self.entries.weight()
    }

    pub fn entries(&self) -> u64 {
        self.entries.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn an_entry_ends_at_its_own_time() {
        let (mut l1, now) = (L1::new(1000), Instant::now());
        l1.put("k".into(), (*b"1").into(), now + LONG);
        assert_eq!(l1.look_up("k", now), Lookup::Value(b"1"));
        assert_eq!(l1.look_up("k", now + LONG), Lookup::Unknown);
        l1.put_absent("k".into(), now);
        assert_eq!(l1.look_up("k", now), Lookup::Absent);
        assert_eq!(l1.look_up("k", now + NEGATIVE_LIFE), Lookup::Unknown);
    }

    #[test]
    fn keys_and_values_together_stay_within_the_bound() {
        let (mut l1, now) = (L1::new(1000), Instant::now());
        for number in 100..200 {
            let key = format!("key-{number}");
            l1.put(key.into(), (*b"0123456789012").into(), now + LONG);
        }
        assert!((1..=1000).contains(&l1.bytes()), "{}", l1.bytes());
        assert_eq!(l1.bytes(), l1.entries() * 20);
    }

    #[test]
    fn what_is_evicted_or_cleared_is_gone() {
        let (mut l1, now) = (L1::new(1000), Instant::now());
        for key in ["a", "b"] {
            l1.put(key.into(), (*b"1").into(), now + LONG);
        }
        l1.evict("a");
        assert_eq!(l1.look_up("a", now), Lookup::Unknown);
        assert_eq!(l1.look_up("b", now), Lookup::Value(b"1"));
        l1.clear();
        assert_eq!((l1.bytes(), l1.entries()), (0, 0));
    }

    #[test]
    fn a_value_larger_than_the_bound_replaces_nothing_but_its_own_key() {
        let (mut l1, now) = (L1::new(100), Instant::now());
        l1.put("k".into(), (*b"1").into(), now + LONG);
        l1.put("k".into(), [0; 200].into(), now + LONG);
        assert_eq!(l1.look_up("k", now), Lookup::Unknown);
        assert!(l1.bytes() <= 100);
    }
}
