//! The view rows of one finished one-task instance, as the projector would write them.
//!
//! Not here: measuring.

use super::{NOW_MS, key, mixed};
use store::view::{Cell, View, ViewWrite};

pub(crate) fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

pub(crate) fn int(key: u64) -> Cell {
    Cell::Int(key.cast_signed())
}

/// The view rows of one finished one-task instance.
pub(crate) fn rows(n: u64, into: &mut Vec<ViewWrite>) {
    let (instance, definition) = (key(n * 8), key(3));
    let at = |seconds: i64| Cell::Int(NOW_MS + n as i64 + seconds * 1_000);
    into.push(ViewWrite::Put(
        View::Instances,
        vec![
            int(instance),
            int(definition),
            text("order-process"),
            text("Order process"),
            Cell::Int(1),
            text("v1"),
            Cell::Int(0),
            Cell::Int(1),
            Cell::Int(0),
            at(0),
            at(5),
            Cell::Null,
            Cell::Null,
            Cell::Null,
            text("demo"),
        ],
    ));
    for (place, (id, name, kind)) in [
        ("start", "Order received", "START_EVENT"),
        ("charge", "Charge the card", "SERVICE_TASK"),
        ("end", "Order done", "END_EVENT"),
    ]
    .into_iter()
    .enumerate()
    {
        into.push(ViewWrite::Put(
            View::Elements,
            vec![
                int(instance),
                int(instance + place as u64 + 1),
                int(definition),
                text("order-process"),
                text(id),
                text(name),
                text(kind),
                Cell::Int(1),
                at(0),
                at(5),
                int(instance),
                Cell::Int(0),
                Cell::Int(0),
            ],
        ));
    }
    variable_rows(n, into);
    job_row(n, into);
}

/// Its job.
fn job_row(n: u64, into: &mut Vec<ViewWrite>) {
    let (instance, definition) = (key(n * 8), key(3));
    let at = |seconds: i64| Cell::Int(NOW_MS + n as i64 + seconds * 1_000);
    into.push(ViewWrite::Put(
        View::Jobs,
        vec![
            int(instance + 7),
            int(instance),
            int(instance + 2),
            text("charge"),
            int(definition),
            text("order-process"),
            text("charge-card"),
            Cell::Int(0),
            Cell::Int(2),
            text("worker-1"),
            Cell::Int(3),
            at(0),
            at(5),
            at(60),
            Cell::Null,
            Cell::Null,
            Cell::Int(0),
        ],
    ));
}

/// Its variables.
fn variable_rows(n: u64, into: &mut Vec<ViewWrite>) {
    let instance = key(n * 8);
    let amount = mixed(n) % 100_000;
    for (place, (name, value)) in [
        ("amount", amount.to_string()),
        ("customer", format!("\"customer {}\"", mixed(n) % 50_000)),
        ("approved", "true".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        into.push(ViewWrite::Put(
            View::Variables,
            vec![
                int(instance),
                int(instance),
                text(name),
                int(instance + place as u64 + 4),
                text(&value),
                Cell::Int(0),
            ],
        ));
    }
}
