//! Taking work: the next piece for who asks, and the best person for a piece, with the reasons.
//!
//! Not here: finding it (`find`). A piece is taken by a command that only one of two succeeds
//! with, so that nobody ever gets what another one has.

use super::find::{load, waiting};
use super::{Piece, PieceKind, PieceOfWork, SHOWN, queue};
use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::{ObjectWriter, list, string};
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use runtime::request::{Answer, Caller, Request, WorkRequest};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::ToSchema;
use work::case::CaseCommand;
use work::definition::Queue;
use work::route::{Candidate, candidate, candidates};

/// How often the queue is looked at anew when others were faster.
const LOOKS: u32 = 5;

/// How many ask for the next piece of a queue at this moment. Who comes while others ask begins
/// behind as many pieces: they would be gone.
#[derive(Default)]
pub(crate) struct Askers(Mutex<BTreeMap<Arc<str>, usize>>);

/// A place among those who ask; it is free again when this is dropped.
struct Place<'a> {
    askers: &'a Askers,
    queue: Arc<str>,
    number: usize,
}

impl Askers {
    fn ask(&self, queue: &Arc<str>) -> Place<'_> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(queue.clone()).or_default();
        *count += 1;
        Place { askers: self, queue: queue.clone(), number: *count - 1 }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut held = self.askers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.queue) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.queue);
            }
        }
    }
}

/// The piece somebody got, and why that one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct TakenWork {
    item: PieceOfWork,
    /// In words, one reason each.
    why: Vec<String>,
}

/// Take the next piece of a queue
///
/// The most urgent piece nobody has taken is yours: the case has you as its driver, or the user
/// task as its assignee. Two who ask at once get two pieces. 204: nothing waits.
#[utoipa::path(
    post,
    path = "/api/v1/queues/{queueId}/next",
    operation_id = "takeNextWork",
    tag = "Work",
    params(("queueId" = String, Path, description = "Id of the queue.")),
    responses(
        (status = 200, description = "Yours, and why.", body = TakenWork),
        (status = 204, description = "Nothing waits."),
        (status = 409, description = "You may not take work of it; says why.",
            body = ProblemDetail),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn take_next_work(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    CallerOf(caller): CallerOf,
) -> Result<Response, Problem> {
    let queue = queue(&state, &id)?;
    let user = caller.actor.id.clone();
    let has = load(&state, &user).await?;
    let known = state.node().resources();
    let judged =
        |site: Option<&str>| candidate(&known.work, DEFAULT_TENANT, &queue.says, &user, site, has);
    let general = judged(None);
    if !general.may() {
        return Err(not_for(&general, &id));
    }
    let place = state.askers().ask(&queue.says.id);
    for look in 0..LOOKS {
        let (pieces, _) = waiting(&state, &queue.says, SHOWN).await?;
        let mine: Vec<&Piece> =
            pieces.iter().filter(|piece| judged(piece.site.as_deref()).may()).collect();
        if mine.is_empty() {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        let skip = if look == 0 { place.number % mine.len() } else { 0 };
        let order = mine[skip..].iter().chain(&mine[..skip]);
        for piece in order {
            match take(&state, &caller, piece, &user).await {
                Ok(()) => return Ok(taken(piece, &why(piece, &queue.says, &general, &pieces))),
                // Somebody was faster, or it is gone.
                Err(problem) if problem.is_conflict() => {}
                Err(problem) => return Err(problem),
            }
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn not_for(who: &Candidate, id: &str) -> Problem {
    let detail = format!(
        "Expected `{}` to be one who may take work of queue `{id}`, but: {}.",
        who.user,
        who.excluded.join("; ")
    );
    Problem::new(StatusCode::CONFLICT, "INVALID_STATE", detail)
}

async fn take(
    state: &ApiState,
    caller: &Caller,
    piece: &Piece,
    user: &Arc<str>,
) -> Result<(), Problem> {
    let by = caller.actor.id.clone();
    let request = match (piece.kind, piece.instance) {
        (PieceKind::UserTask, Some(instance)) => Request::AssignUserTask {
            instance,
            task: piece.key,
            assignee: Some(user.clone()),
            allow_override: false,
            action: "claim".into(),
        },
        _ => Request::Work(WorkRequest::AskCase {
            case: piece.key,
            command: Box::new(CaseCommand::TakeCase { driver: user.clone(), by }),
        }),
    };
    let answer: Answer = state.submit(caller.clone(), request).await?;
    answer::done(&answer)
}

/// Why this one, in words.
fn why(piece: &Piece, queue: &Queue, who: &Candidate, pieces: &[Piece]) -> Vec<String> {
    let mut why = vec![format!("urgency {}", piece.urgency)];
    let ahead = pieces.iter().position(|held| held.key == piece.key).unwrap_or(0);
    why.push(match ahead {
        0 => format!("first in queue {}", queue.id),
        _ => format!("number {} in queue {}: others take those before it", ahead + 1, queue.id),
    });
    if let Some(due_ms) = piece.due_ms {
        why.push(format!("due {}", crate::time::format(due_ms)));
    }
    why.extend(reasons(who, queue));
    why
}

/// Why somebody may have it, in words.
fn reasons(who: &Candidate, queue: &Queue) -> Vec<String> {
    let mut why = Vec::new();
    for (skill, level) in &queue.skills {
        why.push(format!("has {skill} at level {level} at least"));
    }
    if let Some(most) = who.capacity {
        why.push(format!("has {} of {most} pieces", who.load));
    }
    why
}

fn taken(piece: &Piece, why: &[String]) -> Response {
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    let mut item = ObjectWriter::open(object.name("item"));
    piece.write(&mut item);
    item.close();
    list(object.name("why"), why, |out, reason| string(out, reason));
    object.close();
    answer::json(out)
}

/// Everybody in a team, with why they may do work of a queue or not.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct CandidateList {
    items: Vec<CandidateItem>,
}

/// Somebody who could be given work.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct CandidateItem {
    user: String,
    team: String,
    load: u32,
    #[schema(required)]
    capacity: Option<u32>,
    is_eligible: bool,
    /// Why not, one reason each.
    excluded: Vec<String>,
}

/// A piece to give to somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WorkAssignment {
    /// Key of the case; or
    case_key: Option<String>,
    /// key of the user task.
    user_task_key: Option<String>,
}

async fn everybody(
    state: &ApiState,
    queue: &Queue,
    site: Option<&str>,
) -> Result<Vec<Candidate>, Problem> {
    let known = state.node().resources();
    let mut loads: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    for team in known.work.teams(DEFAULT_TENANT) {
        for member in &team.says.members {
            let has = load(state, &member.user).await?;
            loads.insert(member.user.clone(), has);
        }
    }
    let of = |user: &str| loads.get(user).copied().unwrap_or(0);
    Ok(candidates(&known.work, DEFAULT_TENANT, queue, site, of))
}

/// Explain who may do the work of a queue
#[utoipa::path(
    get,
    path = "/api/v1/queues/{queueId}/candidates",
    operation_id = "listCandidates",
    tag = "Work",
    params(("queueId" = String, Path, description = "Id of the queue.")),
    responses(
        (status = 200, description = "Who has most room first, who may not last.",
            body = CandidateList),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn list_candidates(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let queue = queue(&state, &id)?;
    let all = everybody(&state, &queue.says, None).await?;
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    list(object.name("items"), &all, |out, it| {
        let mut object = ObjectWriter::open(out);
        object.text("user", &it.user);
        object.text("team", &it.team);
        object.number("load", it.load);
        match it.capacity {
            Some(most) => object.number("capacity", most),
            None => object.raw("capacity", "null"),
        }
        object.raw("isEligible", if it.may() { "true" } else { "false" });
        list(object.name("excluded"), &it.excluded, |out, reason| string(out, reason));
        object.close();
    });
    object.close();
    Ok(answer::json(out))
}

/// Who got a piece, and why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct AssignedWork {
    item: PieceOfWork,
    user: String,
    /// In words, one reason each; of everybody else why not.
    why: Vec<String>,
}

/// Assign a piece of a queue
///
/// To whom has the skills, works for its site, is here, and has most room; says why, and why nobody
/// else. Only what nobody has taken yet.
#[utoipa::path(
    post,
    path = "/api/v1/queues/{queueId}/assignment",
    operation_id = "assignQueuedWork",
    tag = "Work",
    params(("queueId" = String, Path, description = "Id of the queue.")),
    request_body = WorkAssignment,
    responses(
        (status = 200, description = "Assigned.", body = AssignedWork),
        (status = 409, description = "Nobody may, or somebody has it.", body = ProblemDetail),
        (status = "4XX", description = "Not found.", body = ProblemDetail),
    )
)]
pub(crate) async fn assign_queued_work(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: WorkAssignment = body.parse()?;
    let queue = queue(&state, &id)?;
    let (pieces, _) = waiting(&state, &queue.says, SHOWN).await?;
    let is_wanted = |piece: &&Piece| {
        let key = piece.key.to_string();
        let named = match piece.kind {
            PieceKind::Case => &wanted.case_key,
            PieceKind::UserTask => &wanted.user_task_key,
        };
        named.as_ref() == Some(&key)
    };
    let Some(piece) = pieces.iter().find(is_wanted) else {
        return Err(Problem::not_found(format!(
            "Expected to find that piece among the first {SHOWN} of queue `{id}`, but it is not \
             there."
        )));
    };
    let all = everybody(&state, &queue.says, piece.site.as_deref()).await?;
    let Some(who) = all.first().filter(|who| who.may()) else {
        let reasons: Vec<String> = all.iter().map(excluded).collect();
        let detail = format!("Expected somebody who may, but: {}.", reasons.join("; "));
        return Err(Problem::new(StatusCode::CONFLICT, "INVALID_STATE", detail));
    };
    take(&state, &caller, piece, &who.user).await?;
    let mut why = reasons(who, &queue.says);
    why.extend(all.iter().skip(1).filter(|it| !it.may()).map(excluded));
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    let mut item = ObjectWriter::open(object.name("item"));
    piece.write(&mut item);
    item.close();
    object.text("user", &who.user);
    list(object.name("why"), &why, |out, reason| string(out, reason));
    object.close();
    Ok(answer::json(out))
}

fn excluded(who: &Candidate) -> String {
    format!("{} excluded: {}", who.user, who.excluded.join(", "))
}
