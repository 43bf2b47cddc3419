//! Erasing, copying and putting back: what is gone is gone, and what is left still proves itself.

use std::path::Path;

use access::finding::Finding;
use store::batch::{AggregateWrite, Batch, Component, HistoryWrite};
use store::keep::{KeepingChange, PurgeOrder, Retention};
use store::sqlite::{Options, Replace, Sqlite, check_copy, facts, migrate, restore, verify};
use store::{Error, Store};

fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, &Options::default()).expect("the folder is free")
}

/// One commit with a row of each aggregate.
fn note(store: &dyn Store, aggregates: &[u64]) {
    let row = |aggregate: &u64| HistoryWrite {
        aggregate: *aggregate,
        kind: 1,
        tenant: 0,
        salt: [9; 16],
        body: vec![b'x'; 500],
    };
    let history = aggregates.iter().map(row).collect();
    let components = vec![Component { history, ..Component::default() }];
    let batch = Batch { now_ms: 1_800_000_000_000, components, claims: vec![] };
    assert_eq!(store.commit(&batch).expect("commits").accepted, [true]);
}

fn live(store: &dyn Store, key: u64) {
    let aggregate = AggregateWrite {
        key,
        kind: 1,
        tenant: 0,
        expected: None,
        stamp: 1,
        body: Some(vec![1]),
        pages: vec![],
    };
    let components = vec![Component { aggregates: vec![aggregate], ..Component::default() }];
    store.commit(&Batch { now_ms: 1, components, claims: vec![] }).expect("commits");
}

fn order(aggregates: &[u64], rows_max: u32) -> PurgeOrder {
    PurgeOrder {
        aggregates: aggregates.to_vec(),
        definition: 7,
        before_ms: 5,
        now_ms: 6,
        rows_max,
        swept: None,
        is_told: false,
        salt: [3; 16],
        forgets: false,
    }
}

/// Rows 1 to 20: of aggregate 1 in every commit, of 2 to 11 in one each. All is projected.
fn written(folder: &Path) -> Sqlite {
    let store = open(folder);
    (2..12).for_each(|other| note(&store, &[1, other]));
    store.project(20, &[]).expect("projects");
    store
}

fn left(store: &dyn Store) -> Vec<u64> {
    store.events(0, 100).expect("reads").iter().map(|row| row.position).collect()
}

#[test]
fn what_is_purged_is_gone_and_the_chain_still_holds() {
    let folder = tempfile::tempdir().unwrap();
    let store = written(folder.path());
    let purged = store.purge(&order(&[2, 3, 4], 100)).unwrap();
    assert_eq!((purged.done, purged.rows), (3, 3));
    assert_eq!(left(&store)[..4], [1, 3, 5, 7]);
    assert_eq!(store.origin().unwrap().purged, 6);
    assert_eq!(store.keeping().unwrap().erased, 3);
    let report = store.verify(None).unwrap();
    assert_eq!((report.findings.as_slice(), report.erased), (&[][..], 3));
    drop(store);
    let report = verify(folder.path(), None).unwrap();
    assert_eq!((report.findings.as_slice(), report.erased), (&[][..], 3), "after a restart");
}

#[test]
fn what_lives_and_what_the_views_have_not_left_behind_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = written(folder.path());
    live(&store, 5);
    // 11 has row 20, which the views have reached and are recognised by.
    let purged = store.purge(&order(&[5, 11, 4], 100)).unwrap();
    assert_eq!((purged.done, purged.rows), (3, 1));
    note(&store, &[4]);
    assert_eq!(store.purge(&order(&[4], 100)).unwrap().rows, 0, "not projected yet");
}

#[test]
fn positions_of_purged_rows_are_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = written(folder.path());
    note(&store, &[50]);
    store.project(21, &[]).unwrap();
    store.purge(&order(&(1..12).collect::<Vec<_>>(), 100)).unwrap();
    drop(store);
    let store = open(folder.path());
    note(&store, &[60]);
    assert_eq!(left(&store), [21, 22]);
    assert_eq!(store.verify(None).unwrap().findings, []);
}

#[test]
fn a_long_history_goes_in_short_transactions_and_an_interrupted_one_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = written(folder.path());
    let purged = store.purge(&order(&[2, 1, 3], 4)).unwrap();
    assert_eq!((purged.done, purged.rows), (1, 4), "2 is done, 1 is begun");
    assert_eq!(store.events_of(1, 0, 100).unwrap().len(), 7);
    assert_eq!(store.verify(None).unwrap().findings, []);
    // Killed here: the next start finishes what was begun.
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.events_of(1, 0, 100).unwrap(), []);
    assert_eq!(store.events_of(3, 0, 100).unwrap().len(), 1, "3 was not begun");
    assert_eq!(store.verify(None).unwrap().findings, []);
}

#[test]
fn an_erasure_nobody_ordered_shows() {
    let folder = tempfile::tempdir().unwrap();
    let store = written(folder.path());
    store.purge(&order(&[2], 100)).unwrap();
    drop(store);
    let db = rusqlite::Connection::open(folder.path().join("segue.db")).unwrap();
    db.execute_batch("delete from history where position = 4; insert into purged values (4, 4)")
        .unwrap();
    let found = verify(folder.path(), None).unwrap().findings;
    assert_eq!(found, [Finding::ErasedUnordered { from: 4, to: 4 }]);
    db.execute_batch("delete from purged where first = 4").unwrap();
    let found = verify(folder.path(), None).unwrap().findings;
    assert!(matches!(found[..], [Finding::MissingRecord { index: 1, .. }]), "{found:?}");
}

#[test]
fn a_forged_order_to_erase_shows() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path()).purge(&order(&[2], 100)).unwrap();
    let db = rusqlite::Connection::open(folder.path().join("segue.db")).unwrap();
    // The order names one more range than was chained.
    db.execute_batch(
        "delete from history where position = 4; insert into purged values (4, 4);
         update upkeep set body = cast(body || x'00000000000000040000000000000004' as blob)",
    )
    .unwrap();
    let found = verify(folder.path(), None).unwrap().findings;
    assert!(matches!(found[..], [Finding::ChangedRecord { .. }]), "{found:?}");
}

#[test]
fn space_is_given_back_a_little_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let keys: Vec<u64> = (1..=200).collect();
    (0..100).for_each(|_| note(&store, &keys));
    note(&store, &[999]);
    store.project(20_001, &[]).unwrap();
    let size =
        |store: &Sqlite| store.sizes().iter().find(|held| held.file == "segue.db").unwrap().bytes;
    let mut order = order(&keys, 1_000);
    while !order.aggregates.is_empty() {
        let done = store.purge(&order).unwrap().done;
        order.aggregates.drain(..done);
    }
    let mut steps = 0;
    while store.shrink().unwrap() {
        steps += 1;
    }
    assert!(steps >= 4, "10 MB in one step");
    drop(store);
    let store = open(folder.path());
    let bytes = size(&store);
    assert!(bytes < 8 << 20, "{bytes} bytes are left");
    assert_eq!(store.verify(None).unwrap().erased, 20_000);
}

#[test]
fn what_is_kept_how_long_is_remembered_and_chained() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let kept = Retention { tenant: 0, process_id: "order".into(), ttl_ms: Some(5) };
    let change = |change| store.change_keeping("ada", 1, &change).unwrap();
    change(KeepingChange::Set(Retention { ttl_ms: None, ..kept.clone() }));
    change(KeepingChange::Set(kept.clone()));
    change(KeepingChange::Pause);
    let keeping = store.keeping().unwrap();
    assert_eq!((keeping.retentions, keeping.paused), (vec![kept], true));
    change(KeepingChange::Inherit { tenant: 0, process_id: "order".into() });
    change(KeepingChange::Resume);
    let keeping = store.keeping().unwrap();
    assert_eq!((keeping.retentions, keeping.paused), (vec![], false));
    assert_eq!(store.verify(None).unwrap().findings, []);
    drop(store);
    let db = rusqlite::Connection::open(folder.path().join("segue.db")).unwrap();
    db.execute_batch(
        "update upkeep set body = cast(replace(cast(body as text), 'ada', 'eve') as blob)",
    )
    .unwrap();
    assert_eq!(verify(folder.path(), None).unwrap().findings.len(), 5);
}

#[test]
fn other_aggregates_are_found_when_they_are_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = written(folder.path());
    live(&store, 3);
    let all = store.ended(9, i64::MAX).unwrap();
    assert_eq!(all.aggregates, [2, 4, 5, 6, 7, 8, 9, 10, 1]);
    assert_eq!(all.swept, 19, "row 20 is the one the views are recognised by");
    assert_eq!(store.ended(1, i64::MAX).unwrap().aggregates, []);
    assert_eq!(store.ended(9, 1_800_000_000_000).unwrap().swept, 0, "nothing is old enough");
    let swept = PurgeOrder { swept: Some(19), ..order(&all.aggregates, 100) };
    store.purge(&swept).unwrap();
    assert_eq!(store.ended(9, i64::MAX).unwrap().aggregates, []);
}

fn put_back(
    copy: &Path,
    folder: &Path,
    replace: Replace,
) -> Result<Option<std::path::PathBuf>, Error> {
    let outcome = restore(folder, replace, 77, None, |to| std::fs::copy(copy, to).map(drop));
    outcome.map(|(_, aside)| aside)
}

#[test]
fn a_copy_is_of_one_moment_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("segue.db"));
    let store = written(&data);
    let mut heard = 0;
    let facts_of_copy = store
        .backup(&copy, &mut |done, all| {
            assert!(done <= all);
            heard += 1;
            note(&store, &[100]);
        })
        .unwrap();
    assert!(heard > 0);
    assert_eq!(facts_of_copy.position, 20, "what came later is not in it");
    assert_eq!(facts(folder.path()).unwrap(), facts_of_copy);
    assert_eq!(check_copy(folder.path()).unwrap(), None);
    assert_eq!(verify(folder.path(), None).unwrap().findings, []);
    let beside: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(beside.len(), 2, "reading a copy leaves nothing beside it: {beside:?}");
    assert_eq!(store.events(20, 1_000).unwrap().len(), heard);
}

#[test]
fn a_restored_folder_is_a_history_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("segue.db"));
    let store = written(&data);
    store.backup(&copy, &mut |_, _| {}).unwrap();
    let origin = store.origin().unwrap();
    note(&store, &[12]);
    let in_the_way = put_back(&copy, &data, Replace::Nothing).unwrap_err();
    assert!(matches!(in_the_way, Error::Locked { .. }), "{in_the_way}");
    drop(store);
    let in_the_way = put_back(&copy, &data, Replace::Nothing).unwrap_err();
    assert!(in_the_way.to_string().contains("--replace"), "{in_the_way}");
    assert_eq!(left(&open(&data)).len(), 21, "a refusal changes nothing");

    let aside = put_back(&copy, &data, Replace::SetAside).unwrap().expect("it was set aside");
    assert_eq!(left(&open(&aside)).len(), 21, "what was there can still be read");
    let store = open(&data);
    assert_ne!(store.origin().unwrap().history, origin.history);
    assert_eq!((left(&store).len(), store.projected().unwrap()), (20, 0));
    note(&store, &[12]);
    assert_eq!(store.verify(None).unwrap().findings, []);
}

#[test]
fn a_damaged_copy_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("data"), folder.path().join("segue.db"));
    written(&data).backup(&copy, &mut |_, _| {}).unwrap();
    let db = rusqlite::Connection::open(&copy).unwrap();
    db.execute_batch("update history set body = x'00' where position = 3").unwrap();
    drop(db);
    let fresh = folder.path().join("fresh");
    let error = put_back(&copy, &fresh, Replace::Nothing).unwrap_err();
    assert!(error.to_string().contains("changed record: position 3"), "{error}");
    let error = Sqlite::open(&fresh, &Options::default()).unwrap_err();
    assert!(error.to_string().contains("did not finish"), "no empty file takes its place: {error}");
    assert!(put_back(&copy, &data, Replace::SetAside).is_err());
    let error = Sqlite::open(&data, &Options::default()).unwrap_err();
    assert!(error.to_string().contains(".restoring"), "{error}");
    std::fs::remove_dir_all(data.join(".restoring")).unwrap();
    assert_eq!(left(&open(&data)).len(), 20, "what was there is there");
}

#[test]
fn a_file_of_an_older_release_is_migrated_and_learns_to_shrink() {
    let folder = tempfile::tempdir().unwrap();
    // A file as the first release left it: no tables of this one, and no way to shrink.
    drop(written(folder.path()));
    let db = rusqlite::Connection::open(folder.path().join("segue.db")).unwrap();
    db.execute_batch(
        "drop table purged; drop table purging; drop table upkeep; drop table retention;
         drop table lineage; drop table resource; drop table identity;
         drop index job_due; alter table job drop column priority;
         create index job_due on job(tenant, job_type, due_ms); alter table definition drop column deleted_ms; delete from meta where id in (7, 8, 9); pragma user_version = 1;
         pragma auto_vacuum = none; vacuum",
    )
    .unwrap();
    drop(db);
    let refused = Sqlite::open_reader(folder.path()).unwrap_err();
    assert!(refused.to_string().contains("segue migrate"), "{refused}");
    let planned = migrate(folder.path(), true).unwrap();
    assert_eq!((planned.from, planned.to, planned.rewritten), (1, 6, true));
    assert_eq!(facts(folder.path()).unwrap().format, 1, "a dry run changes nothing");
    assert_eq!(migrate(folder.path(), false).unwrap(), planned);
    let again = migrate(folder.path(), false).unwrap();
    assert_eq!((again.from, again.rewritten), (6, false));
    let store = open(folder.path());
    assert_eq!(store.purge(&order(&[2], 100)).unwrap().rows, 1);
    assert_eq!(store.verify(None).unwrap().findings, []);
    drop(store);
    let db = rusqlite::Connection::open(folder.path().join("segue.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    let newer = migrate(folder.path(), false).unwrap_err();
    assert!(matches!(newer, Error::Format { found: 99, .. }), "{newer}");
}
