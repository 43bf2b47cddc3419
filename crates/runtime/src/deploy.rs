//! Deployment before the lane: parsing, checking and compiling, on the caller's own time.
//!
//! Not here: versions and keys, which the definition head gives.

use crate::node::StartError;
use crate::request::{Refusal, Resource, ResourceProblems};
use engine::definitions::Definition;
use engine::graph::Graph;
use engine::graph::compile::compile;
use engine::key::Key;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::batch::DefinitionRow;

/// A resource with its executable graphs.
#[derive(Debug, Clone)]
pub struct CompiledResource {
    /// Resource name.
    pub name: String,
    /// The resource, byte for byte.
    pub content: Vec<u8>,
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// Its executable processes.
    pub graphs: Vec<Arc<Graph>>,
}

/// Compiles all resources, or names every problem of every one.
pub fn compile_all(resources: Vec<Resource>) -> Result<Vec<CompiledResource>, Refusal> {
    let mut compiled = Vec::new();
    let mut refused = Vec::new();
    for resource in resources {
        match compile_one(&resource.content) {
            Ok(graphs) => compiled.push(CompiledResource {
                name: resource.name,
                digest: Sha256::digest(&resource.content).into(),
                content: resource.content,
                graphs,
            }),
            Err(problems) => {
                refused.push(ResourceProblems { resource: resource.name, problems });
            }
        }
    }
    refuse_twins(&compiled, &mut refused);
    if refused.is_empty() { Ok(compiled) } else { Err(Refusal::Problems(refused)) }
}

/// Graphs of a resource, or its problems if one of them is an error.
fn compile_one(content: &[u8]) -> Result<Vec<Arc<Graph>>, Vec<model::Problem>> {
    let document = model::open(content).map_err(model::Problems::into_vec)?;
    let mut problems = document.problems().clone();
    let graphs = compile(&document, &mut problems);
    if problems.has_errors() {
        problems.sort();
        return Err(problems.into_vec());
    }
    if graphs.is_empty() {
        problems
            .error(
                document.root(),
                "no-executable-process",
                "Expected at least one process with `isExecutable=\"true\"`, but found none.",
            )
            .hint("Tick \"Executable\" on the process or participant in the properties panel.");
        return Err(problems.into_vec());
    }
    Ok(graphs.into_iter().map(Arc::new).collect())
}

/// Two resources of one deployment must not define the same process.
fn refuse_twins(compiled: &[CompiledResource], refused: &mut Vec<ResourceProblems>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for resource in compiled {
        for graph in &resource.graphs {
            let twin = seen.iter().find(|(id, _)| *id == &*graph.process_id);
            if let Some((id, first)) = twin {
                let message = format!(
                    "Expected process `{id}` once in a deployment, but `{first}` has it too."
                );
                let problem = model::Problem {
                    severity: model::Severity::Error,
                    rule: "process-twice",
                    element: Some((*id).to_owned()),
                    line: 1,
                    column: 1,
                    offset: 0,
                    length: 0,
                    message,
                    hint: Some("Deploy only one of the two resources.".to_owned()),
                };
                let problems = vec![problem];
                refused.push(ResourceProblems { resource: resource.name.clone(), problems });
            }
            seen.push((&graph.process_id, &resource.name));
        }
    }
}

/// A stored definition made executable again.
pub fn definition(row: &DefinitionRow) -> Result<Definition, StartError> {
    let graphs = compile_one(&row.source).unwrap_or_default();
    let graph = graphs.into_iter().find(|graph| graph.process_id == row.process_id);
    let graph = graph.ok_or_else(|| StartError::Definition {
        key: row.key,
        process_id: row.process_id.to_string(),
    })?;
    Ok(Definition {
        key: Key(row.key),
        deployment: Key(row.deployment),
        tenant: row.tenant,
        version: row.version,
        graph,
    })
}
