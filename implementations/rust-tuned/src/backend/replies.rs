//! What Redis's replies and news mean: for L1, and for those who wait.

use std::{collections::HashMap, io, rc::Rc, time::Duration};

use crate::{
    l1::L1,
    redis::{
        command::PREFIX,
        pipe::{Call, Sent},
        reply::{Invalidated, Reply, invalidated},
    },
    waiter::Waiter,
};

/// What GET brought; its PTTL comes next.
pub(super) struct HalfRead {
    pub(super) found: Option<HalfFound>,
    /// Nobody told of a change between the two replies.
    pub(super) fresh: bool,
}

pub(super) enum HalfFound {
    Value(Rc<[u8]>),
    Absent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Value(Rc<[u8]>),
    Absent,
    Written,
    Answers,
    Unavailable,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Settled {
    pub waiters: Vec<Waiter>,
    pub outcome: Outcome,
}

/// Other people's writes.
pub(super) fn apply_news(push: &Reply<'_>, l1: &mut L1) -> io::Result<Option<Settled>> {
    let Reply::Push(elements) = push else {
        return Ok(None);
    };
    match invalidated(elements).map_err(io::Error::other)? {
        Some(Invalidated::Keys(names)) => {
            for name in names {
                // What is not UTF-8 cannot be a key of ours.
                let name = std::str::from_utf8(name).ok();
                if let Some(key) = name.and_then(|name| name.strip_prefix(PREFIX)) {
                    l1.evict(key);
                }
            }
        }
        Some(Invalidated::All) => l1.clear(),
        None => {}
    }
    Ok(None)
}

/// What a reply means: for L1, and for those who wait.
pub(super) fn settle(
    sent: Sent,
    reply: &Reply<'_>,
    l1: &mut L1,
    flights: &mut HashMap<Rc<str>, Vec<Waiter>>,
    half_read: &mut HalfRead,
    l1_ttl: Duration,
) -> io::Result<Option<Settled>> {
    let (waiters, outcome) = match sent.call {
        Call::SetUp => {
            return match reply {
                Reply::Error(error) => Err(io::Error::other(String::from_utf8_lossy(error))),
                _ => Ok(None),
            };
        }
        Call::Value => {
            half_read.found = match reply {
                Reply::Bulk(body) => Some(HalfFound::Value((*body).into())),
                Reply::Null => Some(HalfFound::Absent),
                _ => None,
            };
            half_read.fresh = true;
            return Ok(None);
        }
        Call::Life(key) => {
            let waiters = flights.remove(&key).unwrap_or_default();
            let outcome = match half_read.found.take() {
                Some(HalfFound::Value(body)) => {
                    let life = l1_life(reply, l1_ttl).filter(|_| half_read.fresh);
                    if let Some(life) = life {
                        // From before Redis's clock was read, so that L1 never outlives it.
                        l1.put(key, body.clone(), sent.at + life);
                    }
                    Outcome::Value(body)
                }
                Some(HalfFound::Absent) => {
                    if half_read.fresh {
                        l1.put_absent(key, sent.at);
                    }
                    Outcome::Absent
                }
                None => Outcome::Unavailable,
            };
            (waiters, outcome)
        }
        Call::Ping(waiter) => {
            let outcome = match reply {
                Reply::Error(_) => Outcome::Unavailable,
                _ => Outcome::Answers,
            };
            (waiter.into_iter().collect(), outcome)
        }
        Call::Set(change) | Call::Delete(change) => {
            let refused = matches!(reply, Reply::Error(_));
            match change.body {
                Some((body, expires_at)) if !refused => l1.put(change.key, body, expires_at),
                _ => l1.evict(&change.key),
            }
            let outcome = if refused {
                Outcome::Unavailable
            } else {
                Outcome::Written
            };
            (vec![change.waiter], outcome)
        }
    };
    Ok(Some(Settled { waiters, outcome }))
}

/// How long L1 may keep a value whose PTTL is this; Redis says -1 for one that stays, -2 for one that is gone.
fn l1_life(pttl_ms: &Reply<'_>, l1_ttl: Duration) -> Option<Duration> {
    match pttl_ms {
        Reply::Integer(-1) => Some(l1_ttl),
        Reply::Integer(ms) => {
            let left = u64::try_from(*ms).ok().filter(|&ms| ms > 0)?;
            Some(Duration::from_millis(left).min(l1_ttl))
        }
        _ => None,
    }
}
