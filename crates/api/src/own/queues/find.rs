//! Finding the work in a queue, and how much somebody has.
//!
//! Not here: who may have it.

use super::{Piece, PieceKind};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use engine::key::Key;
use std::sync::Arc;
use store::view::{Cell, Column, Filter, Page, PageStart, Query, Test, View, cases, user_tasks};
use work::definition::Queue;

/// The first pieces nobody has taken, and how many there are, counted up to a limit.
pub(super) async fn waiting(
    state: &ApiState,
    queue: &Queue,
    limit: u32,
) -> Result<(Vec<Piece>, u64), Problem> {
    let (mut pieces, mut total) = (Vec::new(), 0);
    if let Some(query) = waiting_cases(queue, limit) {
        let found = state.node().query(query).await?;
        total += found.total;
        pieces.extend(found.rows.iter().filter_map(|row| case(row)));
    }
    if let Some(query) = waiting_tasks(queue, limit) {
        let found = state.node().query(query).await?;
        total += found.total;
        pieces.extend(found.rows.iter().filter_map(|row| task(row)));
    }
    pieces.sort_by_key(Piece::rank);
    pieces.truncate(limit as usize);
    Ok((pieces, total))
}

/// How much open work somebody has.
pub(super) async fn load(state: &ApiState, user: &str) -> Result<u32, Problem> {
    let is = |column: Column| Filter { column, test: Test::Eq(Cell::Text(user.into())) };
    let open = |column: Column| Filter { column, test: Test::Eq(Cell::Int(0)) };
    let queries = [
        query(View::Cases, vec![open(cases::STATE), is(cases::DRIVER)], Vec::new(), 1),
        query(View::UserTasks, vec![open(user_tasks::STATE), is(user_tasks::ASSIGNEE)], vec![], 1),
    ];
    let mut load = 0;
    for query in queries {
        load += state.node().query(query).await?.total;
    }
    Ok(u32::try_from(load).unwrap_or(u32::MAX))
}

fn query(view: View, filters: Vec<Filter>, sort: Vec<(Column, bool)>, limit: u32) -> Query {
    let page = Page { limit, start: PageStart::Offset(0) };
    Query { view, tenants: vec![DEFAULT_TENANT], filters, conditions: Vec::new(), sort, page }
}

fn waiting_cases(queue: &Queue, limit: u32) -> Option<Query> {
    let of = queue.cases.as_ref()?;
    let mut filters = vec![
        Filter { column: cases::STATE, test: Test::Eq(Cell::Int(0)) },
        Filter { column: cases::DRIVER, test: Test::Exists(false) },
    ];
    filters.extend(one_of(cases::CASE_TYPE_ID, &of.types));
    filters.extend(one_of(cases::STAGE, &of.stages));
    filters.extend(one_of(cases::SITE, &of.sites));
    filters.extend(at_least(cases::URGENCY, queue.minimum_urgency));
    let sort = vec![(cases::URGENCY, false), (cases::DEADLINE_MS, true), (cases::KEY, true)];
    Some(query(View::Cases, filters, sort, limit))
}

fn waiting_tasks(queue: &Queue, limit: u32) -> Option<Query> {
    let of = queue.tasks.as_ref()?;
    let mut filters = vec![
        Filter { column: user_tasks::STATE, test: Test::Eq(Cell::Int(0)) },
        Filter { column: user_tasks::ASSIGNEE, test: Test::Exists(false) },
    ];
    filters.extend(one_of(user_tasks::PROCESS_ID, &of.processes));
    filters.extend(one_of(user_tasks::ELEMENT_ID, &of.elements));
    filters.extend(at_least(user_tasks::PRIORITY, queue.minimum_urgency));
    let sort =
        vec![(user_tasks::PRIORITY, false), (user_tasks::DUE_MS, true), (user_tasks::KEY, true)];
    Some(query(View::UserTasks, filters, sort, limit))
}

fn one_of(column: Column, words: &[Arc<str>]) -> Option<Filter> {
    let cells = words.iter().map(|word| Cell::Text(word.clone())).collect();
    (!words.is_empty()).then_some(Filter { column, test: Test::In(cells) })
}

fn at_least(column: Column, least: u32) -> Option<Filter> {
    let test = Test::Ge(Cell::Int(i64::from(least)));
    (least > 0).then_some(Filter { column, test })
}

fn int(row: &[Cell], column: Column) -> Option<i64> {
    match row.get(usize::from(column))? {
        Cell::Int(number) => Some(*number),
        _ => None,
    }
}

fn text(row: &[Cell], column: Column) -> Option<Arc<str>> {
    match row.get(usize::from(column))? {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn case(row: &[Cell]) -> Option<Piece> {
    Some(Piece {
        kind: PieceKind::Case,
        key: Key(int(row, cases::KEY)?.cast_unsigned()),
        title: text(row, cases::TITLE).unwrap_or_default(),
        what: text(row, cases::CASE_TYPE_ID).unwrap_or_default(),
        urgency: int(row, cases::URGENCY).unwrap_or(0),
        due_ms: int(row, cases::DEADLINE_MS),
        since_ms: int(row, cases::OPENED_MS)?,
        site: text(row, cases::SITE),
        instance: None,
    })
}

fn task(row: &[Cell]) -> Option<Piece> {
    let element = text(row, user_tasks::ELEMENT_ID).unwrap_or_default();
    let name = text(row, user_tasks::NAME).filter(|name| !name.is_empty());
    Some(Piece {
        kind: PieceKind::UserTask,
        key: Key(int(row, user_tasks::KEY)?.cast_unsigned()),
        title: name.unwrap_or_else(|| element.clone()),
        what: element,
        urgency: int(row, user_tasks::PRIORITY).unwrap_or(50),
        due_ms: int(row, user_tasks::DUE_MS),
        since_ms: int(row, user_tasks::CREATED_MS)?,
        site: None,
        instance: Some(Key(int(row, user_tasks::INSTANCE)?.cast_unsigned())),
    })
}
