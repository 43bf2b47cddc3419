//! `dsntk`: FEEL and DMN beside another engine.
//!
//! Not here: the comparison (`xtask/dsntk`), and CI: the other engine takes minutes to build, and
//! what it says changes only when `decision` does.

use crate::workspace::Workspace;
use crate::{Failure, child};

pub(crate) fn dsntk(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let count = match arguments {
        [] => None,
        [count] if count.parse::<u64>().is_ok() => Some(count.as_str()),
        _ => return Err(Failure::Usage("Expected how many to generate, or nothing.".to_owned())),
    };
    let line = ["run", "--quiet", "--locked", "--manifest-path", "xtask/dsntk/Cargo.toml"];
    let mut line = [&line[..], &["--target-dir", "target/dsntk", "--"]].concat();
    line.extend(count);
    child::cargo(&workspace.root, &line)
}
