//! User task: waits for a person (with `zeebe:userTask`), or for a worker that asks one.
//!
//! This file creates the task and waits. What people do with it is a command of its own.

use super::*;
use crate::event::{IncidentKind, UserTaskCreated};
use crate::part::decision::read_binding;
use crate::part::job::read_headers;
use crate::part::text::Text;
use crate::resources::{Binding, ResourceKind};
use std::sync::Arc;

/// The job type of user tasks without `zeebe:userTask`, as Camunda has it.
const JOB_TYPE: &str = "io.camunda.zeebe:userTask";
/// Priority of a task that does not say.
const PRIORITY_DEFAULT: i32 = 50;

/// A user task.
#[derive(Debug, PartialEq)]
pub enum UserTask {
    /// Kept by Segue itself.
    Native(Box<NativeTask>),
    /// Left to a worker.
    Job(JobSpec),
}

/// What a native user task says about who and when.
#[derive(Debug, Default, PartialEq)]
pub struct NativeTask {
    assignee: Option<Text>,
    candidate_groups: Option<Text>,
    candidate_users: Option<Text>,
    due: Option<Text>,
    follow_up: Option<Text>,
    priority: Option<Text>,
    form: Option<Form>,
    headers: Vec<(Arc<str>, Arc<str>)>,
}

/// What a task shows to whoever does it.
#[derive(Debug, PartialEq)]
enum Form {
    /// A form that is deployed.
    Deployed { id: Text, binding: Binding },
    /// Something that others know by this name.
    External(Text),
}

impl Form {
    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Option<Form> {
        let written = node.extension("formDefinition")?;
        if let Some(id) = Text::read(written, "formId", problems) {
            return Some(Form::Deployed { id, binding: read_binding(written, problems) });
        }
        let external = Text::read(written, "formKey", problems);
        external.or_else(|| Text::read(written, "externalReference", problems)).map(Form::External)
    }
}

impl Element for UserTask {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("userTask")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if node.extension("userTask").is_none() {
            return UserTask::Job(JobSpec::fixed(node, JOB_TYPE));
        }
        let mut read = |extension: &str, attribute: &str| {
            Text::read(node.extension(extension)?, attribute, problems)
        };
        UserTask::Native(Box::new(NativeTask {
            assignee: read("assignmentDefinition", "assignee"),
            candidate_groups: read("assignmentDefinition", "candidateGroups"),
            candidate_users: read("assignmentDefinition", "candidateUsers"),
            due: read("taskSchedule", "dueDate"),
            follow_up: read("taskSchedule", "followUpDate"),
            priority: read("priorityDefinition", "priority"),
            form: Form::read(node, problems),
            headers: read_headers(node),
        }))
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        match self {
            UserTask::Job(spec) => ctx.create_job(slot, spec),
            UserTask::Native(native) => {
                let task = native.evaluate(slot, ctx)?;
                ctx.propose_task(slot, task);
                Ok(Entered::Waits)
            }
        }
    }

    fn job(&self) -> Option<&JobSpec> {
        match self {
            UserTask::Job(spec) => Some(spec),
            UserTask::Native(_) => None,
        }
    }
}

impl UserTask {
    /// Headers for whoever shows the task.
    #[must_use]
    pub fn headers(&self) -> &[(Arc<str>, Arc<str>)] {
        match self {
            UserTask::Job(spec) => &spec.headers,
            UserTask::Native(native) => &native.headers,
        }
    }
}

impl NativeTask {
    fn evaluate(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<UserTaskCreated, Failure> {
        let text = |held: &Option<Text>, what| match held {
            Some(held) => ctx.optional_text(slot, held, what),
            None => Ok(None),
        };
        let list = |held: &Option<Text>, what| match held {
            Some(held) => ctx.text_list(slot, held, what),
            None => Ok(Vec::new()),
        };
        let moment = |held: &Option<Text>, what| match held {
            Some(held) => ctx.optional_moment(slot, held, what),
            None => Ok(None),
        };
        let priority = match text(&self.priority, "the priority")? {
            None => PRIORITY_DEFAULT,
            Some(written) => parse_priority(&written)?,
        };
        Ok(UserTaskCreated {
            slot,
            assignee: text(&self.assignee, "the assignee")?,
            candidate_groups: list(&self.candidate_groups, "the candidate groups")?,
            candidate_users: list(&self.candidate_users, "the candidate users")?,
            due_ms: moment(&self.due, "the due date")?,
            follow_up_ms: moment(&self.follow_up, "the follow-up date")?,
            priority,
            form_key: self.form_key(slot, ctx)?,
            ..UserTaskCreated::default()
        })
    }
}

impl NativeTask {
    /// The key of the version that is deployed now, or the name others know. A task keeps it.
    fn form_key(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Arc<str>>, Failure> {
        let (id, binding) = match &self.form {
            None => return Ok(None),
            Some(Form::External(name)) => return ctx.optional_text(slot, name, "the form"),
            Some(Form::Deployed { id, binding }) => (id, binding),
        };
        let Some(id) = ctx.optional_text(slot, id, "the form id")? else { return Ok(None) };
        match ctx.find_form(&id, binding) {
            Some(key) => Ok(Some(key.to_string().into())),
            None => {
                let which = match binding {
                    Binding::Latest => String::new(),
                    Binding::Deployment => " in the same deployment".to_owned(),
                    Binding::VersionTag(tag) => format!(" with version tag `{tag}`"),
                };
                let message = format!(
                    "Expected form `{id}`{which} to be deployed, but found none. Deploy it and \
                     resolve."
                );
                Err(Failure::new(IncidentKind::FormNotFound, message))
            }
        }
    }
}

impl Ctx<'_> {
    /// The key of a deployed form.
    fn find_form(&self, id: &str, binding: &Binding) -> Option<crate::key::Key> {
        let own = self.definitions.get(self.state.definition).map(|own| own.deployment);
        let (resources, tenant) = (&self.definitions.resources, self.state.tenant);
        resources.bound(tenant, ResourceKind::Form, id, binding, own).map(|form| form.key)
    }
}

fn parse_priority(written: &Arc<str>) -> Result<i32, Failure> {
    let number = written.trim().parse::<i32>().ok().filter(|n| (0..=100).contains(n));
    number.ok_or_else(|| {
        Failure::new(
            IncidentKind::ExtractValue,
            format!("Expected a priority from 0 to 100, but found `{written}`."),
        )
    })
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn stops_without_its_form() {
        check(
            "start -> review:user form=order-form -> end",
            r#"
                start
                > entered start
                > entered review
                > incident FORM_NOT_FOUND review
                ~ because Expected form `order-form` to be deployed
            "#,
        );
    }

    #[test]
    fn waits_for_a_person() {
        check(
            r#"
                start -> review:user -> end
                review: assignee="= owner" groups=sales,support users="= [first, \"max\"]"
                review: due="= due" priority=80
            "#,
            r#"
                start {"owner": "ada", "first": "eva", "due": "2026-01-02T00:00:00Z"}
                > entered start
                > entered review
                > task review assignee=ada groups=sales,support users=eva,max due=P1D priority=80
                task review complete {"ok": true}
                > variables {"ok":true}
                > completed review
                > entered end
                > completed {"due":"2026-01-02T00:00:00Z","first":"eva","ok":true,"owner":"ada"}
            "#,
        );
    }

    #[test]
    fn stops_at_a_priority_that_is_none() {
        check(
            r#"
                start -> review:user priority="= urgency" -> end
            "#,
            r#"
                start {"urgency": 101}
                > entered start
                > entered review
                > incident EXTRACT_VALUE_ERROR review
                ~ because from 0 to 100, but found `101`
                set {"urgency": 100}
                resolve review
                > resolved review
                > task review priority=100
                task review complete
                > completed review
                > entered end
                > completed {"urgency":100}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            "start -> review:user -> end",
            r#"
                start
                > entered start
                > entered review
                > task review
                cancel
                > task review cancelled
                > cancelled review
                > cancelled
            "#,
        );
    }

    #[test]
    fn is_taken_given_back_and_changed_by_people() {
        check(
            "start -> review:user groups=sales -> end",
            r#"
                start
                > entered start
                > entered review
                > task review groups=sales
                task review claim ada
                > task review assignee=ada
                task review claim ada
                > task review assignee=ada
                task review claim eva
                > rejected invalid state
                ~ because `ada` has it
                task review assign eva
                > task review assignee=eva
                task review unassign
                > task review unassigned
                task review claim max
                > task review assignee=max
                task review update groups=sales,support users=eva due=P1D priority=80
                > task review updated groups=sales,support users=eva due=P1D priority=80
                task review update priority=80
                > nothing
                task review update due="" users=""
                > task review updated users= due=
                task review update priority=101
                > rejected invalid argument
                ~ because from 0 to 100, but found 101
                task review complete
                > completed review
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn without_the_marker_is_a_job() {
        check(
            "start -> review:user-job -> end",
            r#"
                start
                > entered start
                > entered review
                > job io.camunda.zeebe:userTask
                complete io.camunda.zeebe:userTask
                > completed review
                > entered end
                > completed {}
            "#,
        );
    }
}
