//! What the simulator relies on: forks, faults, and stamps across lanes.

use store::batch::{AggregateWrite, Batch, Component, HistoryWrite};
use store::load::{Load, Pages};
use store::memory::{Fault, Memory};
use store::{Error, Store};

fn write(key: u64, expected: Option<u64>, stamp: u64) -> Batch {
    let body = Some(stamp.to_be_bytes().to_vec());
    let aggregate =
        AggregateWrite { key, kind: 1, tenant: 0, expected, stamp, body, pages: vec![] };
    let history = HistoryWrite { aggregate: key, kind: 1, tenant: 0, salt: [0; 16], body: vec![1] };
    let component =
        Component { aggregates: vec![aggregate], history: vec![history], ..Component::default() };
    Batch { now_ms: 1, components: vec![component], claims: vec![] }
}

fn stamp(store: &Memory, key: u64) -> Option<u64> {
    let load = Load { aggregates: vec![(key, Pages::Root)], ..Load::default() };
    store.load(&load).expect("loads").aggregates.remove(0).map(|row| row.stamp)
}

#[test]
fn forks_go_their_own_ways() {
    let one = Memory::new();
    one.commit(&write(1, None, 10)).unwrap();
    let other = one.fork();
    one.commit(&write(1, Some(10), 11)).unwrap();
    other.commit(&write(1, Some(10), 12)).unwrap();
    other.commit(&write(2, None, 20)).unwrap();
    assert_eq!((stamp(&one, 1), stamp(&one, 2)), (Some(11), None));
    assert_eq!((stamp(&other, 1), stamp(&other, 2)), (Some(12), Some(20)));
    assert_eq!(one.events(0, 10).unwrap().len(), 2);
    assert_eq!(other.events(0, 10).unwrap().len(), 3);
}

#[test]
fn a_lost_commit_did_not_happen() {
    let store = Memory::new();
    store.fail_next_commit(Fault::Lost);
    assert!(matches!(store.commit(&write(1, None, 10)), Err(Error::Io { .. })));
    assert_eq!(stamp(&store, 1), None);
    assert_eq!(store.events(0, 10).unwrap(), []);
    assert_eq!(store.commit(&write(1, None, 10)).unwrap().accepted, [true]);
}

#[test]
fn an_unknown_commit_did_happen() {
    let store = Memory::new();
    store.fail_next_commit(Fault::Unknown);
    assert!(matches!(store.commit(&write(1, None, 10)), Err(Error::Io { .. })));
    assert_eq!(stamp(&store, 1), Some(10));
    assert_eq!(store.events(0, 10).unwrap().len(), 1);
    assert_eq!(store.commit(&write(1, None, 11)).unwrap().accepted, [false]);
}

#[test]
fn of_two_lanes_that_stepped_the_same_state_one_wins() {
    let store = Memory::new();
    store.commit(&write(1, None, 10)).unwrap();
    let lanes = [11, 12].map(|stamp| write(1, Some(10), stamp));
    let outcomes = lanes.map(|batch| store.commit(&batch).unwrap().accepted[0]);
    assert_eq!(outcomes, [true, false]);
    // The loser had already stepped on its own result: that must not fit either.
    assert_eq!(store.commit(&write(1, Some(12), 13)).unwrap().accepted, [false]);
    assert_eq!(stamp(&store, 1), Some(11));
}
