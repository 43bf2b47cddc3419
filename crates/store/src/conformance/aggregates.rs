//! Stamps, components and pages.
//!
//! Not here: what else a component carries.

use super::Case;
use super::given::{
    NOW_MS, aggregate, answer, batch, body, commit, definition, delete, effect, history, loaded,
    part, resource, timer, together, write,
};
use crate::batch::{Component, EffectWrite, TimerWrite};
use crate::load::{Load, Pages};
use crate::{Error, Store};

pub(super) const CASES: &[(&str, Case)] = &[
    ("creates an aggregate once", creates_once),
    ("writes only with the stamp it read", compares_stamps),
    ("keeps keys and stamps of all 64 bits", keeps_64_bits),
    ("drops a component whole when one aggregate moved", components_are_whole),
    ("drops a component when a head it read has moved", reads_are_compared),
    ("lets components without a conflict in", others_go_in),
    ("sees earlier components of the same batch", sees_earlier_components),
    ("accepts an aggregate created and gone in one batch", created_and_gone),
    ("refuses a component that writes a row twice, and the batch with it", refuses_twice),
    ("deletes an aggregate with its pages", deletes_pages),
    ("writes dirty pages only", writes_dirty_pages_only),
    ("loads the pages asked for", loads_pages_asked_for),
    ("loads pages of one commit with the stamp of that commit", loads_pages_of_one_commit),
    ("answers loads in the order asked", loads_in_order),
    ("walks all aggregates in key order", walks_aggregates),
    ("reserves keys without going back", reserves_keys),
    ("keeps definitions with their sources", keeps_definitions),
    ("keeps other resources with their sources", keeps_resources),
];

fn creates_once(store: &dyn Store) {
    assert_eq!(commit(store, vec![write(1, None, 10, "one")]), [true]);
    assert_eq!(commit(store, vec![write(1, None, 11, "other")]), [false]);
    let row = aggregate(store, 1).expect("created");
    assert_eq!((row.kind, row.tenant, row.stamp, row.pages.len()), (1, 0, 10, 0));
    assert_eq!(body(store, 1).as_deref(), Some("one"));
    assert_eq!(aggregate(store, 2), None);
}

fn compares_stamps(store: &dyn Store) {
    commit(store, vec![write(1, None, 10, "one")]);
    assert_eq!(commit(store, vec![write(1, Some(9), 11, "stale")]), [false]);
    assert_eq!(commit(store, vec![write(2, Some(9), 11, "absent")]), [false]);
    assert_eq!(commit(store, vec![write(1, Some(10), 11, "two")]), [true]);
    assert_eq!(commit(store, vec![write(1, Some(10), 12, "late")]), [false]);
    assert_eq!(commit(store, vec![delete(1, 10)]), [false]);
    assert_eq!(body(store, 1).as_deref(), Some("two"));
    assert_eq!(commit(store, vec![delete(1, 11)]), [true]);
    assert_eq!(body(store, 1), None);
    assert_eq!(commit(store, vec![delete(1, 11)]), [false]);
    assert_eq!(commit(store, vec![write(1, None, 13, "again")]), [true]);
}

fn keeps_64_bits(store: &dyn Store) {
    for key in [1, i64::MAX as u64, 1 << 63, u64::MAX] {
        assert_eq!(commit(store, vec![write(key, None, u64::MAX - 1, "x")]), [true]);
        assert_eq!(aggregate(store, key).expect("created").stamp, u64::MAX - 1);
        assert_eq!(commit(store, vec![write(key, Some(u64::MAX - 1), 1 << 63, "y")]), [true]);
        assert_eq!(aggregate(store, key).expect("written").stamp, 1 << 63);
    }
}

fn components_are_whole(store: &dyn Store) {
    commit(store, vec![write(1, None, 10, "one"), write(2, None, 20, "two")]);
    let put = TimerWrite::Put(timer(5, NOW_MS));
    for order in [[0, 1], [1, 0]] {
        let parts = [write(1, Some(10), 11, "changed"), write(2, Some(99), 21, "changed")];
        let mut whole = together(order.map(|index| parts[index].clone()).to_vec());
        whole.timers = vec![put.clone()];
        whole.history = vec![history(1, "changed")];
        assert_eq!(commit(store, vec![whole]), [false]);
    }
    assert_eq!(body(store, 1).as_deref(), Some("one"));
    assert_eq!(body(store, 2).as_deref(), Some("two"));
    assert_eq!(store.next_timer_ms().expect("reads"), None);
    assert_eq!(store.events(0, 10).expect("reads"), []);
}

fn reads_are_compared(store: &dyn Store) {
    commit(store, vec![write(1, None, 10, "head")]);
    let with_read = |stamp| Component { reads: vec![(1, stamp)], ..write(2, None, 20, "instance") };
    assert_eq!(commit(store, vec![with_read(9)]), [false]);
    let absent = Component { reads: vec![(3, 9)], ..write(2, None, 20, "instance") };
    assert_eq!(commit(store, vec![absent]), [false]);
    assert_eq!(body(store, 2), None);
    assert_eq!(commit(store, vec![with_read(10)]), [true]);
}

fn others_go_in(store: &dyn Store) {
    commit(store, vec![write(1, None, 10, "one")]);
    let components =
        vec![write(2, None, 20, "two"), write(1, None, 11, "again"), write(3, None, 30, "three")];
    assert_eq!(commit(store, components), [true, false, true]);
    assert_eq!(body(store, 3).as_deref(), Some("three"));
}

fn sees_earlier_components(store: &dyn Store) {
    let components = vec![
        write(1, None, 10, "one"),
        write(1, Some(10), 11, "two"),
        write(1, Some(10), 12, "conflict"),
        delete(1, 11),
        write(1, None, 13, "anew"),
    ];
    assert_eq!(commit(store, components), [true, true, false, true, true]);
    assert_eq!(body(store, 1).as_deref(), Some("anew"));
}

fn created_and_gone(store: &dyn Store) {
    let mut gone = delete(1, 0);
    gone.aggregates[0].expected = None;
    gone.history = vec![history(1, "created and ended")];
    assert_eq!(commit(store, vec![gone.clone()]), [true]);
    assert_eq!(body(store, 1), None);
    assert_eq!(store.events_of(1, 0, 10).expect("reads").len(), 1);
    commit(store, vec![write(1, None, 10, "one")]);
    assert_eq!(commit(store, vec![gone]), [false]);
}

fn refuses_twice(store: &dyn Store) {
    commit(store, vec![write(1, None, 10, "one")]);
    let definitions = Component {
        definitions: vec![definition(5, "pay", 1), definition(5, "pay", 2)],
        ..Component::default()
    };
    let answers =
        Component { answers: vec![answer(1, "0/x"), answer(1, "0/x")], ..Component::default() };
    let effects = Component { effects: vec![put_effect(), put_effect()], ..Component::default() };
    let aggregates =
        together(vec![write(1, Some(10), 11, "first"), write(1, Some(10), 12, "second")]);
    for twice in [definitions, answers, effects, aggregates] {
        let outcome = store.commit(&batch(vec![write(2, None, 20, "two"), twice], vec![]));
        assert!(matches!(outcome, Err(Error::Refused { .. })), "{outcome:?}");
        assert_eq!(body(store, 1).as_deref(), Some("one"));
        assert_eq!(body(store, 2), None);
    }
    assert_eq!(commit(store, vec![write(2, None, 20, "two")]), [true]);
}

fn put_effect() -> EffectWrite {
    EffectWrite::Put(effect(1, 2, 3))
}

fn paged(key: u64, expected: Option<u64>, stamp: u64, pages: &[(u32, Option<&str>)]) -> Component {
    let mut component = write(key, expected, stamp, "root");
    let pages = pages.iter().map(|(page, text)| (*page, text.map(|text| text.as_bytes().to_vec())));
    component.aggregates[0].pages = pages.collect();
    component
}

fn pages_of(store: &dyn Store, key: u64) -> Vec<(u32, String)> {
    let pages = aggregate(store, key).map(|row| row.pages).unwrap_or_default();
    pages.into_iter().map(|(page, body)| (page, String::from_utf8_lossy(&body).into())).collect()
}

fn deletes_pages(store: &dyn Store) {
    commit(store, vec![paged(1, None, 10, &[(1, Some("a")), (2, Some("b"))])]);
    commit(store, vec![paged(2, None, 20, &[(1, Some("other"))])]);
    commit(store, vec![delete(1, 10)]);
    commit(store, vec![write(1, None, 11, "anew")]);
    assert_eq!(pages_of(store, 1), []);
    assert_eq!(pages_of(store, 2), [(1, "other".into())]);
}

fn writes_dirty_pages_only(store: &dyn Store) {
    let pages = [(7, Some("g")), (1, Some("a")), (u32::MAX, Some("z"))];
    commit(store, vec![paged(1, None, 10, &pages)]);
    let all = [(1, "a".into()), (7, "g".into()), (u32::MAX, "z".into())];
    assert_eq!(pages_of(store, 1), all);
    let dirty = [(7, None), (1, Some("A")), (2, Some("b")), (9, None)];
    assert_eq!(commit(store, vec![paged(1, Some(10), 11, &dirty)]), [true]);
    let all = [(1, "A".into()), (2, "b".into()), (u32::MAX, "z".into())];
    assert_eq!(pages_of(store, 1), all);
    assert_eq!(commit(store, vec![paged(1, Some(10), 12, &[(1, None)])]), [false]);
    assert_eq!(pages_of(store, 1), all);
    assert_eq!(commit(store, vec![paged(1, Some(11), 12, &[])]), [true]);
    assert_eq!(pages_of(store, 1), all);
}

fn loads_pages_asked_for(store: &dyn Store) {
    let pages = [(1, Some("a")), (2, Some("b")), (3, Some("c"))];
    commit(store, vec![paged(1, None, 10, &pages)]);
    let asked = vec![(1, Pages::Root), (1, Pages::Some(vec![3, 9, 1]))];
    let rows = loaded(store, &Load { aggregates: asked, ..Load::default() }).aggregates;
    let pages: Vec<Vec<u32>> = rows
        .into_iter()
        .map(|row| row.expect("created").pages.into_iter().map(|(page, _)| page).collect())
        .collect();
    assert_eq!(pages, [vec![], vec![3, 1]]);
}

fn loads_pages_of_one_commit(store: &dyn Store) {
    let far = [0, (1 << 30) | 7, (2 << 30) | 7, (3 << 30) | 7, u32::MAX];
    let pages = far.map(|page| (page, Some("old")));
    commit(store, vec![paged(1, None, 10, &pages)]);
    commit(store, vec![paged(2, None, 20, &[(far[1], Some("other"))])]);
    let found = |wanted: Vec<u32>| {
        let aggregates = vec![(1, Pages::Some(wanted))];
        let rows = loaded(store, &Load { aggregates, ..Load::default() }).aggregates;
        let row = rows.into_iter().next().flatten().expect("created");
        (row.stamp, row.pages)
    };
    let old = |page| (page, b"old".to_vec());
    assert_eq!(found(far.to_vec()), (10, far.map(old).to_vec()));
    assert_eq!(found(vec![]), (10, vec![]), "none is not all");
    let dirty = [(far[1], Some("new")), (far[2], None)];
    assert_eq!(commit(store, vec![paged(1, Some(10), 11, &dirty)]), [true]);
    let expected = vec![(far[1], b"new".to_vec()), old(far[3])];
    assert_eq!(found(vec![far[1], far[2], far[3]]), (11, expected));
    assert_eq!(commit(store, vec![paged(1, Some(10), 12, &[(far[3], Some("late"))])]), [false]);
    assert_eq!(found(vec![far[3]]), (11, vec![old(far[3])]));
    let gone = Load { aggregates: vec![(9, Pages::Some(vec![1]))], ..Load::default() };
    assert_eq!(loaded(store, &gone).aggregates, [None]);
}

fn loads_in_order(store: &dyn Store) {
    commit(store, vec![write(1, None, 10, "one"), write(2, None, 20, "two")]);
    let aggregates = [2, 9, 1, 2].map(|key| (key, Pages::Root)).to_vec();
    let rows = loaded(store, &Load { aggregates, ..Load::default() }).aggregates;
    let keys: Vec<_> = rows.iter().map(|row| row.as_ref().map(|row| row.key)).collect();
    assert_eq!(keys, [Some(2), None, Some(1), Some(2)]);
}

fn walks_aggregates(store: &dyn Store) {
    let keys = [3, 1 << 63, 1, u64::MAX, (1 << 63) - 1, (1 << 63) + 1];
    commit(store, keys.iter().map(|key| write(*key, None, 10, "x")).collect());
    commit(store, vec![paged(3, Some(10), 11, &[(4, Some("page"))])]);
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    for limit in [1, 2, 4, 100] {
        let mut walked = Vec::new();
        let mut after = 0;
        loop {
            let rows = store.aggregates(after, limit).expect("reads");
            assert!(rows.len() <= limit as usize);
            let Some(last) = rows.last() else { break };
            after = last.key;
            walked.extend(rows.iter().map(|row| row.key));
        }
        assert_eq!(walked, sorted, "limit {limit}");
    }
    let first = store.aggregates(1, 1).expect("reads").remove(0);
    assert_eq!(first.pages, [(4, b"page".to_vec())]);
}

fn reserves_keys(store: &dyn Store) {
    assert_eq!(store.reserve_keys(1_000).expect("reserves"), 0);
    assert_eq!(store.reserve_keys(500).expect("reserves"), 1_000);
    assert_eq!(store.reserve_keys(1 << 62).expect("reserves"), 1_000);
    assert_eq!(store.reserve_keys(0).expect("reserves"), 1 << 62);
    assert_eq!(store.reserve_keys(0).expect("reserves"), 1 << 62);
}

fn keeps_resources(store: &dyn Store) {
    let rows = [resource(5, "discounts", 1), part(3, 5), resource(9, "discounts", 2)];
    let deploy = |row: &_| Component { resources: vec![Clone::clone(row)], ..Component::default() };
    let components = rows.iter().map(deploy).collect();
    assert_eq!(commit(store, components), [true, true, true]);
    assert_eq!(commit(store, vec![deploy(&rows[0])]), [false]);
    let [first, part, second] = rows;
    assert_eq!(store.resources(0, 2).expect("reads"), [part, first]);
    assert_eq!(store.resources(5, 10).expect("reads"), [second]);
    assert_eq!(store.resources(9, 10).expect("reads"), []);
}

fn keeps_definitions(store: &dyn Store) {
    let rows = [definition(5, "pay", 1), definition(3, "ship", 1), definition(9, "pay", 2)];
    let deploy =
        |row: &_| Component { definitions: vec![Clone::clone(row)], ..Component::default() };
    let components = rows.iter().map(deploy).collect();
    assert_eq!(commit(store, components), [true, true, true]);
    assert_eq!(commit(store, vec![deploy(&rows[0])]), [false]);
    let [pay, ship, pay_2] = rows;
    assert_eq!(store.definitions(0, 2).expect("reads"), [ship, pay]);
    assert_eq!(store.definitions(5, 10).expect("reads"), [pay_2]);
    assert_eq!(store.definitions(9, 10).expect("reads"), []);
}
