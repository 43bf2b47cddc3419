//! Call activity: begins an instance of another process and waits for its end.
//!
//! The called instance is an aggregate of its own; `life::call` asks it and hears from it.

use super::*;
use crate::definitions::Definition;
use crate::event::{IncidentKind, Variables};
use crate::part::text::Text;
use std::sync::Arc;

/// A call activity.
#[derive(Debug, PartialEq)]
pub struct CallActivity {
    process_id: Text,
    binding: Binding,
    propagates_parent: bool,
    propagates_child: bool,
    business_id: Option<Text>,
}

/// Which version is called.
#[derive(Debug, PartialEq)]
enum Binding {
    Latest,
    Deployment,
    VersionTag(Arc<str>),
}

impl Element for CallActivity {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("callActivity")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let Some(called) = node.extension("calledElement") else {
            problems
                .error(
                    node,
                    "called-element-missing",
                    format!(
                        "Expected `zeebe:calledElement` with a process id on call activity `{}`, \
                         but found none.",
                        node.id().unwrap_or_default()
                    ),
                )
                .hint("Set \"Called element > Process ID\" in the properties panel.");
            return CallActivity {
                process_id: Text::Fixed("".into()),
                binding: Binding::Latest,
                propagates_parent: true,
                propagates_child: true,
                business_id: None,
            };
        };
        let says_no = |attribute: &str| called.attr(attribute).map(str::trim) == Some("false");
        CallActivity {
            process_id: Text::require(called, "processId", "called-element-missing", problems),
            binding: read_binding(called, problems),
            propagates_parent: !says_no("propagateAllParentVariables"),
            propagates_child: !says_no("propagateAllChildVariables"),
            business_id: Text::read(called, "businessId", problems),
        }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let called = self.find(slot, ctx)?;
        let variables: Variables = if self.propagates_parent {
            ctx.state.visible(slot).into_iter().collect()
        } else {
            let held = ctx.at(slot).variables.iter();
            held.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let business_id = match &self.business_id {
            Some(written) => ctx.optional_text(slot, written, "the business id")?,
            None => ctx.state.business_id.clone(),
        };
        ctx.call(slot, &called, variables, business_id)?;
        Ok(Entered::Waits)
    }

    fn propagates(&self) -> bool {
        self.propagates_child
    }
}

fn read_binding(called: NodeRef<'_>, problems: &mut Problems) -> Binding {
    match called.attr("bindingType").map(str::trim).unwrap_or("latest") {
        "latest" => Binding::Latest,
        "deployment" => Binding::Deployment,
        "versionTag" => match called.attr("versionTag").filter(|tag| !tag.trim().is_empty()) {
            Some(tag) => Binding::VersionTag(tag.trim().into()),
            None => {
                problems
                    .error(
                        called,
                        "version-tag-missing",
                        "Expected a version tag beside `bindingType=\"versionTag\"`, but found \
                         none.",
                    )
                    .hint("Set \"Called element > Version tag\", or bind to the latest version.");
                Binding::Latest
            }
        },
        other => {
            problems
                .error(
                    called,
                    "binding-type",
                    format!(
                        "Expected binding type latest, deployment or versionTag, but found \
                         `{other}`."
                    ),
                )
                .at_attr("bindingType");
            Binding::Latest
        }
    }
}

impl CallActivity {
    fn find(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Arc<Definition>, Failure> {
        let process_id = ctx.text(slot, &self.process_id, "the called process id")?;
        let (known, tenant) = (ctx.definitions, ctx.state.tenant);
        let (found, which) = match &self.binding {
            Binding::Latest => (known.latest(tenant, &process_id), String::new()),
            Binding::Deployment => {
                let own = known.get(ctx.state.definition).map(|own| own.deployment);
                let found = own.and_then(|own| known.deployed_with(tenant, &process_id, own));
                (found, " in the same deployment".to_owned())
            }
            Binding::VersionTag(tag) => {
                (known.tagged(tenant, &process_id, tag), format!(" with version tag `{tag}`"))
            }
        };
        found.cloned().ok_or_else(|| {
            Failure::new(
                IncidentKind::CalledElement,
                format!(
                    "Expected process `{process_id}`{which} to be deployed, but found none. \
                     Deploy it and resolve."
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn waits_for_the_end_of_what_it_called() {
        check(
            r"
                process parent
                start -> ask:call(child) -> end
                ask ! refused:error(REFUSED) -> told:end
                process child
                start -> work:job(work) -> done:end
            ",
            r#"
                start parent {"a": 1}
                > entered start
                > entered ask
                > #2 started child {"a":1}
                > #2 entered child_start
                > #2 entered work
                > #2 job work
                complete work {"b": 2}
                > #2 variables {"b":2}
                > #2 completed work
                > #2 entered done
                > #2 completed {"a":1,"b":2}
                > variables {"b":2}
                > completed ask
                > entered end
                > completed {"a":1,"b":2}
            "#,
        );
    }

    #[test]
    fn catches_an_error_the_called_instance_does_not() {
        check(
            r"
                process parent
                start -> ask:call(child) -> end
                ask ! refused:error(REFUSED) -> told:end
                process child
                start -> work:job(work) -> done:end
            ",
            r#"
                start parent
                throw work REFUSED "no" {"why": "no"}
                > #2 job work threw REFUSED
                > #2 failed with REFUSED
                > #2 cancelled work
                > #2 cancelled
                > cancelled ask
                > entered refused
                > variables {"why":"no"}
                > entered told
                > completed {"why":"no"}
            "#,
        );
    }

    #[test]
    fn an_error_nobody_catches_is_an_incident_where_it_was_thrown() {
        check(
            r"
                process parent
                start -> ask:call(child) -> end
                ask ! refused:error(REFUSED) -> told:end
                process child
                start -> work:job(work) -> done:end
            ",
            r#"
                start parent
                throw work OTHER
                > #2 job work failed retries=3
                > #2 incident UNHANDLED_ERROR_EVENT work
                ~ because catches error code `OTHER`
            "#,
        );
    }

    #[test]
    fn is_cancelled_after_what_it_called() {
        check(
            r"
                process parent
                start -> ask:call(child) -> end
                ask ! refused:error(REFUSED) -> told:end
                process child
                start -> work:job(work) -> done:end
            ",
            r#"
                start parent
                cancel
                > #2 job work cancelled
                > #2 cancelled work
                > #2 cancelled
                > cancelled ask
                > cancelled
            "#,
        );
    }

    #[test]
    fn what_was_called_is_not_cancelled_alone() {
        check(
            r"
                process parent
                start -> ask:call(child) -> end
                ask ! refused:error(REFUSED) -> told:end
                process child
                start -> work:job(work) -> done:end
            ",
            r#"
                start parent
                #2 cancel
                > rejected invalid state
                ~ because Cancel that, or its outermost caller
            "#,
        );
    }

    #[test]
    fn stops_at_a_process_that_is_not_there() {
        check(
            r#"
                start -> ask:call(= which) -> end
            "#,
            r#"
                start {"which": "child"}
                > entered start
                > entered ask
                > incident CALLED_ELEMENT_ERROR ask
                ~ because Expected process `child` to be deployed
                redeploy process child; start -> end
                resolve ask
                > resolved ask
                > #2 started child {"which":"child"}
                > #2 entered start
                > #2 entered end
                > #2 completed {"which":"child"}
                > completed ask
                > entered end
                > completed {"which":"child"}
            "#,
        );
    }

    #[test]
    fn stops_at_its_broken_mapping() {
        check(
            r"
                process parent
                start -> ask:call(child) -> end
                ask: outputs { total = = assert(amount, amount != null) }
                process child
                start -> end
            ",
            r#"
                start parent
                > entered start
                > entered ask
                > #2 started child
                > #2 entered child_start
                > #2 entered child_end
                > #2 completed {}
                > incident IO_MAPPING_ERROR ask
                set ask {"amount": 3} local
                resolve ask
                > resolved ask
                > variables {"total":3}
                > completed ask
                > entered end
                > completed {"total":3}
            "#,
        );
    }

    #[test]
    fn hands_over_only_what_its_mappings_say() {
        check(
            r"
                process parent
                start -> ask:call(child) propagate=no -> end
                ask: inputs { x = = a } outputs { y = = b }
                process child
                start -> add:script(= x + 1, b) -> end
            ",
            r#"
                start parent {"a": 1}
                > entered start
                > entered ask
                > variables of ask {"x":1}
                > #2 started child {"a":1,"x":1}
                > #2 entered child_start
                > #2 entered add
                > #2 variables {"b":2}
                > #2 entered child_end
                > #2 completed {"a":1,"b":2,"x":1}
                > variables of ask {"a":1,"b":2}
                > variables {"y":2}
                > completed ask
                > entered end
                > completed {"a":1,"y":2}
            "#,
        );
    }

    #[test]
    fn calls_once_for_each_item() {
        check(
            r"
                process parent
                start -> ask:call(child) each(= [1, 2], n, squares, = square) -> end
                process child
                start -> add:script(= n * n, square) -> end
            ",
            r#"
                start parent
                > entered start
                > entered each ask
                > entered ask
                > variables of ask {"loopCounter":1,"n":1,"square":null}
                > entered ask
                > variables of ask {"loopCounter":2,"n":2,"square":null}
                > #2 started child {"loopCounter":1,"n":1,"square":null}
                > #2 entered child_start
                > #2 entered add
                > #2 variables {"square":1}
                > #2 entered child_end
                > #2 completed {"loopCounter":1,"n":1,"square":1}
                > #3 started child {"loopCounter":2,"n":2,"square":null}
                > #3 entered child_start
                > #3 entered add
                > #3 variables {"square":4}
                > #3 entered child_end
                > #3 completed {"loopCounter":2,"n":2,"square":4}
                > variables of ask {"square":1}
                > output of ask 1
                > completed ask
                > variables of ask {"square":4}
                > output of ask 4
                > completed ask
                > variables {"squares":[1,4]}
                > completed each ask
                > entered end
                > completed {"squares":[1,4]}
            "#,
        );
    }

    #[test]
    fn an_error_passes_through_all_callers() {
        check(
            r"
                process outer
                start -> ask:call(middle) -> end
                ask ! refused:error(REFUSED) -> told:end
                process middle
                start -> pass:call(inner) -> end
                process inner
                start -> refuse:error-end(REFUSED)
            ",
            r#"
                start outer
                > entered start
                > entered ask
                > #2 started middle
                > #2 entered middle_start
                > #2 entered pass
                > #3 started inner
                > #3 entered inner_start
                > #3 entered refuse
                > #3 failed with REFUSED
                > #3 cancelled refuse
                > #3 cancelled
                > #2 failed with REFUSED
                > #2 cancelled pass
                > #2 cancelled
                > cancelled ask
                > entered refused
                > entered told
                > completed {}
            "#,
        );
    }

    #[test]
    fn a_circle_of_calls_comes_to_an_end() {
        check(
            "start -> again:call(process) -> end",
            r#"
                start
                ~ #101 incident CALLED_ELEMENT_ERROR again
                ~ because 100 calls within each other
                cancel
                ~ cancelled
            "#,
        );
    }
}
