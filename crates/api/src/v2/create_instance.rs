//! `POST /v2/process-instances`: start an instance, and wait for its end if asked to.
//!
//! Not here: instances that run already (`process_instances`).

use crate::answer;
use crate::extract::{CallerOf, JsonBody, RoomForStart};
use crate::json_write::{ObjectWriter, list, string};
use crate::keys::WireKey;
use crate::limits::{AWAIT_MS_DEFAULT, AWAIT_MS_MAX, NAMES_MAX, TAG_CHARACTERS_MAX, TAGS_MAX};
use crate::names::{no_name_or, some_name};
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::{self, RawVariables};
use crate::state::{ApiState, unexpected};
use crate::tenant::{self, DEFAULT_NAME};
use crate::wire_int::WireInt;
use axum::extract::State;
use axum::response::Response;
use engine::event::Variables;
use engine::limits::MODIFICATION_INSTRUCTIONS_MAX;
use runtime::request::{
    Answer, Caller, CreatedInstance, DefinitionRef, EndedInstance, Request, StartOptions,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Which definition to start, and with what. Either `processDefinitionKey` or
/// `processDefinitionId` is needed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProcessInstanceCreation<'a> {
    /// Start this definition.
    pub(crate) process_definition_key: Option<WireKey>,
    /// Start a version of this BPMN process.
    pub(crate) process_definition_id: Option<String>,
    /// The version; absent or -1 is the latest.
    pub(crate) process_definition_version: Option<i32>,
    /// Start variables.
    pub(crate) variables: Option<RawVariables>,
    /// `<default>` or absent.
    pub(crate) tenant_id: Option<String>,
    /// What the business calls it.
    pub(crate) business_id: Option<String>,
    /// Words to mark it with, at most 10: a letter, then letters, digits and `_-:.`, at most 100
    /// characters.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// Answer when the instance has ended, with its variables.
    pub(crate) await_completion: Option<bool>,
    /// How long to wait for the end, milliseconds; absent or 0 is 10 s.
    pub(crate) request_timeout: Option<WireInt>,
    /// Variables wanted in the answer; none named means all.
    #[serde(default)]
    pub(crate) fetch_variables: Vec<String>,
    /// Taken and not kept.
    #[serde(borrow)]
    #[schema(value_type = Option<i64>)]
    #[expect(dead_code, reason = "taken and not kept")]
    pub(crate) operation_reference: Option<&'a RawValue>,
    /// Where tokens begin instead of at the start event, for tests and repairs.
    #[serde(default)]
    pub(crate) start_instructions: Vec<StartInstruction>,
    /// Where the instance ends before it would.
    #[serde(default)]
    pub(crate) runtime_instructions: Vec<RuntimeInstruction>,
}

/// Where a token begins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProcessInstanceCreationStartInstruction)]
pub(crate) struct StartInstruction {
    /// BPMN id of an element; the scopes around it begin too.
    pub(crate) element_id: String,
}

/// What happens at an element.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProcessInstanceCreationRuntimeInstruction)]
pub(crate) struct RuntimeInstruction {
    /// `TERMINATE_PROCESS_INSTANCE`, also when it is absent.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// BPMN id of the element whose end, completed or not, is the end of the instance.
    pub(crate) after_element_id: String,
}

/// The instance that was created, or has ended.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `write` writes")]
pub(crate) struct ProcessInstanceCreated {
    process_definition_id: String,
    process_definition_version: u32,
    process_definition_key: WireKey,
    process_instance_key: WireKey,
    tenant_id: String,
    /// Empty unless the end was awaited.
    variables: RawVariables,
    tags: Vec<String>,
    #[schema(required)]
    business_id: Option<String>,
}

/// What a request says, checked.
pub(crate) struct Wanted {
    pub(crate) definition: DefinitionRef,
    pub(crate) variables: Variables,
    pub(crate) business_id: Option<Arc<str>>,
    pub(crate) tags: Vec<Arc<str>>,
    pub(crate) await_ms: Option<u64>,
    pub(crate) fetch: Vec<String>,
    pub(crate) tenant: u32,
    pub(crate) begin_at: Vec<Arc<str>>,
    pub(crate) stop_after: Vec<Arc<str>>,
}

/// Start a process instance
///
/// With `awaitCompletion` the answer comes when the instance has ended; after `requestTimeout` it
/// is 504 and the instance goes on.
#[utoipa::path(
    post,
    path = "/v2/process-instances",
    operation_id = "createProcessInstance",
    tag = "Process instance",
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key, same answer.")),
    request_body = ProcessInstanceCreation,
    responses(
        (status = 200, description = "It runs, or has ended.", body = ProcessInstanceCreated),
        (status = "4XX", description = "Not started.", body = ProblemDetail),
        (status = 504, description = "It has not ended in time and goes on.", body = ProblemDetail),
    )
)]
pub(crate) async fn create_process_instance(
    State(state): State<ApiState>,
    _: RoomForStart,
    CallerOf(mut caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted = body.parse::<ProcessInstanceCreation<'_>>()?.check()?;
    caller.tenant = wanted.tenant;
    let (tags, fetch) = (wanted.tags.clone(), wanted.fetch.clone());
    let mut out = String::with_capacity(512);
    match start(&state, caller, wanted).await? {
        Answer::InstanceCreated(created) => {
            write(&mut out, &created, &Variables::new(), &tags);
        }
        Answer::InstanceEnded(ended) => {
            let variables = result(&ended, &fetch)?;
            write(&mut out, &ended.created, &variables, &tags);
        }
        other => return Err(unexpected(&other)),
    }
    Ok(answer::json(out))
}

/// Starts an instance; answers with its end if that was asked for.
pub(crate) async fn start(
    state: &ApiState,
    caller: Caller,
    wanted: Wanted,
) -> Result<Answer, Problem> {
    let request = Request::CreateInstance {
        definition: wanted.definition,
        variables: wanted.variables,
        business_id: wanted.business_id,
        await_result: wanted.await_ms.is_some(),
        options: StartOptions {
            tags: wanted.tags,
            begin_at: wanted.begin_at,
            stop_after: wanted.stop_after,
        },
    };
    let Some(ms) = wanted.await_ms else { return state.submit(caller, request).await };
    tokio::select! {
        biased;
        end = state.node().submit(caller, request) => Ok(end?),
        () = tokio::time::sleep(Duration::from_millis(ms)) => Err(Problem::timed_out(format!(
            "Expected the instance to end within {ms} ms, but it has not. It goes on."
        ))),
        () = state.stopped() => Err(Problem::timed_out(
            "Expected the instance to end before the server stops, but it has not. It goes on \
             when the server does.",
        )),
    }
}

impl ProcessInstanceCreation<'_> {
    pub(crate) fn check(self) -> Result<Wanted, Problem> {
        if self.fetch_variables.len() > NAMES_MAX {
            return Err(Problem::invalid(format!(
                "Expected at most {NAMES_MAX} `fetchVariables`, but found more."
            )));
        }
        let await_ms = match (self.await_completion, self.request_timeout) {
            (_, Some(WireInt(ms))) if u64::try_from(ms).map_or(true, |ms| ms > AWAIT_MS_MAX) => {
                return Err(Problem::invalid(format!(
                    "Expected `requestTimeout` to be 0 to {AWAIT_MS_MAX} ms, but found {ms}."
                )));
            }
            (Some(true), None | Some(WireInt(0))) => Some(AWAIT_MS_DEFAULT),
            (Some(true), Some(WireInt(ms))) => Some(ms.unsigned_abs()),
            _ => None,
        };
        Ok(Wanted {
            tenant: tenant::number(self.tenant_id.as_deref())?,
            definition: definition(
                self.process_definition_key,
                self.process_definition_id,
                self.process_definition_version,
            )?,
            variables: self.variables.unwrap_or_default().0,
            business_id: no_name_or("businessId", self.business_id.as_deref())?,
            tags: tags(&self.tags)?,
            begin_at: begin_at(&self.start_instructions)?,
            stop_after: stop_after(&self.runtime_instructions)?,
            await_ms,
            fetch: self.fetch_variables,
        })
    }
}

fn begin_at(instructions: &[StartInstruction]) -> Result<Vec<Arc<str>>, Problem> {
    few("startInstructions", instructions.len())?;
    let ids = instructions.iter().map(|it| some_name("elementId", &it.element_id));
    ids.collect()
}

fn stop_after(instructions: &[RuntimeInstruction]) -> Result<Vec<Arc<str>>, Problem> {
    few("runtimeInstructions", instructions.len())?;
    let read = |it: &RuntimeInstruction| match it.kind.as_deref() {
        None | Some("TERMINATE_PROCESS_INSTANCE") => {
            some_name("afterElementId", &it.after_element_id)
        }
        Some(other) => Err(Problem::invalid(format!(
            "Expected `runtimeInstructions` of type TERMINATE_PROCESS_INSTANCE, but found \
             `{other}`."
        ))),
    };
    instructions.iter().map(read).collect()
}

fn few(field: &str, count: usize) -> Result<(), Problem> {
    if count <= MODIFICATION_INSTRUCTIONS_MAX {
        return Ok(());
    }
    Err(Problem::invalid(format!(
        "Expected at most {MODIFICATION_INSTRUCTIONS_MAX} `{field}`, but found {count}."
    )))
}

/// Tags as Camunda 8 takes them; the same one twice counts once.
fn tags(wanted: &[String]) -> Result<Vec<Arc<str>>, Problem> {
    let mut tags: Vec<Arc<str>> = Vec::with_capacity(wanted.len().min(TAGS_MAX));
    for tag in wanted {
        let letter = tag.starts_with(|first: char| first.is_ascii_alphabetic());
        let plain = |it: char| it.is_ascii_alphanumeric() || "_-:.".contains(it);
        if !letter || tag.len() > TAG_CHARACTERS_MAX || !tag.chars().all(plain) {
            return Err(Problem::invalid(format!(
                "Expected a tag of at most {TAG_CHARACTERS_MAX} characters, a letter and then \
                 letters, digits and `_-:.`, but found `{tag}`."
            )));
        }
        if !tags.iter().any(|held| **held == **tag) {
            tags.push(tag.as_str().into());
        }
        if tags.len() > TAGS_MAX {
            return Err(Problem::invalid(format!(
                "Expected at most {TAGS_MAX} different `tags`, but found more."
            )));
        }
    }
    Ok(tags)
}

fn definition(
    key: Option<WireKey>,
    id: Option<String>,
    version: Option<i32>,
) -> Result<DefinitionRef, Problem> {
    match (key, id, version) {
        (Some(WireKey(key)), None, None | Some(-1)) => Ok(DefinitionRef::Key(key)),
        (None, Some(id), None | Some(-1)) if !id.is_empty() => Ok(DefinitionRef::Latest(id.into())),
        (None, Some(id), Some(version)) if !id.is_empty() && version > 0 => {
            Ok(DefinitionRef::Version(id.into(), version.unsigned_abs()))
        }
        (None, Some(id), Some(version)) if !id.is_empty() => Err(Problem::invalid(format!(
            "Expected `processDefinitionVersion` to be -1 or a version from 1, but found {version}."
        ))),
        (Some(_), Some(_), _) => Err(Problem::invalid(
            "Expected either `processDefinitionKey` or `processDefinitionId`, but found both.",
        )),
        (Some(_), None, Some(_)) => Err(Problem::invalid(
            "Expected `processDefinitionVersion` only together with `processDefinitionId`, but \
             found it with `processDefinitionKey`.",
        )),
        _ => Err(Problem::invalid(
            "Expected `processDefinitionKey` or `processDefinitionId`, but found neither.",
        )),
    }
}

/// The variables of an ended instance that were asked for.
pub(crate) fn result(ended: &EndedInstance, fetch: &[String]) -> Result<Variables, Problem> {
    if !ended.completed {
        return Err(Problem::new(
            axum::http::StatusCode::CONFLICT,
            "INVALID_STATE",
            format!(
                "Expected instance {} to complete, but it was cancelled.",
                ended.created.instance
            ),
        ));
    }
    let wanted = |name: &str| fetch.is_empty() || fetch.iter().any(|it| it == name);
    Ok(ended.variables.iter().filter(|(name, _)| wanted(name)).cloned().collect())
}

fn write(out: &mut String, created: &CreatedInstance, variables: &Variables, tags: &[Arc<str>]) {
    let mut object = ObjectWriter::open(out);
    object.text("processDefinitionId", &created.process_id);
    object.number("processDefinitionVersion", created.version);
    object.key("processDefinitionKey", created.definition);
    object.key("processInstanceKey", created.instance);
    object.text("tenantId", DEFAULT_NAME);
    raw_variables::write(object.name("variables"), variables);
    list(object.name("tags"), tags, |out, tag| string(out, tag));
    object.text_or_null("businessId", created.business_id.as_deref());
    object.close();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema_test::assert_described;
    use engine::key::Key;

    fn check(text: &str) -> Result<Wanted, Problem> {
        JsonBody::of(text).parse::<ProcessInstanceCreation<'_>>().and_then(|it| it.check())
    }

    fn refusal(text: &str) -> String {
        check(text).map(|_| ()).unwrap_err().detail
    }

    #[test]
    fn names_a_definition_by_key_or_id_and_version() {
        let found = |text| format!("{:?}", check(text).unwrap().definition);
        assert_eq!(found(r#"{"processDefinitionKey":"7"}"#), "Key(Key(7))");
        assert_eq!(found(r#"{"processDefinitionId":"a"}"#), r#"Latest("a")"#);
        let latest = r#"{"processDefinitionId":"a","processDefinitionVersion":-1}"#;
        assert_eq!(found(latest), r#"Latest("a")"#);
        let third = r#"{"processDefinitionId":"a","processDefinitionVersion":3}"#;
        assert_eq!(found(third), r#"Version("a", 3)"#);
    }

    #[test]
    fn says_what_was_expected_of_a_definition() {
        for (text, part) in [
            ("{}", "found neither"),
            (r#"{"processDefinitionId":""}"#, "found neither"),
            (r#"{"processDefinitionKey":"1","processDefinitionId":"a"}"#, "found both"),
            (r#"{"processDefinitionId":"a","processDefinitionVersion":0}"#, "found 0"),
            (r#"{"processDefinitionKey":"1","processDefinitionVersion":2}"#, "only together"),
            (r#"{"processDefinitionKey":"x"}"#, "a key as a decimal string"),
            (r#"{"processDefinitionId":"a","extra":1}"#, "unknown field `extra`"),
            (r#"{"processDefinitionId":"a","variables":[]}"#, "an object with variables"),
        ] {
            let detail = refusal(text);
            assert!(detail.contains(part), "{text}: {detail}");
        }
    }

    #[test]
    fn waits_for_the_end_only_if_asked_to() {
        let found = |rest| check(&format!(r#"{{"processDefinitionId":"a"{rest}}}"#)).unwrap();
        assert_eq!(found("").await_ms, None);
        assert_eq!(found(r#","requestTimeout":5"#).await_ms, None);
        assert_eq!(found(r#","awaitCompletion":true"#).await_ms, Some(AWAIT_MS_DEFAULT));
        let both = r#","awaitCompletion":true,"requestTimeout":250"#;
        assert_eq!(found(both).await_ms, Some(250));
        let negative = r#"{"processDefinitionId":"a","requestTimeout":-1}"#;
        assert!(refusal(negative).contains("found -1"));
    }

    #[test]
    fn takes_tags_as_camunda_does() {
        let found = |tags: &str| check(&format!(r#"{{"processDefinitionId":"a","tags":{tags}}}"#));
        assert_eq!(found(r#"["b","a:1","b"]"#).unwrap().tags, ["b".into(), "a:1".into()]);
        for (tags, part) in [
            (r#"["1a"]"#.to_owned(), "`1a`"),
            (r#"["a b"]"#.to_owned(), "`a b`"),
            (r#"[""]"#.to_owned(), "a letter"),
            (format!(r#"["{}"]"#, "a".repeat(101)), "at most 100"),
            (r#"["a","b","c","d","e","f","g","h","i","j","k"]"#.to_owned(), "at most 10"),
        ] {
            let detail = found(&tags).map(|_| ()).unwrap_err().detail;
            assert!(detail.contains(part), "{tags}: {detail}");
        }
    }

    #[test]
    fn answers_as_described() {
        let created = CreatedInstance {
            instance: Key(2),
            definition: Key(1),
            process_id: "order".into(),
            version: 3,
            business_id: None,
        };
        let variables = vec![("a".into(), "{ \"b\": 1.0 }".into())];
        let mut out = String::new();
        write(&mut out, &created, &variables, &["vip".into()]);
        assert_eq!(
            out,
            concat!(
                r#"{"processDefinitionId":"order","processDefinitionVersion":3,"#,
                r#""processDefinitionKey":"1","processInstanceKey":"2","tenantId":"<default>","#,
                r#""variables":{"a":{ "b": 1.0 }},"tags":["vip"],"businessId":null}"#
            )
        );
        assert_described::<ProcessInstanceCreated>(&out);
    }

    #[test]
    fn answers_with_the_variables_asked_for() {
        let created = CreatedInstance {
            instance: Key(2),
            definition: Key(1),
            process_id: "order".into(),
            version: 3,
            business_id: None,
        };
        let variables: Variables = vec![("a".into(), "1".into()), ("b".into(), "2".into())];
        let mut ended = EndedInstance { created, completed: true, variables };
        assert_eq!(result(&ended, &[]).unwrap().len(), 2);
        let only = result(&ended, &["b".to_owned(), "c".to_owned()]).unwrap();
        assert_eq!(only, [("b".into(), "2".into())]);
        ended.completed = false;
        assert!(result(&ended, &[]).unwrap_err().detail.contains("was cancelled"));
    }
}
