//! Ranges of erased positions, and the search for what has ended.

use super::*;
use crate::Store;
use crate::sqlite::Options;

fn store(folder: &std::path::Path) -> Sqlite {
    Sqlite::open(folder, &Options::default()).expect("it opens")
}

#[test]
fn erased_ranges_are_joined_with_their_neighbours() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let mut writer = store.writer().expect("it writes");
    let db = &mut writer.connection;
    for range in [(5, 6), (1, 2), (9, 9), (3, 4), (8, 8), (20, 30), (7, 7)] {
        note(db, range).expect("it is new");
    }
    let mut select = db.prepare("select first, last from purged order by first").unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let rows: Vec<(i64, i64)> = rows.map(Result::unwrap).collect();
    assert_eq!(rows, [(1, 9), (20, 30)]);
}

#[test]
fn neighbours_in_a_list_are_one_range() {
    assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), [(1, 3), (7, 7), (9, 10)]);
    assert_eq!(ranges(&[]), []);
}

#[test]
fn what_has_ended_is_found_by_an_index() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let plan = store.views.readers.as_ref().expect("it reads").with(|db| {
        let mut explain = db.prepare(&format!("explain query plan {ENDED_INSTANCES}")).unwrap();
        let rows = explain.raw_query().mapped(|row| row.get(3));
        Ok(rows.map(Result::unwrap).collect::<Vec<String>>())
    });
    let plan = plan.expect("it explains");
    assert!(plan[0].contains("(definition=? AND ended_ms<?)"), "{plan:?}");
    assert_eq!(plan.len(), 1, "nothing is sorted: {plan:?}");
    assert!(store.ended_instances(1, i64::MAX, 10).expect("reads").is_empty());
}
