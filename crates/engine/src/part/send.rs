//! How a message is sent: by a worker, or published by Segue itself.
//!
//! Not here: who receives it; mailboxes decide that.

use super::duration;
use super::job::JobSpec;
use super::message::MessageSpec;
use super::text::Text;
use model::{Namespace, NodeRef, Problems};

/// How a message is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum SendSpec {
    /// A worker sends it, wherever it goes.
    Job(JobSpec),
    /// It is published here, to whoever waits for it.
    Publish(Box<Publication>),
}

/// A message to publish.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Message name.
    pub name: Text,
    /// Correlation key; none is the empty key.
    pub correlation_key: Option<Text>,
    /// How long it waits for somebody, an ISO 8601 duration; none is not at all.
    pub time_to_live: Option<Text>,
    /// The id that makes it unique while it lives.
    pub id: Option<Text>,
}

impl SendSpec {
    /// Reads `zeebe:taskDefinition` or `segue:publishMessage` of an element; one of them is
    /// required. `definition` is what refers to the message.
    pub fn read(node: NodeRef<'_>, definition: NodeRef<'_>, problems: &mut Problems) -> SendSpec {
        let Some(publish) = node.extensions_of(Namespace::Segue, "publishMessage").next() else {
            return SendSpec::Job(JobSpec::read(node, problems));
        };
        if let Some(job) = node.extension("taskDefinition") {
            problems
                .error(
                    job,
                    "message-sent-twice",
                    "Expected the message to be sent by a worker or published, but found both.",
                )
                .hint("Remove `zeebe:taskDefinition` or `segue:publishMessage`.");
        }
        let publication = Publication {
            name: MessageSpec::read(definition, false, problems).name,
            correlation_key: Text::read(publish, "correlationKey", problems),
            time_to_live: Text::read(publish, "timeToLive", problems),
            id: Text::read(publish, "messageId", problems),
        };
        if let Some(Text::Fixed(fixed)) = &publication.time_to_live
            && let Err(message) = duration::parse_ms(fixed)
        {
            problems.error(publish, "time-to-live-format", message).at_attr("timeToLive");
        }
        SendSpec::Publish(Box::new(publication))
    }

    /// What it asks of a worker.
    #[must_use]
    pub fn job(&self) -> Option<&JobSpec> {
        match self {
            SendSpec::Job(job) => Some(job),
            SendSpec::Publish(_) => None,
        }
    }
}
