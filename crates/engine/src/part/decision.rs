//! A decision an element calls: which one, which version, and where its answer goes.
//!
//! Not here: finding and evaluating it (`life::decide`).

use crate::part::text::Text;
use crate::resources::Binding;
use model::{NodeRef, Problems};
use std::sync::Arc;

/// `zeebe:calledDecision`.
#[derive(Debug, PartialEq)]
pub struct CalledDecision {
    /// Id of the decision.
    pub id: Text,
    /// Which version.
    pub binding: Binding,
    /// The variable that takes the answer.
    pub result: Arc<str>,
}

impl CalledDecision {
    /// Reads the extension.
    pub fn read(called: NodeRef<'_>, problems: &mut Problems) -> CalledDecision {
        let result = called.attr("resultVariable").map(str::trim).unwrap_or_default();
        if result.is_empty() {
            problems
                .error(
                    called,
                    "decision-result-missing",
                    "Expected a result variable for the decision, but found none.".to_owned(),
                )
                .hint("Name the variable that takes the answer.");
        }
        CalledDecision {
            id: Text::require(called, "decisionId", "called-decision-missing", problems),
            binding: read_binding(called, problems),
            result: result.into(),
        }
    }
}

/// Reads `bindingType` and `versionTag` of what an element refers to.
pub fn read_binding(referring: NodeRef<'_>, problems: &mut Problems) -> Binding {
    match referring.attr("bindingType").map(str::trim).unwrap_or("latest") {
        "latest" => Binding::Latest,
        "deployment" => Binding::Deployment,
        "versionTag" => match referring.attr("versionTag").map(str::trim) {
            Some(tag) if !tag.is_empty() => Binding::VersionTag(tag.into()),
            _ => {
                problems
                    .error(
                        referring,
                        "version-tag-missing",
                        "Expected a version tag beside `bindingType=\"versionTag\"`, but found \
                         none."
                            .to_owned(),
                    )
                    .hint("Write the version tag, or bind to the latest version.");
                Binding::Latest
            }
        },
        other => {
            problems
                .error(
                    referring,
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
