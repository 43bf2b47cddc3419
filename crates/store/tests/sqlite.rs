//! What only a durable store can do: survive, exclude, refuse, and show tampering.

use std::path::Path;

use access::finding::Finding;
use access::verify::Witness;
use store::batch::{Batch, Component, HistoryWrite, JobRow, JobWrite};
use store::load::{Load, Pages};
use store::sqlite::{Options, Sqlite, verify};
use store::view::{Cell, Page, PageStart, Query, View, ViewWrite, incidents, jobs};
use store::{Error, Store};

fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, &Options::default()).expect("the folder is free")
}

fn note(store: &Sqlite, aggregate: u64, text: &str) {
    let body = text.as_bytes().to_vec();
    let history = vec![HistoryWrite { aggregate, kind: 1, tenant: 0, salt: [9; 16], body }];
    let components = vec![Component { history, ..Component::default() }];
    let batch = Batch { now_ms: 1_800_000_000_000, components, claims: vec![] };
    assert_eq!(store.commit(&batch).expect("commits").accepted, [true]);
}

/// Three process starts of three commits each, an anchor at the end of each.
fn written(folder: &Path) -> Witness {
    for start in 0..3 {
        let store = open(folder);
        for n in 1..=3 {
            note(&store, n, &format!("start {start}, commit {n}"));
        }
        store.anchor(5).expect("anchors");
        store.anchor(6).expect("anchors once only");
    }
    Sqlite::open_reader(folder).expect("reads").last_anchor().expect("reads").expect("anchored")
}

/// The number of the second segment, in the file and outside.
fn second_segment(folder: &Path) -> u64 {
    let reader = Sqlite::open_reader(folder).expect("reads");
    reader.events(3, 1).expect("reads")[0].segment
}

fn tamper(folder: &Path, sql: &str) {
    let db = rusqlite::Connection::open(folder.join("segue.db")).expect("opens");
    db.execute_batch(sql).expect("tampers");
}

fn tamper_views(folder: &Path, sql: &str) {
    let db = rusqlite::Connection::open(folder.join("views.db")).expect("opens");
    db.execute_batch(sql).expect("tampers");
}

/// A row of tenant 0 that says nothing but its key.
fn put(view: View, column: u16, key: i64) -> ViewWrite {
    let mut row = vec![Cell::Null; view.columns().len()];
    row[column as usize] = Cell::Int(key);
    row[view.spec().tenant as usize] = Cell::Int(0);
    ViewWrite::Put(view, row)
}

fn all(view: View) -> Query {
    let page = Page { limit: 100, start: PageStart::Offset(0) };
    Query { view, tenants: vec![0], filters: vec![], conditions: vec![], sort: vec![], page }
}

/// The keys in a view.
fn keys(store: &Sqlite, view: View) -> Vec<i64> {
    let column = view.spec().key[0] as usize;
    let rows = store.query(&all(view)).expect("answers").rows;
    let keys = rows.iter().map(|row| match row[column] {
        Cell::Int(key) => key,
        _ => panic!("keys are numbers: {row:?}"),
    });
    keys.collect()
}

/// The files as a kill would leave them: the logs not copied back, the lock not released.
fn copy_folder(from: &Path, to: &Path) {
    for file in ["segue.db", "segue.db-wal", "views.db", "views.db-wal"] {
        std::fs::copy(from.join(file), to.join(file)).expect("copies");
    }
}

fn found(folder: &Path, witness: Option<Witness>) -> Vec<Finding> {
    verify(folder, witness).expect("reads").findings
}

#[test]
fn keeps_what_was_committed_when_the_process_dies() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    note(&store, 7, "before the crash");
    store.project(1, &[put(View::Jobs, jobs::KEY, 5)]).expect("projects");
    assert_eq!(store.reserve_keys(500).expect("reserves"), 0);
    copy_folder(folder.path(), copy.path());
    let again = open(copy.path());
    assert_eq!(again.events(0, 10).expect("reads")[0].body, b"before the crash");
    assert_eq!(again.projected().expect("reads"), 1);
    assert_eq!(again.reserve_keys(0).expect("reads"), 500);
    note(&again, 7, "after the crash");
    assert_eq!(again.last_position().expect("reads"), 2);
    drop(again);
    assert_eq!(found(copy.path(), None), []);
}

#[test]
fn a_second_process_is_told_who_is_in_the_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let second = Sqlite::open(folder.path(), &Options::default());
    assert!(matches!(second, Err(Error::Locked { .. })), "{second:?}");
    drop(store);
    open(folder.path());
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(open(folder.path()));
    tamper(folder.path(), "pragma user_version = 99");
    let before = std::fs::read(folder.path().join("segue.db")).expect("reads");
    let outcome = Sqlite::open(folder.path(), &Options::default());
    assert!(matches!(outcome, Err(Error::Format { found: 99, .. })), "{outcome:?}");
    let outcome = Sqlite::open_reader(folder.path());
    assert!(matches!(outcome, Err(Error::Format { found: 99, .. })), "{outcome:?}");
    assert_eq!(std::fs::read(folder.path().join("segue.db")).expect("reads"), before);
}

#[test]
fn a_file_of_somebody_else_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("segue.db"), [7; 8192]).expect("writes");
    let outcome = Sqlite::open(folder.path(), &Options::default());
    assert!(matches!(outcome, Err(Error::Io { .. })), "{outcome:?}");
    let nothing = tempfile::tempdir().expect("a folder");
    let outcome = Sqlite::open_reader(nothing.path());
    assert!(matches!(outcome, Err(Error::Io { .. })), "{outcome:?}");
}

#[test]
fn a_reader_works_beside_the_server_and_cannot_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    note(&store, 7, "one");
    let reader = Sqlite::open_reader(folder.path()).expect("reads");
    note(&store, 7, "two");
    assert_eq!(reader.events(0, 10).expect("reads").len(), 2);
    assert!(matches!(reader.commit(&Batch::default()), Err(Error::Io { .. })));
    assert!(matches!(reader.reserve_keys(5), Err(Error::Io { .. })));
    assert_eq!(reader.verify(None).expect("reads").findings, []);
    assert_eq!(reader.verify(None).expect("reads").records, 2);
    let load = Load { aggregates: vec![(7, Pages::All)], ..Load::default() };
    assert_eq!(reader.load(&load).expect("loads").aggregates, [None]);
}

#[test]
fn view_tables_of_another_layout_are_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    note(&store, 7, "one");
    store.project(1, &[put(View::Incidents, incidents::KEY, 5)]).expect("projects");
    drop(store);
    assert_eq!(open(folder.path()).projected().expect("reads"), 1);
    tamper_views(folder.path(), "update meta set value = 1 where id = 3");
    let reader = Sqlite::open_reader(folder.path()).expect("the history is still there");
    assert_eq!(reader.projected().expect("nothing counts"), 0);
    assert_made_anew(folder.path());
}

/// The store opens with nothing projected, no view row, and writes views again.
fn assert_made_anew(folder: &Path) {
    let store = open(folder);
    assert_eq!(store.projected().expect("reads"), 0);
    assert_eq!((keys(&store, View::Jobs), keys(&store, View::Incidents)), (vec![], vec![]));
    store.project(1, &[put(View::Jobs, jobs::KEY, 9)]).expect("projects");
    drop(store);
    let store = open(folder);
    assert_eq!((store.projected().expect("reads"), keys(&store, View::Jobs)), (1, vec![9]));
}

#[test]
fn lost_views_are_folded_again_from_the_first_history_row() {
    for lost in [&["views.db"][..], &["views.db", "views.db-wal"]] {
        let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = open(folder.path());
        note(&store, 7, "one");
        store.project(1, &[put(View::Jobs, jobs::KEY, 5)]).expect("projects");
        copy_folder(folder.path(), copy.path());
        for file in lost {
            std::fs::remove_file(copy.path().join(file)).expect("the file was there");
        }
        let reader = Sqlite::open_reader(copy.path()).expect("the history is still there");
        assert_eq!(reader.projected().expect("nothing counts"), 0);
        assert!(matches!(reader.query(&all(View::Jobs)), Err(Error::Io { .. })));
        assert_eq!(reader.query(&all(View::Definitions)).expect("answers").rows.len(), 0);
        drop(reader);
        assert_made_anew(copy.path());
    }
}

#[test]
fn views_ahead_of_a_restored_history_are_made_anew() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(folder.path());
    note(&store, 7, "one");
    store.project(1, &[put(View::Jobs, jobs::KEY, 5)]).expect("projects");
    drop(store);
    std::fs::copy(folder.path().join("segue.db"), copy.path().join("segue.db")).expect("copies");
    let store = open(folder.path());
    note(&store, 7, "two");
    store.project(2, &[put(View::Jobs, jobs::KEY, 6)]).expect("projects");
    drop(store);
    std::fs::copy(copy.path().join("segue.db"), folder.path().join("segue.db")).expect("copies");
    assert_made_anew(folder.path());
}

#[test]
fn views_of_another_history_are_made_anew() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [folder.path(), other.path()] {
        let store = open(folder);
        note(&store, 7, "one");
        store.project(1, &[put(View::Jobs, jobs::KEY, 5)]).expect("projects");
    }
    std::fs::copy(other.path().join("views.db"), folder.path().join("views.db")).expect("copies");
    assert_made_anew(folder.path());
}

#[test]
fn damaged_views_are_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    note(&store, 7, "one");
    store.project(1, &[put(View::Jobs, jobs::KEY, 5)]).expect("projects");
    drop(store);
    std::fs::write(folder.path().join("views.db"), [7; 8192]).expect("writes");
    assert_made_anew(folder.path());
    std::fs::write(folder.path().join("views.db"), []).expect("writes");
    assert_made_anew(folder.path());
}

#[test]
fn damage_met_while_writing_is_mended_by_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    note(&store, 7, "one");
    let rows = |keys: std::ops::Range<i64>| -> Vec<ViewWrite> {
        keys.map(|key| put(View::Jobs, jobs::KEY, key)).collect()
    };
    store.project(1, &rows(1..20_000)).expect("projects");
    drop(store);
    let path = folder.path().join("views.db");
    let mut file = std::fs::read(&path).expect("reads");
    // The first pages hold the schema and the numbers looked at when it is opened.
    let length = file.len();
    file[length / 2..].fill(7);
    std::fs::write(&path, file).expect("writes");
    let store = open(folder.path());
    assert_eq!(store.projected().expect("reads"), 1);
    let outcome = store.project(1, &rows(1..20_000));
    assert!(matches!(outcome, Err(Error::Io { .. })), "{outcome:?}");
    assert!(store.health().is_err(), "the process must restart");
    note(&store, 7, "commits go on until then");
    drop(store);
    assert_made_anew(folder.path());
}

#[test]
fn a_kill_between_two_chunks_keeps_the_first_and_its_position() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(folder.path());
    note(&store, 7, "one");
    note(&store, 7, "two");
    store.project(1, &[put(View::Jobs, jobs::KEY, 5)]).expect("projects");
    copy_folder(folder.path(), copy.path());
    store.project(2, &[put(View::Jobs, jobs::KEY, 6)]).expect("projects");
    let again = open(copy.path());
    assert_eq!((again.projected().expect("reads"), keys(&again, View::Jobs)), (1, vec![5]));
    again.project(2, &[put(View::Jobs, jobs::KEY, 6)]).expect("projects");
    assert_eq!((again.projected().expect("reads"), keys(&again, View::Jobs)), (2, vec![5, 6]));
}

#[test]
fn an_untouched_history_verifies() {
    let folder = tempfile::tempdir().expect("a folder");
    let witness = written(folder.path());
    let report = verify(folder.path(), Some(witness)).expect("reads");
    assert_eq!(report.findings, []);
    assert_eq!((report.segments, report.commits, report.records), (3, 12, 9));
    assert_eq!((report.anchors, witness.n), (3, 3));
}

#[test]
fn an_erased_body_leaves_the_chain_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    let witness = written(folder.path());
    tamper(folder.path(), "update history set body = null where position = 4");
    let report = verify(folder.path(), Some(witness)).expect("reads");
    assert_eq!((report.findings, report.erased), (vec![], 1));
}

#[test]
fn a_changed_byte_is_found() {
    for sql in [
        "update history set body = cast('start 1, commit 9' as blob) where position = 4",
        "update history set aggregate = 8 where position = 4",
        "update history set tenant = 1 where position = 4",
        "update history set kind = 300 where position = 4",
        "update history set at_ms = at_ms + 1 where position = 4",
        "update history set salt = zeroblob(16) where position = 4",
        "update history set salt = zeroblob(3) where position = 4",
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path());
        let segment = second_segment(folder.path());
        tamper(folder.path(), sql);
        let expected = Finding::ChangedRecord { segment, seq: 1, position: 4 };
        assert_eq!(found(folder.path(), None), [expected], "{sql}");
    }
}

#[test]
fn a_deleted_row_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let segment = second_segment(folder.path());
    tamper(folder.path(), "delete from history where position = 5");
    let expected = Finding::MissingRecord { segment, seq: 2, index: 0 };
    assert_eq!(found(folder.path(), None), [expected]);
}

#[test]
fn a_deleted_commit_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let segment = second_segment(folder.path());
    tamper(
        folder.path(),
        "delete from history where position = 5; delete from audit where id = (2 << 40) + 2",
    );
    assert_eq!(found(folder.path(), None), [Finding::Gap { segment, from: 2, to: 2 }]);
}

#[test]
fn a_cut_tail_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let segment = Sqlite::open_reader(folder.path()).unwrap().events(8, 1).unwrap()[0].segment;
    tamper(
        folder.path(),
        "delete from history where position >= 8; delete from audit where id >= (3 << 40) + 2",
    );
    let expected = Finding::TailCut { segment, last: 1, expected: 3 };
    assert_eq!(found(folder.path(), None), [expected]);
}

#[test]
fn a_deleted_segment_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let segment = second_segment(folder.path());
    tamper(
        folder.path(),
        "delete from history where segment = 2; delete from segment where id = 2;
         delete from audit where id >> 40 = 2",
    );
    assert_eq!(found(folder.path(), None), [Finding::SegmentDeleted { segment }]);
}

#[test]
fn a_consistent_cut_is_seen_by_the_witness_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let witness = written(folder.path());
    tamper(
        folder.path(),
        "delete from history where segment = 3; delete from segment where id = 3;
         delete from audit where id >> 40 = 3; delete from anchor where n = 3",
    );
    assert_eq!(found(folder.path(), None), []);
    assert_eq!(found(folder.path(), Some(witness)), [Finding::WitnessMismatch { n: 3 }]);
}

#[test]
fn changed_anchors_and_openings_are_found() {
    for sql in [
        "update anchor set root = zeroblob(32) where n = 2",
        "update anchor set tips = zeroblob(48) where n = 2",
        "update segment set build = 'another' where id = 2",
        "update segment set previous_seq = 2 where id = 3",
        "update audit set link = zeroblob(32) where id = (2 << 40) + 2",
        "update audit set leaves = zeroblob(33) where id = (2 << 40) + 2",
        "update history set seq = 3 where position = 5",
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path());
        tamper(folder.path(), sql);
        assert_ne!(found(folder.path(), None), [], "{sql}");
    }
}

#[test]
fn verifies_more_than_one_chunk_and_while_others_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    for n in 0..1_200 {
        note(&store, n, "one of many");
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..500 {
                note(&store, n, "while reading");
                store.anchor(n as i64).expect("anchors");
            }
        });
        for _ in 0..5 {
            assert_eq!(found(folder.path(), None), []);
        }
    });
    let report = verify(folder.path(), None).expect("reads");
    assert_eq!((report.records, report.anchors, report.findings), (1_700, 500, vec![]));
}

#[test]
fn lanes_and_readers_share_the_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let row = |key| JobRow {
        key,
        instance: 1,
        slot: 0,
        tenant: 0,
        job_type: format!("type {}", key % 50).as_str().into(),
        due_ms: 0,
        worker: None,
        activated_ms: 0,
        attempt: 0,
        retries: 1,
        priority: 0,
    };
    std::thread::scope(|scope| {
        for lane in 0..4_u64 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..100 {
                    let jobs = vec![JobWrite::Put(row(lane * 1_000 + n + 1))];
                    let components = vec![Component { jobs, ..Component::default() }];
                    store.commit(&Batch { components, ..Batch::default() }).expect("commits");
                }
            });
            scope.spawn(move || {
                for _ in 0..100 {
                    for job in store.all_jobs(0, 1_000).expect("reads") {
                        assert_eq!(job, row(job.key));
                    }
                }
            });
        }
    });
    assert_eq!(store.all_jobs(0, 1_000).expect("reads").len(), 400);
}
