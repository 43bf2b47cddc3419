//! DMN files of one deployment: read together, because one may import another.
//!
//! Not here: DMN itself (`decision::dmn`).

use super::Part;
use decision::dmn::{self, Model};
use engine::resources::ResourceKind;
use model::Problem;

/// Reads files until none is left that could be read with the others' help: for each the model or
/// its problems, in order.
pub fn read_all(files: &[&[u8]]) -> Vec<Result<Model, Vec<Problem>>> {
    let mut read: Vec<Result<Model, Vec<Problem>>> =
        files.iter().map(|file| dmn::read(file, &[])).collect();
    // Each round reads at least one more, or is the last.
    loop {
        let mut progress = false;
        for (at, file) in files.iter().enumerate() {
            if read[at].is_ok() {
                continue;
            }
            let known: Vec<&Model> = read.iter().flatten().collect();
            let found = dmn::read(file, &known);
            progress |= found.is_ok();
            read[at] = found;
        }
        if !progress {
            return read;
        }
    }
}

/// All there is to say about files: for each the model, with its problems in it, or the problems
/// that kept it from being one, in order.
pub(super) fn open_all(files: &[&[u8]]) -> Vec<Result<Model, Vec<Problem>>> {
    let read = read_all(files);
    let known: Vec<&Model> = read.iter().flatten().collect();
    files.iter().map(|file| dmn::open(file, &known)).collect()
}

/// What a file of decisions defines: itself, and its decisions.
pub(super) fn parts(model: &Model) -> Vec<Part> {
    let part = |kind, id: &str, name: &str, tag: &str| Part {
        kind,
        id: id.into(),
        name: name.into(),
        version_tag: tag.into(),
    };
    let mut parts = vec![part(ResourceKind::Requirements, model.id(), model.name(), "")];
    parts.extend(model.decisions().iter().map(|decision| {
        let tag = decision.version_tag.as_deref().unwrap_or_default();
        part(ResourceKind::Decision, &decision.id, &decision.name, tag)
    }));
    parts
}
