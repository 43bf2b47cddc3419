//! Who asks, for everything that is done for one request: set at the edge, read by handlers.
//!
//! Work that a handler starts on a task of its own has no asker: it may do nothing and see nothing
//! where callers must say who they are.

use super::guard::Reading;
use crate::problem::Problem;
use crate::state::ApiState;
use access::identity::PartyId;
use access::{Actor, Reach};
use store::view::{
    Cell, Column, Condition, Filter, Query, Related, Test, View, instances, variables,
};
use tokio::task_local;

/// Who asks, and what for.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    /// Who, and what it may do.
    pub(crate) actor: Actor,
    /// The user or client.
    pub(crate) party: PartyId,
    /// What it was known by.
    pub(crate) proof: Proof,
    /// What is read, if the request reads.
    pub(crate) reading: Option<Reading>,
}

/// What somebody was known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A secret that was good under this generation of the party.
    Secret(u64),
    /// A token, by digest.
    Token(String),
    /// A session, by digest, from a cookie: browsers send that by themselves.
    Session(String),
}

task_local! {
    /// Who asks.
    pub(crate) static ASKER: Asker;
}

/// Who asks; `None` outside a request, and where nobody is asked.
pub(crate) fn current() -> Option<Asker> {
    ASKER.try_with(Asker::clone).ok()
}

/// How far the asker may read, and what.
fn reach(state: &ApiState) -> Result<Option<(Reading, Reach)>, Problem> {
    if !state.auth().asks() {
        return Ok(None);
    }
    let asked = ASKER.try_with(|asker| asker.reading.map(|it| (it, it.reach(&asker.actor))));
    asked.map_err(|_| Problem::internal("Expected to know who asks, but it was lost on the way."))
}

/// Restricts a query to what its asker may read.
pub(crate) fn restrict(state: &ApiState, query: &mut Query) -> Result<(), Problem> {
    let Some((reading, reach)) = reach(state)? else { return Ok(()) };
    let ids = match reach {
        Reach::Everything => return Ok(()),
        Reach::Nothing => return Err(reading.denied()),
        Reach::Only(ids) => ids,
    };
    let within = |column: Column| {
        let ids = ids.iter().map(|id| Cell::Text(id.clone())).collect();
        Filter { column, test: Test::In(ids) }
    };
    if let Some(column) = reading.column(query.view) {
        query.filters.push(within(column));
        return Ok(());
    }
    if query.view == View::Variables && reading.names_processes() {
        query.conditions.push(Condition::Related(Related {
            view: View::Instances,
            by: &[(variables::INSTANCE, instances::KEY)],
            filters: vec![within(instances::PROCESS_ID)],
            exists: true,
        }));
        return Ok(());
    }
    Err(reading.denied_without_all())
}

/// Whether the asker may read what is about the process or decision with this id.
pub(crate) fn sees(state: &ApiState, id: &str) -> Result<bool, Problem> {
    Ok(match reach(state)? {
        None | Some((_, Reach::Everything)) => true,
        Some((_, Reach::Nothing)) => false,
        Some((_, Reach::Only(ids))) => ids.iter().any(|it| **it == *id),
    })
}
