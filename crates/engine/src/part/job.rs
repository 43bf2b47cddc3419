//! Work for a worker: its type, retries and headers.
//!
//! Not here: handing it out, which changes the job row and not the instance.

use super::text::Text;
use model::{NodeRef, Problems};
use std::sync::Arc;

/// What an element asks of a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct JobSpec {
    /// Type workers poll for.
    pub job_type: Text,
    /// Tries; 3 unless written.
    pub retries: Option<Text>,
    /// Headers in the order written.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
}

impl JobSpec {
    /// Reads `zeebe:taskDefinition` and `zeebe:taskHeaders`; without the first it is a problem.
    pub fn read(node: NodeRef<'_>, problems: &mut Problems) -> JobSpec {
        let Some(definition) = node.extension("taskDefinition") else {
            problems
                .error(
                    node,
                    "job-type-missing",
                    format!(
                        "Expected `zeebe:taskDefinition` with a job type on {} `{}`, but found \
                         none.",
                        node.name(),
                        node.id().unwrap_or_default()
                    ),
                )
                .hint("Set \"Task definition > Type\": workers poll for this name.");
            return JobSpec {
                job_type: Text::Fixed("".into()),
                retries: None,
                headers: Vec::new(),
            };
        };
        JobSpec {
            job_type: Text::require(definition, "type", "job-type-missing", problems),
            retries: Text::read(definition, "retries", problems),
            headers: read_headers(node),
        }
    }

    /// A job of a fixed type, three tries, with the element's headers.
    #[must_use]
    pub fn fixed(node: NodeRef<'_>, job_type: &str) -> JobSpec {
        JobSpec {
            job_type: Text::Fixed(job_type.into()),
            retries: None,
            headers: read_headers(node),
        }
    }
}

/// Reads `zeebe:taskHeaders`; headers without a key are skipped, as Camunda does.
#[must_use]
pub fn read_headers(node: NodeRef<'_>) -> Vec<(Arc<str>, Arc<str>)> {
    let headers = node.extension("taskHeaders").into_iter().flat_map(NodeRef::children);
    headers
        .filter(|header| header.name() == "header")
        .filter_map(|header| {
            let key = header.attr("key").filter(|key| !key.is_empty())?;
            Some((key.into(), header.attr("value").unwrap_or_default().into()))
        })
        .collect()
}
