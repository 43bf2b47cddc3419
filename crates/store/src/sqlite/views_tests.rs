//! A commit does not wait for the projector.

use std::sync::mpsc;
use std::time::Duration;

use crate::Store;
use crate::batch::{Batch, Component, HistoryWrite};
use crate::sqlite::{Options, Sqlite};
use crate::view::{Cell, Page, PageStart, Query, View, ViewWrite};

fn noted() -> Batch {
    let history =
        vec![HistoryWrite { aggregate: 7, kind: 1, tenant: 0, salt: [9; 16], body: vec![1] }];
    Batch { components: vec![Component { history, ..Component::default() }], ..Batch::default() }
}

#[test]
fn a_commit_and_a_query_go_on_while_view_rows_are_being_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Sqlite::open(folder.path(), &Options::default()).expect("it opens");
    let (done, is_done) = mpsc::channel();
    std::thread::scope(|scope| {
        let writer = store.views.writer.as_ref().expect("it is open for writing");
        let writer = writer.lock().expect("nobody panicked");
        writer.execute_batch("begin immediate; insert into word(text) values ('x')").unwrap();
        scope.spawn(|| {
            let position = store.commit(&noted()).map(|committed| committed.position);
            let page = Page { limit: 5, start: PageStart::Offset(0) };
            let tenants = vec![0];
            let (filters, conditions, sort) = (vec![], vec![], vec![]);
            let query = Query { view: View::Jobs, tenants, filters, conditions, sort, page };
            let rows = store.query(&query).map(|rows| rows.rows.len());
            done.send((position, rows)).expect("somebody waits");
        });
        let outcome = is_done.recv_timeout(Duration::from_secs(4));
        writer.execute_batch("rollback").expect("it rolls back");
        drop(writer);
        let (position, rows) = outcome.expect("neither waited");
        assert_eq!((position.expect("commits"), rows.expect("answers")), (1, 0));
    });
    let put = ViewWrite::Put(View::Jobs, vec![Cell::Null; View::Jobs.columns().len()]);
    assert!(store.project(1, &[put]).is_err(), "a key is needed");
    store.project(1, &[]).expect("the writer is free again");
}
