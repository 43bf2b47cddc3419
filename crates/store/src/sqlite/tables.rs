//! The view tables, made from the specs; when a spec changes their file is made anew and filled
//! from history by the projector.
//!
//! Not here: tables decisions are made on (`schema`).

use std::fmt::Write;

use rusqlite::Connection;

use super::{io, scan};
use crate::Error;
use crate::view::{ColumnSpec, Kind, Spec, View};

/// Rows of `meta`: the position up to which views are written.
pub(super) const META_PROJECTED: i64 = 1;
/// Rows of `meta`: name of the audit segment of the history row at that position.
pub(super) const META_SEGMENT: i64 = 2;
/// Rows of `meta`: fingerprint of the layout.
const META_LAYOUT: i64 = 3;

/// What the file of the views holds besides them.
const OWN: &str = "
create table meta(id integer primary key, value integer not null) strict;
create table word(id integer primary key, text text not null unique) strict;
insert into meta(id, value) values (1, 0), (2, 0), (3, 0);
";

/// Lays out an empty file.
pub(super) fn make(db: &mut Connection) -> Result<(), Error> {
    let failed = io("make the view tables");
    let script = script() + &statistics();
    let transaction = db.transaction().map_err(&failed)?;
    transaction.execute_batch(&script).map_err(&failed)?;
    scan::set_meta(&transaction, META_LAYOUT, fingerprint(&script)).map_err(&failed)?;
    transaction.commit().map_err(&failed)
}

/// Whether the file is laid out as this build does it.
pub(super) fn is_current(db: &Connection) -> rusqlite::Result<bool> {
    Ok(scan::meta(db, META_LAYOUT)? == fingerprint(&(script() + &statistics())))
}

/// SQL that makes all tables of the file and their indexes.
fn script() -> String {
    let mut sql = OWN.to_owned();
    for view in View::projected() {
        let spec = view.spec();
        table(&mut sql, spec);
        for (number, index) in spec.indexes.iter().enumerate() {
            let columns = names(spec, index.columns);
            let _infallible =
                write!(sql, "create index {0}_{number} on {0}({columns})", spec.table);
            if !index.only.is_empty() {
                let _infallible = write!(sql, " where {}", index.only);
            }
            sql.push_str(";\n");
        }
    }
    sql.push_str(VALUE_INDEX);
    sql
}

/// What SQLite's planner is told of every index, in place of `analyze`: plans must not depend on
/// when somebody last counted. It sees a busy installation of one tenant with a long history.
fn statistics() -> String {
    let mut sql = "analyze sqlite_schema; delete from sqlite_stat1;\n".to_owned();
    let mut tell = |table: &str, index: &str, rows: &[u64]| {
        let rows: Vec<String> = rows.iter().map(u64::to_string).collect();
        let rows = rows.join(" ");
        let _infallible =
            writeln!(sql, "insert into sqlite_stat1 values ('{table}', '{index}', '{rows}');");
    };
    for view in View::projected() {
        let spec = view.spec();
        if spec.key.len() > 1 {
            tell(spec.table, spec.table, &[ROWS, 8, 4, 2, 1][..=spec.key.len()]);
        }
        for (number, index) in spec.indexes.iter().enumerate() {
            let mut rows = vec![if index.only.is_empty() { ROWS } else { ROWS / 100 }];
            let mut left = rows[0];
            for column in index.columns {
                left = (left / distinct(&spec.columns[*column as usize])).max(2);
                rows.push(left);
            }
            tell(spec.table, &format!("{}_{number}", spec.table), &rows);
        }
    }
    tell("view_variable", "view_variable_value", &[ROWS, ROWS / 50, 20]);
    sql
}

/// Rows of a busy view.
const ROWS: u64 = 1_000_000;

/// How many values a column has, roughly.
fn distinct(column: &ColumnSpec) -> u64 {
    match (column.name, column.kind) {
        ("tenant", _) => 1,
        (_, Kind::Enum) => 4,
        ("definition", _) | (_, Kind::Word) => 50,
        _ => ROWS / 5,
    }
}

/// The index behind searches by variable: the first characters decide nearly always, and long
/// values cost no more than short ones.
const VALUE_INDEX: &str =
    "create index view_variable_value on view_variable(name, substr(value, 1, 12));\n";

/// The expression the index is on.
pub(super) const VALUE_START: &str = "substr(v.value, 1, 12)";
/// Characters the index looks at.
pub(super) const VALUE_START_CHARS: usize = 12;

fn table(sql: &mut String, spec: &Spec) {
    let _infallible = write!(sql, "create table {}(", spec.table);
    for (place, column) in spec.columns.iter().enumerate() {
        let kind = if column.kind == Kind::Text { "text" } else { "integer" };
        let separator = if place == 0 { "" } else { ", " };
        let _infallible = write!(sql, "{separator}{} {kind}", column.name);
        if spec.key == [place as u16] {
            sql.push_str(" primary key");
        } else if spec.key.contains(&(place as u16)) {
            sql.push_str(" not null");
        }
    }
    if spec.key.len() > 1 {
        let _infallible = write!(sql, ", primary key ({})", names(spec, spec.key));
    }
    // Rows of several key columns lie together by the first one: the instance.
    let rows = if spec.key.len() > 1 { ", without rowid" } else { "" };
    let _infallible = writeln!(sql, ") strict{rows};");
}

fn names(spec: &Spec, columns: &[u16]) -> String {
    let names: Vec<&str> =
        columns.iter().map(|column| spec.columns[*column as usize].name).collect();
    names.join(", ")
}

/// FNV-1a, 63 bits.
fn fingerprint(script: &str) -> i64 {
    let hash = script.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 1).cast_signed()
}
