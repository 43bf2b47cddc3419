//! `proto`: Rust of the gRPC protocol, made anew from its .proto files.
//!
//! Not here: whether it has been; `tidy/generated` says that without a compiler for protobuf.

use crate::workspace::Workspace;
use crate::{Failure, child};

pub(crate) fn proto(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::Usage(format!(
            "Expected no argument for proto, but found `{argument}`."
        )));
    }
    let line = ["run", "--locked", "--manifest-path", "xtask/proto/Cargo.toml"];
    child::cargo(&workspace.root, &[&line[..], &["--target-dir", "target/proto"]].concat())
}
