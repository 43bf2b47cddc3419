//! Conditional start events of processes: asking which of them begin with some variables.
//!
//! Not here: conditions within an instance; those are looked at when its variables change.

use crate::answer;
use crate::extract::{CallerOf, JsonBody, RoomForStart};
use crate::json_write::{ObjectWriter, list};
use crate::keys::WireKey;
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::RawVariables;
use crate::state::{ApiState, unexpected};
use crate::tenant::{self, DEFAULT_NAME};
use axum::extract::State;
use axum::response::Response;
use runtime::request::{Answer, Request};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which conditions to evaluate, and with what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ConditionalEvaluationInstruction)]
pub(crate) struct ConditionalEvaluation {
    /// Only this definition; absent: the latest version of every process.
    pub(crate) process_definition_key: Option<WireKey>,
    /// What the conditions see, and what the instances begin with.
    pub(crate) variables: RawVariables,
    /// `<default>` or absent.
    pub(crate) tenant_id: Option<String>,
}

impl ConditionalEvaluation {
    pub(crate) fn request(self) -> Request {
        let definition = self.process_definition_key.map(|WireKey(key)| key);
        Request::EvaluateConditionals { definition, variables: self.variables.0 }
    }
}

/// What began.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct EvaluateConditionalResult {
    conditional_evaluation_key: WireKey,
    tenant_id: String,
    process_instances: Vec<ProcessInstanceReference>,
}

/// An instance that began.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct ProcessInstanceReference {
    process_definition_key: WireKey,
    process_instance_key: WireKey,
}

/// Evaluate conditional start events
///
/// Each conditional start event of a process whose condition names one of the variables and is true
/// starts an instance, all of them or none.
#[utoipa::path(
    post,
    path = "/v2/conditionals/evaluation",
    operation_id = "evaluateConditionals",
    tag = "Conditional",
    request_body = ConditionalEvaluation,
    responses(
        (status = 200, description = "What began; none if no condition is true.",
            body = EvaluateConditionalResult),
        (status = "4XX", description = "Nothing began.", body = ProblemDetail),
    )
)]
pub(crate) async fn evaluate_conditionals(
    State(state): State<ApiState>,
    _: RoomForStart,
    CallerOf(mut caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: ConditionalEvaluation = body.parse()?;
    caller.tenant = tenant::number(wanted.tenant_id.as_deref())?;
    let answer = state.submit(caller, wanted.request()).await?;
    let Answer::ConditionalsEvaluated { evaluation, started } = answer else {
        return Err(unexpected(&answer));
    };
    let mut out = String::new();
    let mut object = ObjectWriter::open(&mut out);
    object.key("conditionalEvaluationKey", evaluation);
    object.text("tenantId", DEFAULT_NAME);
    list(object.name("processInstances"), &started, |out, (definition, instance)| {
        let mut object = ObjectWriter::open(out);
        object.key("processDefinitionKey", *definition);
        object.key("processInstanceKey", *instance);
        object.close();
    });
    object.close();
    Ok(answer::json(out))
}
