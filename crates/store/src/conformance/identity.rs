//! Rows of who there is.

use super::Case;
use crate::Store;
use crate::identity::{IdentityChange, IdentityRow};

pub(super) const CASES: &[(&str, Case)] = &[("keeps who there is, by kind and id", keeps_rows)];

fn row(kind: u8, id: &str, body: &[u8]) -> IdentityRow {
    IdentityRow { kind, id: id.to_owned(), body: body.to_vec() }
}

fn keeps_rows(store: &dyn Store) {
    let change = |put: Vec<IdentityRow>, delete: Vec<(u8, String)>| {
        let change = IdentityChange { put, delete, what: "put ada".to_owned() };
        store.change_identity("ada", 7, &change).expect("writes");
        store.identity().expect("reads")
    };
    assert_eq!(store.identity().expect("reads"), []);
    let (ada, bob, group) = (row(1, "ada", b"1"), row(1, "bob", b"2"), row(2, "ada", b"3"));
    let all = change(vec![bob.clone(), group, ada], Vec::new());
    assert_eq!(all.len(), 3);
    let changed = row(1, "ada", b"4");
    let gone = vec![(2, "ada".to_owned()), (9, "nobody".to_owned())];
    assert_eq!(change(vec![changed.clone()], gone), [changed, bob]);
    store.note_refusal("eve", 8, "GET /v2/users").expect("notes");
    let notes = store.access_notes(u64::MAX, 10).expect("reads");
    let seen: Vec<_> = notes.iter().map(|it| (&*it.actor, it.refused, it.at_ms)).collect();
    assert_eq!(seen, [("eve", true, 8), ("ada", false, 7), ("ada", false, 7)]);
    let older = store.access_notes(notes[1].id, 10).expect("reads");
    assert_eq!(older, notes[2..]);
    assert_eq!(store.access_notes(u64::MAX, 1).expect("reads"), notes[..1]);
}
