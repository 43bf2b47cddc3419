//! Installs what a build needs from Debian, where we may.
//!
//! Not here: what is needed; each command knows that.

use crate::workspace::Workspace;
use crate::{Failure, child};

/// Installs packages as root on Debian; elsewhere it says what to run.
pub(crate) fn install(
    workspace: &Workspace,
    missing: &str,
    packages: &[&str],
) -> Result<(), Failure> {
    let line = [&["install", "-y", "--no-install-recommends"], packages].concat();
    if !child::answers("apt-get") || !is_root(&process_status()) {
        return Err(Failure::Work(format!(
            "Expected {missing}, but found none. Run: sudo apt-get {}",
            line.join(" ")
        )));
    }
    if child::run(&workspace.root, "apt-get", &line).is_ok() {
        return Ok(());
    }
    child::run(&workspace.root, "apt-get", &["update"])?;
    child::run(&workspace.root, "apt-get", &line)
}

/// Whether the effective user in `/proc/self/status` is number 0.
fn is_root(status: &str) -> bool {
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    line.and_then(|numbers| numbers.split_whitespace().nth(1)) == Some("0")
}

/// Linux's page about this process; empty elsewhere.
fn process_status() -> String {
    std::fs::read_to_string("/proc/self/status").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_root_by_the_effective_user() {
        assert!(is_root("Name:\txtask\nUid:\t1000\t0\t1000\t1000\n"));
        assert!(!is_root("Name:\txtask\nUid:\t0\t1000\t0\t0\n"));
        assert!(!is_root(""));
    }
}
