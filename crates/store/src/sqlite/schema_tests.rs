//! The chain of scripts, with steps made up for the purpose.

use super::*;

const MAKE: &str = "create table a(x integer); insert into a values (1)";
const DOUBLE: &str = "update a set x = x * 2";
const RENAME: &str = "alter table a rename to b; update b set x = x + 10";
const BROKEN: &str = "update b set x = 0; insert into nowhere values (1)";

fn file() -> Connection {
    Connection::open_in_memory().expect("a file in memory")
}

fn value(db: &Connection, table: &str) -> i64 {
    db.query_row(&format!("select x from {table}"), [], |row| row.get(0)).expect("one row")
}

#[test]
fn every_older_format_reaches_the_newest_by_the_steps_it_has_not_seen() {
    for start in 0..=3 {
        let mut db = file();
        let steps = [MAKE, DOUBLE, RENAME];
        run(&mut db, &steps[..start]).expect("an older release made it");
        assert_eq!(run(&mut db, &steps).expect("migrates"), start as u32);
        assert_eq!((format(&db).unwrap(), value(&db, "b")), (3, 12), "from format {start}");
        assert_eq!(run(&mut db, &steps).expect("nothing to do"), 3);
        assert_eq!(value(&db, "b"), 12);
    }
}

#[test]
fn a_step_that_fails_leaves_the_format_before_it() {
    let mut db = file();
    assert!(run(&mut db, &[MAKE, RENAME, BROKEN]).is_err());
    assert_eq!((format(&db).unwrap(), value(&db, "b")), (2, 11));
    run(&mut db, &[MAKE, RENAME, "update b set x = 7"]).expect("the mended step goes on");
    assert_eq!(value(&db, "b"), 7);
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let mut db = file();
    db.pragma_update(None, "user_version", FORMAT + 1).unwrap();
    let error = migrate(&mut db).unwrap_err();
    let expected = format!("format {FORMAT} or older, but found {}", FORMAT + 1);
    assert!(error.to_string().contains(&expected), "{error}");
    let tables: i64 =
        db.query_row("select count(*) from sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 0);
}
