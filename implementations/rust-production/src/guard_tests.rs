use std::time::{Duration, Instant};

use super::*;

fn guard() -> Arc<Guard<&'static str>> {
    let guard = Arc::new(Guard::new(L1::new(1 << 20, 1)));
    guard.trust();
    guard
}

fn entry(body: &'static str) -> Entry {
    Entry {
        body: body.into(),
        expires_at: Instant::now() + Duration::from_secs(60),
    }
}

fn lead<T>(guard: &Arc<Guard<T>>) -> FlightTicket<T> {
    match guard.board("k") {
        Boarding::Lead(ticket) => ticket,
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
    ticket.land(Learned::Value(entry("1")), &"landed");
    assert_eq!(landing.blocking_recv(), Ok("landed"));
    assert_eq!(guard.look_up("k"), value("1"));
    assert!(matches!(guard.board("k"), Boarding::Landed));
    assert_quiet(&guard);
}

#[test]
fn absence_is_learned_too() {
    let guard = guard();
    lead(&guard).land(Learned::Absent, &"");
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
    assert!(landing.blocking_recv().is_err());
    drop(lead(&guard));
    assert_quiet(&guard);
}

#[test]
fn a_read_that_a_write_overtook_does_not_fill() {
    let guard = guard();
    let read = lead(&guard);
    drop(guard.begin_write("k"));
    read.land(Learned::Value(entry("old")), &"");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
}

#[test]
fn a_read_that_lands_during_a_write_does_not_fill() {
    let guard = guard();
    let write = guard.begin_write("k");
    lead(&guard).land(Learned::Value(entry("old")), &"");
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
    before.land(Learned::Value(entry("old")), &"");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    after.land(Learned::Value(entry("new")), &"");
    assert_eq!(guard.look_up("k"), value("new"));
    assert_quiet(&guard);
}

#[test]
fn a_read_after_the_first_of_two_overlapping_writes_does_not_fill() {
    let guard = guard();
    let first = guard.begin_write("k");
    let second = guard.begin_write("k");
    drop(first);
    lead(&guard).land(Learned::Value(entry("first")), &"");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    drop(second);
    lead(&guard).land(Learned::Value(entry("second")), &"");
    assert_eq!(guard.look_up("k"), value("second"));
    assert_quiet(&guard);
}

#[test]
fn the_old_value_is_served_until_a_write_ends_and_never_after() {
    let guard = guard();
    lead(&guard).land(Learned::Value(entry("old")), &"");
    let write = guard.begin_write("k");
    assert_eq!(guard.look_up("k"), value("old"));
    drop(write);
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
}

#[test]
fn a_change_evicts_the_value_and_the_knowledge_of_absence() {
    let guard = guard();
    for learned in [Learned::Value(entry("old")), Learned::Absent] {
        lead(&guard).land(learned, &"");
        guard.changed("k");
        assert_eq!(guard.look_up("k"), Lookup::Unknown);
    }
}

#[test]
fn a_read_that_a_change_overtook_does_not_fill_and_is_not_joined() {
    let guard = guard();
    let before = lead(&guard);
    let Boarding::Follow(landing) = guard.board("k") else {
        panic!("not joined")
    };
    guard.changed("k");
    let after = lead(&guard);
    before.land(Learned::Value(entry("old")), &"old");
    assert_eq!(landing.blocking_recv(), Ok("old"));
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    after.land(Learned::Value(entry("new")), &"");
    assert_eq!(guard.look_up("k"), value("new"));
    assert_quiet(&guard);
}

#[test]
fn a_change_during_a_write_leaves_the_write_on_record() {
    let guard = guard();
    let write = guard.begin_write("k");
    guard.changed("k");
    lead(&guard).land(Learned::Value(entry("old")), &"");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    drop(write);
    assert_quiet(&guard);
}

#[test]
fn when_all_changed_nothing_is_left_and_no_read_from_before_fills() {
    let guard = guard();
    lead(&guard).land(Learned::Value(entry("old")), &"");
    guard.all_changed();
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    let read = lead(&guard);
    guard.all_changed();
    read.land(Learned::Value(entry("old")), &"");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    assert_quiet(&guard);
}

#[test]
fn without_trust_l1_is_empty_and_stays_so() {
    let guard = guard();
    lead(&guard).land(Learned::Value(entry("old")), &"");
    guard.distrust();
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    lead(&guard).land(Learned::Value(entry("untold")), &"");
    lead(&guard).land(Learned::Absent, &"");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    assert_quiet(&guard);
}

#[test]
fn a_read_that_began_without_trust_does_not_fill_after_it() {
    let guard = guard();
    guard.distrust();
    let before = lead(&guard);
    guard.trust();
    before.land(Learned::Value(entry("old")), &"");
    assert_eq!(guard.look_up("k"), Lookup::Unknown);
    lead(&guard).land(Learned::Value(entry("new")), &"");
    assert_eq!(guard.look_up("k"), value("new"));
}
