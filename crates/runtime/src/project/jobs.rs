//! Jobs: their rows, and how many each worker did.
//!
//! Not here: who holds a job now; that is in the job row the commit writes.

use super::counters::Fate;
use super::{Projection, RowKey, Scene, number, object, optional, text};
use engine::event::{Activation, InstanceEvent, JobCreated, Slot};
use engine::key::Key;
use engine::part::text::Text;
use std::sync::Arc;
use store::view::{Cell, View, jobs};

impl Projection {
    pub(super) fn fold_job_event(&mut self, scene: &Scene<'_>, event: &InstanceEvent) {
        use InstanceEvent as E;
        let updated = Cell::Int(scene.now_ms);
        match event {
            E::JobCompleted { slot, key, by } => {
                self.fold_job_end(scene, *key, 2, Some(by));
                self.count_by_worker(scene, *slot, by, Fate::Completed);
            }
            E::JobCancelled { key, .. } => self.fold_job_end(scene, *key, 5, None),
            E::JobErrorThrown { slot, key, by, code, message } => {
                self.fold_job_end(scene, *key, 4, Some(by));
                self.count_by_worker(scene, *slot, by, Fate::Failed);
                let row = RowKey::one(View::Jobs, key.0);
                let changes =
                    [(jobs::ERROR_CODE, text(code)), (jobs::ERROR_MESSAGE, text(message))];
                self.patch(row, changes);
            }
            E::JobFailed { slot, key, by, retries, message, .. } => {
                self.count_by_worker(scene, *slot, by, Fate::Failed);
                let row = RowKey::one(View::Jobs, key.0);
                let changes = [
                    (jobs::STATE, Cell::Int(3)),
                    (jobs::RETRIES, Cell::Int(i64::from(*retries))),
                    (jobs::WORKER, text(&by.worker)),
                    (jobs::ERROR_MESSAGE, text(message)),
                    (jobs::UPDATED_MS, updated),
                ];
                self.patch(row, changes);
            }
            E::JobRetriesUpdated { key, retries, .. } => {
                let row = RowKey::one(View::Jobs, key.0);
                let retries = Cell::Int(i64::from(*retries));
                self.patch(row, [(jobs::RETRIES, retries), (jobs::UPDATED_MS, updated)]);
            }
            E::JobTimeoutUpdated { key, deadline_ms, .. } => {
                let row = RowKey::one(View::Jobs, key.0);
                let deadline = Cell::Int(*deadline_ms);
                self.patch(row, [(jobs::DEADLINE_MS, deadline), (jobs::UPDATED_MS, updated)]);
            }
            E::JobOffered { key, .. } => {
                let row = RowKey::one(View::Jobs, key.0);
                self.patch(row, [(jobs::STATE, Cell::Int(0)), (jobs::UPDATED_MS, updated)]);
            }
            _ => {}
        }
    }

    pub(super) fn fold_job(&mut self, scene: &Scene<'_>, created: &JobCreated) {
        let (place, node) = scene.node(created.slot);
        let own = node.headers();
        let headers = object(if created.headers.is_empty() { own } else { &created.headers });
        let row = [
            (jobs::KEY, number(created.key.0)),
            (jobs::INSTANCE, number(scene.instance.0)),
            (jobs::ELEMENT, number(place.key.0)),
            (jobs::ELEMENT_ID, text(&node.id)),
            (jobs::DEFINITION, number(scene.definition.key.0)),
            (jobs::PROCESS_ID, text(&scene.definition.graph.process_id)),
            (jobs::JOB_TYPE, text(&created.job_type)),
            (jobs::KIND, Cell::Int(created.kind as i64)),
            (jobs::LISTENER, Cell::Int(created.listener as i64)),
            (jobs::STATE, Cell::Int(0)),
            (jobs::RETRIES, Cell::Int(i64::from(created.retries))),
            (jobs::CREATED_MS, Cell::Int(scene.now_ms)),
            (jobs::TENANT, Cell::Int(i64::from(scene.definition.tenant))),
            (jobs::HEADERS, headers),
            (jobs::UPDATED_MS, Cell::Int(scene.now_ms)),
            (jobs::PRIORITY, Cell::Int(i64::from(created.priority))),
        ];
        self.put(View::Jobs, RowKey::one(View::Jobs, created.key.0), &row);
        let place = (scene.definition.tenant, &created.job_type, None);
        self.counters.count_job(place, Fate::Created, scene.now_ms);
    }

    fn fold_job_end(&mut self, scene: &Scene<'_>, key: Key, state: i64, by: Option<&Activation>) {
        let row = RowKey::one(View::Jobs, key.0);
        let worker = optional(by.map(|by| &by.worker).filter(|worker| !worker.is_empty()));
        let changes = [
            (jobs::STATE, Cell::Int(state)),
            (jobs::WORKER, worker),
            (jobs::ENDED_MS, Cell::Int(scene.now_ms)),
            (jobs::UPDATED_MS, Cell::Int(scene.now_ms)),
        ];
        self.patch(row, changes);
    }

    /// Counts what a worker did. Events of a job's end do not name its type: the element does,
    /// unless it is computed.
    fn count_by_worker(&mut self, scene: &Scene<'_>, slot: Slot, by: &Activation, fate: Fate) {
        let (_, node) = scene.node(slot);
        let unknown: Arc<str>;
        let job_type = match node.kind.job().map(|spec| &spec.job_type) {
            Some(Text::Fixed(job_type)) => job_type,
            _ => {
                unknown = "".into();
                &unknown
            }
        };
        let place = (scene.definition.tenant, job_type, Some(&by.worker));
        self.counters.count_job(place, fate, scene.now_ms);
    }
}
