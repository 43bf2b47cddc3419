//! Deployment before the lane: parsing, checking and compiling, on the caller's own time.
//!
//! Not here: versions and keys, which the heads give (`lane::deploy`).

pub mod dmn;
pub(crate) mod form;
pub(crate) mod work;

use crate::node::StartError;
use crate::request::{Refusal, Resource, ResourceProblems};
use engine::definitions::{Definition, Definitions};
use engine::graph::Graph;
use engine::graph::compile::compile;
use engine::key::Key;
use engine::resources::{Content, ResourceKind};
use model::Problem;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Store;
use store::batch::{DefinitionRow, ResourceRow};

/// Rows read at once.
const PAGE: u32 = 256;

/// A resource, ready to be deployed.
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
    /// What else it defines: first what has this file, then what is part of that.
    pub parts: Vec<Part>,
    /// What runs, but likely not as meant.
    pub warnings: Vec<Problem>,
}

/// What is in a file.
#[derive(Default)]
struct Inside {
    graphs: Vec<Arc<Graph>>,
    parts: Vec<Part>,
    warnings: Vec<Problem>,
}

/// What is in a file, or why it cannot be deployed.
type Found = Result<Inside, Vec<Problem>>;

/// Something a resource defines that is no process.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is.
    pub kind: ResourceKind,
    /// Id, as written in the file.
    pub id: Arc<str>,
    /// Name, or the empty string.
    pub name: Arc<str>,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
}

/// What is in a file, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Processes.
    Bpmn,
    /// Decisions.
    Dmn,
    /// A form.
    Form,
    /// A detection rule or a case type.
    Work,
}

impl Language {
    /// Everything that is not known to be something else is a process.
    #[must_use]
    pub fn of(name: &str) -> Language {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "dmn" => Language::Dmn,
            "form" => Language::Form,
            "yaml" | "yml" | "json" => Language::Work,
            _ => Language::Bpmn,
        }
    }
}

/// Compiles all resources, or names every problem of every one.
pub fn compile_all(resources: Vec<Resource>) -> Result<Vec<CompiledResource>, Refusal> {
    let mut compiled = Vec::new();
    let mut refused = Vec::new();
    let found = find_all(&resources);
    for (resource, found) in resources.into_iter().zip(found) {
        match found {
            Ok(Inside { graphs, parts, warnings }) => compiled.push(CompiledResource {
                name: resource.name,
                digest: Sha256::digest(&resource.content).into(),
                content: resource.content,
                graphs,
                parts,
                warnings,
            }),
            Err(problems) => {
                refused.push(ResourceProblems { resource: resource.name, problems });
            }
        }
    }
    refuse_twins(&compiled, &mut refused);
    if refused.is_empty() { Ok(compiled) } else { Err(Refusal::Problems(refused)) }
}

/// The warnings of all resources that have any.
pub(crate) fn warnings(compiled: &[CompiledResource]) -> Vec<ResourceProblems> {
    let warned = compiled.iter().filter(|resource| !resource.warnings.is_empty());
    let problems = |resource: &CompiledResource| ResourceProblems {
        resource: resource.name.clone(),
        problems: resource.warnings.clone(),
    };
    warned.map(problems).collect()
}

fn find_all(resources: &[Resource]) -> Vec<Found> {
    let is_dmn = |resource: &&Resource| Language::of(&resource.name) == Language::Dmn;
    let files: Vec<&[u8]> =
        resources.iter().filter(is_dmn).map(|resource| &*resource.content).collect();
    let mut models = dmn::open_all(&files).into_iter();
    let find = |resource: &Resource| match Language::of(&resource.name) {
        Language::Bpmn => compile_bpmn(&resource.content),
        Language::Form => form::read(&resource.content)
            .map(|form| Inside { parts: vec![form], ..Inside::default() }),
        Language::Work => work::read(&resource.content)
            .map(|(part, _)| Inside { parts: vec![part], ..Inside::default() }),
        Language::Dmn => {
            let model = models.next().expect("each DMN file was read")?;
            let warnings = model.problems().to_vec();
            if warnings.iter().any(|problem| problem.severity == model::Severity::Error) {
                return Err(warnings);
            }
            Ok(Inside { parts: dmn::parts(&model), warnings, ..Inside::default() })
        }
    };
    resources.iter().map(find).collect()
}

/// All problems of files that are deployed together, warnings too, in order; for BPMN only those of
/// its structure. A DMN file may import another one of them.
#[must_use]
pub fn problems(files: &[(Language, &[u8])]) -> Vec<Vec<Problem>> {
    let is_dmn = |(language, _): &&(Language, &[u8])| *language == Language::Dmn;
    let models: Vec<&[u8]> = files.iter().filter(is_dmn).map(|(_, content)| *content).collect();
    let mut models = dmn::open_all(&models).into_iter();
    let problems = |(language, content): &(Language, &[u8])| match language {
        Language::Bpmn => match model::open(content) {
            Ok(document) => document.problems().clone().into_vec(),
            Err(problems) => problems.into_vec(),
        },
        Language::Dmn => match models.next().expect("each DMN file was read") {
            Ok(model) => model.problems().to_vec(),
            Err(problems) => problems,
        },
        Language::Form => form::read(content).err().unwrap_or_default(),
        Language::Work => work::read(content).err().unwrap_or_default(),
    };
    files.iter().map(problems).collect()
}

/// Graphs of a resource and its warnings, or its problems if one of them is an error.
fn compile_bpmn(content: &[u8]) -> Found {
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
    problems.sort();
    let graphs = graphs.into_iter().map(Arc::new).collect();
    Ok(Inside { graphs, warnings: problems.into_vec(), ..Inside::default() })
}

/// Two resources of one deployment must not define the same thing.
fn refuse_twins(compiled: &[CompiledResource], refused: &mut Vec<ResourceProblems>) {
    let mut seen: Vec<(&str, &str, &str)> = Vec::new();
    for resource in compiled {
        let graphs = resource.graphs.iter().map(|graph| ("process", &*graph.process_id));
        let parts = resource.parts.iter().map(|part| (part.kind.as_str(), &*part.id));
        for (what, id) in graphs.chain(parts) {
            let twin = seen.iter().find(|(kind, held, _)| (*kind, *held) == (what, id));
            if let Some((_, _, first)) = twin {
                let message = format!(
                    "Expected {what} `{id}` once in a deployment, but `{first}` has it too."
                );
                let rule = if what == "process" { "process-twice" } else { "resource-twice" };
                let mut problem = problem_at(rule, (1, 1), message);
                problem.element = Some(id.to_owned());
                problem.hint = Some("Deploy only one of the two resources.".to_owned());
                let problems = vec![problem];
                refused.push(ResourceProblems { resource: resource.name.clone(), problems });
            }
            seen.push((what, id, &resource.name));
        }
    }
}

/// An error at a line and column of a file.
fn problem_at(rule: &'static str, (line, column): (u32, u32), message: String) -> Problem {
    Problem {
        severity: model::Severity::Error,
        rule,
        element: None,
        line,
        column,
        offset: 0,
        length: 0,
        message,
        hint: None,
    }
}

/// A stored definition made executable again.
pub fn definition(row: &DefinitionRow) -> Result<Definition, StartError> {
    let graphs = compile_bpmn(&row.source).unwrap_or_default().graphs;
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

/// Makes stored resources known to steps. Files of one deployment are read together.
pub fn add_resources(to: &mut Definitions, rows: &[ResourceRow]) -> Result<(), StartError> {
    let mut deployments: BTreeMap<u64, Vec<&ResourceRow>> = BTreeMap::new();
    for row in rows {
        deployments.entry(row.deployment).or_default().push(row);
    }
    for rows in deployments.into_values() {
        let is_file = |row: &&&ResourceRow| row.kind == ResourceKind::Requirements as u8;
        let files: Vec<&ResourceRow> = rows.iter().filter(is_file).copied().collect();
        let sources: Vec<&[u8]> = files.iter().map(|row| &*row.source).collect();
        for (row, model) in files.iter().zip(dmn::read_all(&sources)) {
            let model = model.map_err(|_| unreadable(row))?;
            to.resources.add(resource(row, Content::Requirements(model))?);
        }
        for row in rows.iter().filter(|row| !is_file(row)) {
            let content = match &row.parent {
                Some(parent) => Content::Decision { requirements: Key(parent.key) },
                None if row.kind == ResourceKind::Form as u8 => Content::Form,
                None => {
                    let (_, definition) = work::read(&row.source).map_err(|_| unreadable(row))?;
                    Content::Work(Box::new(definition))
                }
            };
            to.resources.add(resource(row, content)?);
        }
    }
    Ok(())
}

fn resource(
    row: &ResourceRow,
    content: Content,
) -> Result<engine::resources::Resource, StartError> {
    Ok(engine::resources::Resource {
        key: Key(row.key),
        kind: ResourceKind::from_number(row.kind).ok_or_else(|| unreadable(row))?,
        tenant: row.tenant,
        deployment: Key(row.deployment),
        id: row.id.clone(),
        version: row.version,
        version_tag: row.version_tag.clone(),
        name: row.name.clone(),
        content,
    })
}

fn unreadable(row: &ResourceRow) -> StartError {
    StartError::Resource { key: row.key, name: row.resource.to_string() }
}

/// All resources a store has.
pub fn resource_rows(store: &dyn Store) -> Result<Vec<ResourceRow>, store::Error> {
    let mut all: Vec<ResourceRow> = Vec::new();
    loop {
        let rows = store.resources(all.last().map_or(0, |row| row.key), PAGE)?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &str) -> Resource {
        Resource { name: name.to_owned(), content: content.as_bytes().to_vec() }
    }

    #[test]
    fn two_files_must_not_define_the_same_form() {
        let form = r#"{"id": "review", "components": []}"#;
        let refused = compile_all(vec![file("a.form", form), file("b.form", form)]).unwrap_err();
        let Refusal::Problems(problems) = refused else { panic!("{refused}") };
        let message = &problems[0].problems[0].message;
        assert_eq!(problems[0].resource, "b.form");
        assert!(
            message.contains("form `review` once") && message.contains("`a.form`"),
            "{message}"
        );
    }

    /// A file with one decision, which may import another file.
    fn decisions(namespace: &str, import: &str, text: &str) -> String {
        format!(
            "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"{namespace}\" \
             name=\"{namespace}\" namespace=\"{namespace}\">{import}\
             <decision id=\"{namespace}-it\" name=\"it\"><variable name=\"it\"/>{text}</decision>\
             </definitions>"
        )
    }

    #[test]
    fn files_may_import_one_another_in_any_order_and_their_warnings_are_kept() {
        let rates = decisions("rates", "", "");
        let import = "<import name=\"rates\" namespace=\"rates\" \
                      importType=\"https://www.omg.org/spec/DMN/20191111/MODEL/\"/>";
        let price = "<informationRequirement><requiredDecision href=\"rates#rates-it\"/>\
                     </informationRequirement><literalExpression><text>rates.it</text>\
                     </literalExpression>";
        let price = decisions("price", import, price);
        let files = vec![file("price.dmn", &price), file("rates.dmn", &rates)];
        let compiled = compile_all(files).unwrap();
        let warned = warnings(&compiled);
        let rules: Vec<_> = warned
            .iter()
            .map(|it| (&*it.resource, it.problems.iter().map(|it| it.rule).collect::<Vec<_>>()))
            .collect();
        assert_eq!(rules, [("rates.dmn", vec!["dmn-decision-empty"])]);
        let alone = compile_all(vec![file("price.dmn", &price)]).unwrap_err();
        let Refusal::Problems(problems) = alone else { panic!("{alone}") };
        assert_eq!(problems[0].problems[0].rule, "dmn-import-missing");
    }
}
