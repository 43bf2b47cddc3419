//! `/api/v1/queues`: open work in the order of its urgency, and who may do it.
//!
//! Not here: taking it (`take`), and finding it (`find`). A queue is a definition: a saved filter
//! over open cases and user tasks, and nothing lies in it by itself.

mod find;
mod take;

pub(crate) use take::*;

use crate::answer;
use crate::json_write::{ObjectWriter, list};
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::tenant::{DEFAULT_NAME, DEFAULT_TENANT};
use crate::time;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::key::Key;
use std::sync::Arc;
use utoipa::ToSchema;
use work::definition::{Deployed, Queue};

/// Rows of a queue shown at once.
pub(super) const SHOWN: u32 = 100;

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    pub(super) key: Key,
    pub(super) title: Arc<str>,
    /// Case type, or element of the process.
    pub(super) what: Arc<str>,
    /// 0 to 100; that of a user task is its priority.
    pub(super) urgency: i64,
    pub(super) due_ms: Option<i64>,
    pub(super) since_ms: i64,
    pub(super) site: Option<Arc<str>>,
    /// Of a user task.
    pub(super) instance: Option<Key>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Case,
    UserTask,
}

impl Piece {
    /// What comes first: the more urgent, then the one that is due first, then the older.
    fn rank(&self) -> (std::cmp::Reverse<i64>, i64, i64, u64) {
        let due_ms = self.due_ms.unwrap_or(i64::MAX);
        (std::cmp::Reverse(self.urgency), due_ms, self.since_ms, self.key.0)
    }

    fn write(&self, object: &mut ObjectWriter<'_>) {
        let is_case = self.kind == PieceKind::Case;
        object.text("kind", if is_case { "CASE" } else { "USER_TASK" });
        object.key_or_null("caseKey", is_case.then_some(self.key));
        object.key_or_null("userTaskKey", (!is_case).then_some(self.key));
        object.text("title", &self.title);
        object.text(if is_case { "caseTypeId" } else { "elementId" }, &self.what);
        object.number("urgency", self.urgency);
        object.text_or_null("dueTime", self.due_ms.map(time::format).as_deref());
        object.text("sinceTime", &time::format(self.since_ms));
        object.text_or_null("site", self.site.as_deref());
    }
}

/// A queue.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct QueueItem {
    queue_id: String,
    name: String,
    version: u32,
    /// Open work nobody has taken, counted up to a limit.
    depth: u64,
    minimum_urgency: u32,
    /// What somebody must be able to do, with the level.
    skills: Vec<String>,
    tenant_id: String,
}

/// Queues, by id.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct QueueList {
    items: Vec<QueueItem>,
}

/// Open work, what comes first first.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct QueuedWork {
    items: Vec<PieceOfWork>,
}

/// A piece of open work.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct PieceOfWork {
    /// `CASE` or `USER_TASK`.
    kind: String,
    #[schema(required)]
    case_key: Option<String>,
    #[schema(required)]
    user_task_key: Option<String>,
    title: String,
    /// 0 to 100; of a user task its priority.
    urgency: i64,
    #[schema(required)]
    due_time: Option<String>,
    since_time: String,
    #[schema(required)]
    site: Option<String>,
}

/// The queue with an id.
pub(super) fn queue(state: &ApiState, id: &str) -> Result<Arc<Deployed<Queue>>, Problem> {
    let known = state.node().resources();
    known.work.latest_queue(DEFAULT_TENANT, id).cloned().ok_or_else(|| {
        Problem::not_found(format!("Expected to find queue `{id}`, but found none. Deploy it."))
    })
}

/// List queues
#[utoipa::path(
    get,
    path = "/api/v1/queues",
    operation_id = "listQueues",
    tag = "Work",
    responses((status = 200, description = "The queues.", body = QueueList))
)]
pub(crate) async fn list_queues(State(state): State<ApiState>) -> Result<Response, Problem> {
    let known = state.node().resources();
    let queues: Vec<Arc<Deployed<Queue>>> = known.work.queues(DEFAULT_TENANT).cloned().collect();
    let mut depths = Vec::with_capacity(queues.len());
    for queue in &queues {
        depths.push(find::waiting(&state, &queue.says, 1).await?.1);
    }
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    list(object.name("items"), queues.iter().zip(&depths), |out, (queue, depth)| {
        let mut object = ObjectWriter::open(out);
        object.text("queueId", &queue.says.id);
        object.text("name", &queue.says.name);
        object.number("version", queue.version);
        object.number("depth", depth);
        object.number("minimumUrgency", queue.says.minimum_urgency);
        list(object.name("skills"), &queue.says.skills, |out, (skill, level)| {
            crate::json_write::string(out, &format!("{skill} {level}"));
        });
        object.text("tenantId", DEFAULT_NAME);
        object.close();
    });
    object.close();
    Ok(answer::json(out))
}

/// Show a queue
///
/// The open work in it nobody has taken, what comes first first, at most 100 pieces.
#[utoipa::path(
    get,
    path = "/api/v1/queues/{queueId}/items",
    operation_id = "listQueuedWork",
    tag = "Work",
    params(("queueId" = String, Path, description = "Id of the queue.")),
    responses(
        (status = 200, description = "What waits.", body = QueuedWork),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn list_queued_work(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let queue = queue(&state, &id)?;
    let (pieces, _) = find::waiting(&state, &queue.says, SHOWN).await?;
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    list(object.name("items"), &pieces, |out, piece| {
        let mut object = ObjectWriter::open(out);
        piece.write(&mut object);
        object.close();
    });
    object.close();
    Ok(answer::json(out))
}
