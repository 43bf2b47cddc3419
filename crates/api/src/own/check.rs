//! `POST /api/v1/check`: all problems of models, nothing deployed.
//!
//! Not here: the checks (`model`, `engine`).

use crate::answer;
use crate::extract::read;
use crate::limits::MULTIPART_BYTES_MAX;
use crate::multipart::form;
use crate::problem::{ModelProblem, Problem, ProblemDetail};
use crate::state::ApiState;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use engine::graph::compile::compile;
use runtime::deploy::Language;
use runtime::request::Resource;
use serde::Serialize;
use utoipa::ToSchema;

/// What was found in the files.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checked {
    /// Whether all of them could be deployed.
    deployable: bool,
    /// One per file.
    resources: Vec<CheckedResource>,
}

/// What was found in a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckedResource {
    /// Name of the file.
    resource: String,
    /// Whether it could be deployed: no problem is an error.
    deployable: bool,
    /// Ids of its executable processes.
    processes: Vec<String>,
    /// All problems, by position.
    problems: Vec<ModelProblem>,
}

/// Check models
///
/// Takes a form as a deployment does, or one BPMN file as the body itself.
#[utoipa::path(
    post,
    path = "/api/v1/check",
    operation_id = "checkModels",
    tag = "Segue",
    request_body(
        content = String, content_type = "application/xml", description = "BPMN XML, or a form \
        with files under `resources`."
    ),
    responses(
        (status = 200, description = "What was found.", body = Checked),
        (status = "4XX", description = "No file to check.", body = ProblemDetail),
    )
)]
pub(crate) async fn check_models(
    State(state): State<ApiState>,
    request: Request,
) -> Result<Response, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let resources = if is_form {
        form(request).await?.resources
    } else {
        let content = read(request.into_body(), MULTIPART_BYTES_MAX).await?;
        if content.is_empty() {
            return Err(Problem::invalid("Expected BPMN XML as the body, but it is empty."));
        }
        vec![Resource { name: "body".to_owned(), content: content.into() }]
    };
    let checked = state.compute(move || check_all(&resources)).await?;
    Ok(answer::dto(&checked))
}

fn check_all(resources: &[Resource]) -> Checked {
    // Decisions and forms together: one of the files may import another.
    let others: Vec<(Language, &[u8])> = resources
        .iter()
        .map(|resource| (Language::of(&resource.name), &*resource.content))
        .filter(|(language, _)| *language != Language::Bpmn)
        .collect();
    let mut others = runtime::deploy::problems(&others).into_iter();
    let check = |resource: &Resource| match Language::of(&resource.name) {
        Language::Bpmn => check_process(resource),
        _ => checked_other(resource, &others.next().expect("each file has its problems")),
    };
    let resources: Vec<_> = resources.iter().map(check).collect();
    Checked { deployable: resources.iter().all(|it| it.deployable), resources }
}

fn check_process(resource: &Resource) -> CheckedResource {
    let (processes, problems) = match model::open(&resource.content) {
        Err(problems) => (Vec::new(), problems),
        Ok(document) => {
            let mut problems = document.problems().clone();
            let graphs = compile(&document, &mut problems);
            let ids = graphs.iter().map(|graph| graph.process_id.to_string()).collect();
            (ids, problems)
        }
    };
    let deployable = !problems.has_errors() && !processes.is_empty();
    let mut problems = problems.into_vec();
    problems.sort_by_key(|problem| (problem.line, problem.column));
    let problems = problems.iter().map(|it| ModelProblem::of(&resource.name, it)).collect();
    CheckedResource { resource: resource.name.clone(), deployable, processes, problems }
}

/// Decisions and forms.
fn checked_other(resource: &Resource, problems: &[model::Problem]) -> CheckedResource {
    let deployable = problems.iter().all(|problem| problem.severity != model::Severity::Error);
    let problems = problems.iter().map(|it| ModelProblem::of(&resource.name, it)).collect();
    let processes = Vec::new();
    CheckedResource { resource: resource.name.clone(), deployable, processes, problems }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str) -> CheckedResource {
        let content = content.as_bytes().to_vec();
        check_process(&Resource { name: "a.bpmn".to_owned(), content })
    }

    fn process(inside: &str) -> String {
        format!(
            "<bpmn:definitions xmlns:bpmn=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" \
             targetNamespace=\"t\"><bpmn:process id=\"order\" isExecutable=\"true\">{inside}\
             </bpmn:process></bpmn:definitions>"
        )
    }

    #[test]
    fn tells_which_processes_could_run() {
        let good = check(&process(
            "<bpmn:startEvent id=\"s\"/><bpmn:endEvent id=\"e\"/>\
             <bpmn:sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"e\"/>",
        ));
        assert!(good.deployable, "{:?}", good.problems);
        assert_eq!(good.processes, ["order"]);
    }

    #[test]
    fn tells_problems_with_their_place() {
        let bad = check(&process(
            "<bpmn:startEvent id=\"s\"/>\n\
             <bpmn:sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"gone\"/>",
        ));
        assert!(!bad.deployable);
        let found = |it: &ModelProblem| it.line == 2 && it.element_id.as_deref() == Some("f");
        assert!(bad.problems.iter().any(found), "{:?}", bad.problems);
        assert_eq!(bad.problems[0].resource, "a.bpmn");
    }

    #[test]
    fn what_is_no_xml_is_a_problem_too() {
        let bad = check("no xml");
        assert!(!bad.deployable && !bad.problems.is_empty());
    }
}
