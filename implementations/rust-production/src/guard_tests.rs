use std::time::{Duration, Instant};

use super::*;

fn guard() -> Arc<Guard<&'static str>> {
    Arc::new(Guard::new(L1::new(1 << 20)))
}

fn entry(body: &'static str) -> Entry {
    Entry {
        body: body.into(),
        expires_at: Instant::now() + Duration::from_secs(60),
    }
}

fn lead<T>(guard: &Arc<Guard<T>>) -> FlightTicket<T> {
    match guard.board("k") {
        Boarding::Lead(ticket, _) => ticket,
        Boarding::Follow(_) => panic!("there is a flight already"),
        Boarding::Landed => panic!("L1 knows the key"),
    }
}

fn value(body: &'static str) -> Lookup {
    Lookup::Value(body.into())
}

fn assert_quiet<T>(guard: &Guard<T>) {
    assert!(guard.shards.iter().all(|shard| shard.lock().is_empty()));
}

#[test]
fn the_second_reader_follows_the_first() {
    let guard = guard();
    let ticket = lead(&guard);
    let Boarding::Follow(landing) = guard.board("k") else {
        panic!("not joined")
    };
    ticket.land(Learned::Value(entry("1")), "landed");
    assert_eq!(*landing.borrow(), Some("landed"));
    assert_eq!(guard.look_up("k"), value("1"));
    assert!(matches!(guard.board("k"), Boarding::Landed));
    assert_quiet(&guard);
}

#[test]
fn absence_is_learned_too() {
    let guard = guard();
    lead(&guard).land(Learned::Absent, "");
    assert_eq!(guard.look_up("k"), Lookup::Absent);
}

#[test]
fn followers_of_a_lost_flight_hear_of_it_and_the_next_reader_leads() {
    let guard = guard();
    let ticket = lead(&guard);
    let Boarding::Follow(landing) = guard.board("k") else {
        panic!("not joined")
    };
    drop(ticket);
    assert!(landing.has_changed().is_err());
    drop(lead(&guard));
    assert_quiet(&guard);
}

#[test]
fn a_read_that_a_write_overtook_does_not_fill() {
    let guard = guard();
    let read = lead(&guard);
    guard.begin_write("k").acknowledged_value(entry("new"));
    read.land(Learned::Value(entry("old")), "");
    assert_eq!(guard.look_up("k"), value("new"));
    assert_quiet(&guard);
}

#[test]
fn a_read_that_a_delete_overtook_does_not_fill() {
    let guard = guard();
    let read = lead(&guard);
    drop(guard.begin_write("k"));
    read.land(Learned::Value(entry("old")), "");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
}

#[test]
fn a_read_that_lands_during_a_write_does_not_fill() {
    let guard = guard();
    let write = guard.begin_write("k");
    lead(&guard).land(Learned::Value(entry("old")), "");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    drop(write);
    assert_quiet(&guard);
}

#[test]
fn a_reader_after_a_write_does_not_join_a_flight_from_before_it() {
    let guard = guard();
    let before = lead(&guard);
    drop(guard.begin_write("k"));
    let after = lead(&guard);
    before.land(Learned::Value(entry("old")), "");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    after.land(Learned::Value(entry("new")), "");
    assert_eq!(guard.look_up("k"), value("new"));
    assert_quiet(&guard);
}

#[test]
fn overlapping_writes_leave_nothing_in_l1() {
    let guard = guard();
    guard.begin_write("k").acknowledged_value(entry("0"));
    let first = guard.begin_write("k");
    let second = guard.begin_write("k");
    first.acknowledged_value(entry("1"));
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    second.acknowledged_value(entry("2"));
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    guard.begin_write("k").acknowledged_value(entry("3"));
    assert_eq!(guard.look_up("k"), value("3"));
    assert_quiet(&guard);
}

#[test]
fn the_old_value_is_served_until_a_write_ends_and_never_after() {
    let guard = guard();
    guard.begin_write("k").acknowledged_value(entry("old"));
    let write = guard.begin_write("k");
    assert_eq!(guard.look_up("k"), value("old"));
    drop(write);
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
}
