//! `/api/v1/solutions`: files that belong together, imported together.
//!
//! Not here: what is in the files. A solution is one deployment with a manifest that names its
//! files.

use crate::answer;
use crate::extract::CallerOf;
use crate::keys::WireKey;
use crate::multipart::form;
use crate::problem::{Problem, ProblemDetail};
use crate::state::{ApiState, unexpected};
use crate::tenant::{self, DEFAULT_NAME, DEFAULT_TENANT};
use crate::v2::deployments::{DeploymentForm, DeploymentResult, describe};
use axum::extract::{Request as HttpRequest, State};
use axum::response::Response;
use runtime::request::{Answer, Request, Resource};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use work::definition::{Definition, Solution, read};

/// A solution that was imported.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SolutionItem {
    solution_key: WireKey,
    solution_id: String,
    name: String,
    version: u32,
    version_tag: String,
    description: String,
    files: Vec<String>,
    tenant_id: &'static str,
}

/// Solutions, by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SolutionList {
    items: Vec<SolutionItem>,
}

/// List solutions
#[utoipa::path(
    get,
    path = "/api/v1/solutions",
    operation_id = "listSolutions",
    tag = "Solutions",
    responses((status = 200, description = "The solutions.", body = SolutionList))
)]
pub(crate) async fn list_solutions(State(state): State<ApiState>) -> Response {
    let known = state.node().resources();
    let items = known.work.solutions(DEFAULT_TENANT).map(|held| SolutionItem {
        solution_key: WireKey(held.key),
        solution_id: held.says.id.to_string(),
        name: held.says.name.to_string(),
        version: held.version,
        version_tag: held.says.version_tag.to_string(),
        description: held.says.description.to_string(),
        files: held.says.files.iter().map(ToString::to_string).collect(),
        tenant_id: DEFAULT_NAME,
    });
    answer::dto(&SolutionList { items: items.collect() })
}

/// Import a solution
///
/// The manifest (`kind: solution`) and every file it names, in one deployment: all or none. What is
/// identical to what is there makes no new versions.
#[utoipa::path(
    post,
    path = "/api/v1/solutions",
    operation_id = "importSolution",
    tag = "Solutions",
    request_body(content = DeploymentForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "Imported.", body = DeploymentResult),
        (status = "4XX", description = "Nothing was imported; says why.", body = ProblemDetail),
    )
)]
pub(crate) async fn import_solution(
    State(state): State<ApiState>,
    CallerOf(mut caller): CallerOf,
    request: HttpRequest,
) -> Result<Response, Problem> {
    let form = form(request).await?;
    caller.tenant = tenant::number(form.tenant_id.as_deref())?;
    complete(&form.resources)?;
    let answer = state.submit(caller, Request::Deploy { resources: form.resources }).await?;
    match answer {
        Answer::Deployed(deployment) => Ok(answer::dto(&describe(&deployment))),
        other => Err(unexpected(&other)),
    }
}

/// Whether there is one manifest, and what it names and nothing else.
fn complete(files: &[Resource]) -> Result<(), Problem> {
    let is_definition =
        |name: &str| [".yaml", ".yml", ".json"].iter().any(|extension| name.ends_with(extension));
    let manifest = |file: &Resource| match read(&file.content) {
        Ok(Definition::Solution(solution)) => Some((file.name.clone(), solution)),
        _ => None,
    };
    let definitions = files.iter().filter(|file| is_definition(&file.name));
    let found: Vec<(String, Solution)> = definitions.filter_map(manifest).collect();
    let [(own, solution)] = &found[..] else {
        return Err(Problem::invalid(format!(
            "Expected one file with `kind: solution`, but found {}.",
            found.len()
        )));
    };
    let named: BTreeSet<&str> = solution.files.iter().map(|name| &**name).collect();
    let sent: BTreeSet<&str> =
        files.iter().map(|file| &*file.name).filter(|name| name != own).collect();
    let list = |names: BTreeSet<&&str>| -> String {
        names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let missing: BTreeSet<&&str> = named.difference(&sent).collect();
    if !missing.is_empty() {
        return Err(Problem::invalid(format!(
            "Expected every file that `{own}` names, but found no {}.",
            list(missing)
        )));
    }
    let more: BTreeSet<&&str> = sent.difference(&named).collect();
    if !more.is_empty() {
        return Err(Problem::invalid(format!(
            "Expected only files that `{own}` names, but found {} too.",
            list(more)
        )));
    }
    Ok(())
}
