//! Deletions as a node carries them out: what stands against one, and erasing after it.
//!
//! Not here: that something is deleted (`lane::delete`), and how history is erased (`store`).

use crate::clock::random_seed;
use crate::driver;
use crate::limits::SWEEP_ROWS_PER_STEP;
use crate::node::{Node, Shared};
use crate::request::{Answer, Caller, DeletedEvaluation, Refusal, Request};
use access::{Permission, ResourceType};
use engine::command::Rejection;
use engine::key::Key;
use store::keep::PurgeOrder;
use store::view::{
    Cell, Filter, Page, PageStart, Query, Test, View, decision_instances, instances,
};

/// Decisions of one evaluation that are looked at.
const DECISIONS_MAX: u32 = store::limits::PAGE_ROWS_MAX;

impl Node {
    /// A process whose instances run is not deleted. An instance that begins just now finds its
    /// definition nevertheless: it stays for those that run.
    pub(crate) async fn check_deletion(
        &self,
        caller: &Caller,
        resource: Key,
    ) -> Result<(), Refusal> {
        let Some(definition) = self.definition(resource) else { return Ok(()) };
        let (tenant, id) = (definition.tenant, &*definition.process_id);
        let place = access::Resource { tenant, kind: ResourceType::Resource, id };
        if access::permit(&caller.actor, Permission::DeleteProcess, place).is_err() {
            // The lane says so, and nothing of what runs.
            return Ok(());
        }
        let filters = vec![
            Filter { column: instances::DEFINITION, test: Test::Eq(cell(resource)) },
            Filter { column: instances::ENDED_MS, test: Test::Exists(false) },
        ];
        let running = self.query(query(View::Instances, definition.tenant, filters, 1)).await?;
        let Some(first) = running.rows.first() else { return Ok(()) };
        let Cell::Int(example) = first[usize::from(instances::KEY)] else { return Ok(()) };
        let count = running.total;
        Err(Refusal::Rejected(Rejection::invalid_state(format!(
            "Expected no instance of process `{}` version {} to run, but {count} {} (`{example}` for \
             example). Cancel or migrate them first.",
            definition.process_id,
            definition.version,
            if count == 1 { "does" } else { "do" }
        ))))
    }

    /// Deletes an evaluation outside of any process: the note that it was deleted is committed
    /// first, then its history is erased, now or at the next start.
    pub async fn delete_evaluation(&self, caller: Caller, evaluation: Key) -> Result<(), Refusal> {
        let deleted = self.evaluation(caller.tenant, evaluation).await?;
        match self.submit(caller, Request::DeleteEvaluation(deleted)).await? {
            Answer::Done => {}
            other => {
                let reason = format!("a deletion was answered with {other:?}");
                return Err(Refusal::Internal { reason });
            }
        }
        self.read(move |shared| {
            if let Err(error) = erase(shared, evaluation) {
                tracing::warn!(%error, %evaluation, "erasing is put off to the next start");
            }
            Ok(())
        })
        .await
    }

    /// What the view says of an evaluation that may be deleted.
    async fn evaluation(&self, tenant: u32, key: Key) -> Result<DeletedEvaluation, Refusal> {
        let filters = vec![Filter { column: decision_instances::KEY, test: Test::Eq(cell(key)) }];
        let view = View::DecisionInstances;
        let found = self.query(query(view, tenant, filters, DECISIONS_MAX)).await?.rows;
        // The one that was asked comes last.
        let Some(asked) = found.last() else {
            return Err(Refusal::Rejected(Rejection::not_found(format!(
                "Expected to find an evaluation with key `{key}`, but found none."
            ))));
        };
        if let Cell::Int(instance) = asked[usize::from(decision_instances::INSTANCE)] {
            return Err(Refusal::Rejected(Rejection::invalid_state(format!(
                "Expected an evaluation outside of any process, but `{key}` is part of the history \
                 of process instance `{instance}`: it goes with that, when its time to live is over."
            ))));
        }
        let decision_id = match &asked[usize::from(decision_instances::DECISION_ID)] {
            Cell::Text(id) => id.clone(),
            _ => "".into(),
        };
        let decisions = u32::try_from(found.len()).unwrap_or(u32::MAX);
        Ok(DeletedEvaluation { evaluation: key, tenant, decision_id, decisions })
    }
}

fn cell(key: Key) -> Cell {
    Cell::Int(key.0.cast_signed())
}

fn query(view: View, tenant: u32, filters: Vec<Filter>, limit: u32) -> Query {
    let page = Page { limit, start: PageStart::Offset(0) };
    Query { view, tenants: vec![tenant], filters, conditions: Vec::new(), sort: Vec::new(), page }
}

/// Erases the history of one aggregate, after the views have left it behind.
fn erase(shared: &Shared, aggregate: Key) -> Result<(), store::Error> {
    driver::write_views(shared)?;
    let now_ms = shared.clock.now_ms();
    let mut order = PurgeOrder {
        aggregates: vec![aggregate.0],
        definition: 0,
        before_ms: now_ms,
        now_ms,
        rows_max: SWEEP_ROWS_PER_STEP,
        swept: None,
        is_told: true,
        salt: [0; 16],
        forgets: false,
    };
    loop {
        let (one, two) = (random_seed(), random_seed());
        order.salt = (u128::from(one) << 64 | u128::from(two)).to_be_bytes();
        if shared.store.purge(&order)?.done > 0 {
            return Ok(());
        }
    }
}
