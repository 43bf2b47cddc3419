//! A message an event or task waits for: its name and correlation key.
//!
//! Not here: buffering and matching, which mailboxes do.

use super::text::{Text, Written, compile_program};
use decision::Program;
use model::{NodeRef, Problems};

/// A message reference.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageSpec {
    /// Message name.
    pub name: Text,
    /// Correlation key; start events of a process need none.
    pub correlation_key: Option<Program>,
}

impl MessageSpec {
    /// Reads `messageRef` of an event definition or receive task. `keyed`: a correlation key is
    /// required.
    pub fn read(node: NodeRef<'_>, keyed: bool, problems: &mut Problems) -> MessageSpec {
        let missing = MessageSpec { name: Text::Fixed("".into()), correlation_key: None };
        let reference = node.attr("messageRef").unwrap_or_default();
        let Some(message) = node.document().resolve(reference) else {
            problems
                .error(
                    node,
                    "message-missing",
                    format!(
                        "Expected a reference to a message, but found `{reference}`, which names \
                         none."
                    ),
                )
                .hint("Choose or create a message under \"Message\" in the properties panel.");
            return missing;
        };
        let name = Text::require(message, "name", "message-name-missing", problems);
        let subscription = message.extension("subscription");
        let key = subscription.and_then(|held| {
            held.attr("correlationKey").filter(|source| !source.trim().is_empty())?;
            compile_program(held, Written::Attribute("correlationKey"), problems)
        });
        let written = subscription.is_some_and(|held| held.attr("correlationKey").is_some());
        if keyed && key.is_none() && !written {
            problems
                .error(
                    message,
                    "correlation-key-missing",
                    format!(
                        "Expected a correlation key on message `{}`, but found none.",
                        message.id().unwrap_or_default()
                    ),
                )
                .hint("Set \"Subscription correlation key\", for example `= orderId`.");
        }
        MessageSpec { name, correlation_key: key }
    }

    /// The name, if it does not have to be computed.
    #[must_use]
    pub fn fixed_name(&self) -> Option<&str> {
        match &self.name {
            Text::Fixed(name) => Some(name),
            Text::Computed(_) => None,
        }
    }
}
