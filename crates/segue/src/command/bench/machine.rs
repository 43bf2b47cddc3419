//! What the machine says about a process: CPU time, memory, writes; and how big a folder is.
//!
//! Not portable: without `/proc` the figures are absent, and the rest of the bench works.

use std::path::Path;

/// Clock ticks a second in `/proc/PID/stat`; Linux shows 100 to programs everywhere.
const TICKS_PER_SECOND: f64 = 100.0;

/// Figures of a process at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figures {
    /// CPU time used so far, milliseconds.
    pub(super) cpu_ms: f64,
    /// Bytes it caused to be written to disks so far.
    pub(super) written_bytes: u64,
    /// Resident memory, bytes.
    pub(super) resident_bytes: u64,
}

/// Figures of a process (`self` or a number), where the system tells them.
pub(super) fn figures(pid: &str) -> Option<Figures> {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).ok();
    Some(Figures {
        cpu_ms: cpu_ms(&read("stat")?)?,
        written_bytes: field(&read("io")?, "write_bytes:")?,
        resident_bytes: field(&read("status")?, "VmRSS:")? * 1024,
    })
}

/// The most memory a process ever had, bytes.
pub(super) fn peak_bytes(pid: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(field(&status, "VmHWM:")? * 1024)
}

fn cpu_ms(stat: &str) -> Option<f64> {
    // The program's name stands in brackets and may contain anything, brackets too.
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) * 1_000.0 / TICKS_PER_SECOND)
}

fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Bytes of the files in a folder.
pub(super) fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum()
}

/// The load average of the last minute: figures of a busy machine say little.
pub(super) fn load_average() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cpu_time_behind_a_strange_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 250 50 0 0 20 0 1 0 100 1 1";
        assert_eq!(cpu_ms(stat), Some(3_000.0));
    }

    #[test]
    fn reads_a_field_and_its_unit() {
        assert_eq!(field("Name:\tsegue\nVmRSS:\t  2048 kB\n", "VmRSS:"), Some(2048));
        assert_eq!(field("", "VmRSS:"), None);
    }

    #[test]
    fn adds_up_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), [0; 10]).unwrap();
        std::fs::write(folder.path().join("b"), [0; 5]).unwrap();
        assert_eq!(folder_bytes(folder.path()), 15);
    }
}
