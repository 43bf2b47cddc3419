//! Backups: a copy of the data file and a manifest that says what it is.
//!
//! Not here: copying pages and taking a place (`store::sqlite`). Views are not in a backup: the
//! first start after a restore makes them from the history.

use access::verify::{Report, Witness};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use store::keep::Facts;
use store::sqlite::{self, Replace};

/// What the manifest is called.
pub const MANIFEST_FILE: &str = "manifest.json";
const DATA_FILE: &str = "segue.db";
/// The newest manifest this release reads and writes.
const FORMAT: u64 = 1;
/// Bytes read at once.
const CHUNK: usize = 1024 * 1024;

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The release that made it.
    pub version: String,
    /// When it was made, Unix milliseconds.
    pub made_ms: i64,
    /// What the data file says of itself.
    pub facts: Facts,
    /// SHA-256 of the data file.
    pub sha256: [u8; 32],
}

/// Why a backup could not be made, checked or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store failed or refused.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A file could not be read or written.
    #[error("Expected to {action} {path}, but found: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("Expected {expected}, but found {found}. {hint}")]
    Wrong {
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
        /// What to do.
        hint: &'static str,
    },
}

/// What a check of a backup read.
#[derive(Debug)]
pub struct Checked {
    /// What the backup is.
    pub manifest: Manifest,
    /// What the check of the audit chain found: nothing, or the check would have failed.
    pub audit: Report,
}

/// Makes a backup in the folder `to`, which must not exist or be empty; `copy` copies the data
/// file to the path it is given. The folder appears at its place only when it is whole.
pub fn make(
    to: &Path,
    now_ms: i64,
    copy: impl FnOnce(&Path) -> Result<Facts, store::Error>,
) -> Result<Manifest, BackupError> {
    refuse_taken(to)?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new(".")).to_owned();
    let name = to.file_name().unwrap_or_default().display();
    let partial = parent.join(format!(".{name}.partial"));
    fs::create_dir_all(&partial).map_err(fault("make", &partial))?;
    let lock_path = partial.join("lock");
    let lock = File::create(&lock_path).map_err(fault("make", &lock_path))?;
    if lock.try_lock().is_err() {
        return Err(BackupError::Wrong {
            expected: format!("nobody else to write {}", to.display()),
            found: "another backup on its way there".to_owned(),
            hint: "Wait for it, or choose another name.",
        });
    }
    // What an interrupted backup left is of no use.
    for file in [DATA_FILE, MANIFEST_FILE] {
        let path = partial.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(fault("remove", &path)(error));
            }
            _ => {}
        }
    }
    let file = partial.join(DATA_FILE);
    let facts = copy(&file)?;
    let (sha256, bytes) = digest(&file)?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let manifest = Manifest { version, made_ms: now_ms, facts: Facts { bytes, ..facts }, sha256 };
    write_manifest(&partial.join(MANIFEST_FILE), &manifest)?;
    fs::remove_file(&lock_path).map_err(fault("remove", &lock_path))?;
    sync(&partial)?;
    fs::rename(&partial, to).map_err(fault("put in place", to))?;
    sync(&parent)?;
    drop(lock);
    Ok(manifest)
}

fn refuse_taken(to: &Path) -> Result<(), BackupError> {
    let found = match fs::read_dir(to) {
        Ok(mut entries) => entries.next().map(|_| "a folder that is not empty"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(_) => Some("something else"),
    };
    found.map_or(Ok(()), |found| {
        Err(BackupError::Wrong {
            expected: format!("{} to be free", to.display()),
            found: found.to_owned(),
            hint: "Choose another name; backups are not written over.",
        })
    })
}

/// Checks a backup: its files are those that were made, the database is whole, the audit chain
/// holds up to the anchor of the manifest. `progress` hears (done, all) in bytes.
pub fn check(from: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Checked, BackupError> {
    let manifest = read_manifest(from)?;
    let file = from.join(DATA_FILE);
    let mut seen = Seen::new(io::sink(), manifest.facts.bytes, progress);
    let mut source = File::open(&file).map_err(fault("read", &file))?;
    pour(&mut source, &mut seen).map_err(fault("read", &file))?;
    seen.compare(&manifest).map_err(|found| changed(&file, found))?;
    if let Some(found) = sqlite::check_copy(from)? {
        return Err(changed(&file, found));
    }
    let audit = sqlite::verify(from, manifest.facts.anchor)?;
    if let Some(finding) = audit.findings.first() {
        return Err(changed(&file, finding.to_string()));
    }
    Ok(Checked { manifest, audit })
}

/// What a restore did.
#[derive(Debug)]
pub struct Restored {
    /// What the backup was.
    pub manifest: Manifest,
    /// What the data folder holds now: its history has a new name.
    pub facts: Facts,
    /// Where the data file that was there is.
    pub aside: Option<PathBuf>,
}

/// Restores a backup into a data folder. Nothing there is touched before the checksums fit, the
/// database is whole and the audit chain holds. `progress` hears (done, all) in bytes.
pub fn restore(
    from: &Path,
    folder: &Path,
    replace: Replace,
    now_ms: i64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Restored, BackupError> {
    let manifest = read_manifest(from)?;
    let file = from.join(DATA_FILE);
    let all = manifest.facts.bytes;
    let once = |target: &mut dyn Write, progress: &mut dyn FnMut(u64, u64)| {
        let mut seen = Seen::new(target, all, progress);
        pour(&mut File::open(&file)?, &mut seen)?;
        seen.compare(&manifest).map_err(|found| {
            io::Error::new(io::ErrorKind::InvalidData, changed(&file, found).to_string())
        })
    };
    once(&mut io::sink(), &mut |_, _| {}).map_err(fault("read", &file))?;
    let copy = |to: &Path| {
        // The bytes written are those that were compared, not those read before.
        let mut target = File::create_new(to)?;
        once(&mut target, progress)?;
        target.sync_all()
    };
    let (facts, aside) = sqlite::restore(folder, replace, now_ms, manifest.facts.anchor, copy)?;
    Ok(Restored { manifest, facts, aside })
}

/// Finished backups in a folder, newest first. What cannot be read is left out.
#[must_use]
pub fn list(folder: &Path) -> Vec<(String, Manifest)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<(String, Manifest)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok().filter(|it| !it.starts_with('.'))?;
            Some((name, read_manifest(&entry.path()).ok()?))
        })
        .collect();
    all.sort_by_key(|(name, manifest)| (std::cmp::Reverse(manifest.made_ms), name.clone()));
    all
}

/// The name of a backup nobody named: when it was begun.
#[must_use]
pub fn default_name(now_ms: i64) -> String {
    time(now_ms).replace(':', "-")
}

/// Writes what passes through on, with its hash and length.
struct Seen<'p, W> {
    target: W,
    hash: Sha256,
    bytes: u64,
    all: u64,
    progress: &'p mut dyn FnMut(u64, u64),
}

impl<'p, W: Write> Seen<'p, W> {
    fn new(target: W, all: u64, progress: &'p mut dyn FnMut(u64, u64)) -> Self {
        Seen { target, hash: Sha256::new(), bytes: 0, all, progress }
    }

    /// `Err` says what is not as the manifest has it.
    fn compare(self, manifest: &Manifest) -> Result<(), String> {
        if self.bytes != manifest.facts.bytes {
            return Err(format!("{} bytes", self.bytes));
        }
        let sha256: [u8; 32] = self.hash.finalize().into();
        if sha256 == manifest.sha256 { Ok(()) } else { Err("other bytes".to_owned()) }
    }
}

impl<W: Write> Write for Seen<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.target.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        (self.progress)(self.bytes.min(self.all), self.all);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

fn pour(source: &mut File, target: &mut dyn Write) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = source.read(&mut chunk)?;
        if read == 0 {
            return target.flush();
        }
        target.write_all(&chunk[..read])?;
    }
}

fn digest(file: &Path) -> Result<([u8; 32], u64), BackupError> {
    let mut ignore = |_, _| {};
    let mut seen = Seen::new(io::sink(), 0, &mut ignore);
    let mut source = File::open(file).map_err(fault("read", file))?;
    pour(&mut source, &mut seen).map_err(fault("read", file))?;
    Ok((seen.hash.finalize().into(), seen.bytes))
}

fn changed(file: &Path, found: String) -> BackupError {
    BackupError::Wrong {
        expected: format!("{} to be as it was backed up", file.display()),
        found,
        hint: "Use another backup.",
    }
}

fn fault<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> BackupError + 'a {
    move |source| BackupError::File { action, path: path.to_owned(), source }
}

fn sync(folder: &Path) -> Result<(), BackupError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(fault("sync", folder))
}

fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let text = serde_json::to_string_pretty(&manifest.to_json()).expect("texts and numbers");
    let write = || {
        let mut file = File::create(path)?;
        writeln!(file, "{text}")?;
        file.sync_all()
    };
    write().map_err(fault("write", path))
}

/// The manifest of a backup.
pub fn read_manifest(from: &Path) -> Result<Manifest, BackupError> {
    let path = from.join(MANIFEST_FILE);
    let text = fs::read_to_string(&path).map_err(fault("read", &path))?;
    let value: Option<Value> = serde_json::from_str(&text).ok();
    let format = value.as_ref().and_then(|value| value["format"].as_u64());
    if format.is_some_and(|format| format > FORMAT) {
        return Err(BackupError::Wrong {
            expected: format!("a manifest of format {FORMAT} or older in {}", path.display()),
            found: format!("format {}", format.unwrap_or_default()),
            hint: "Use a newer Segue.",
        });
    }
    value.as_ref().and_then(Manifest::from_json).ok_or_else(|| BackupError::Wrong {
        expected: format!("the manifest of a backup in {}", path.display()),
        found: "something else".to_owned(),
        hint: "Name the folder that `segue backup` made.",
    })
}

impl Manifest {
    /// The manifest as it is written.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Facts { format, history, position, anchor, bytes } = &self.facts;
        json!({
            "format": FORMAT,
            "version": self.version,
            "madeAt": time(self.made_ms),
            "schema": format,
            "history": format!("{history:016x}"),
            "position": position,
            "anchor": anchor.map(|anchor| json!({ "n": anchor.n, "root": hex(&anchor.root) })),
            "files": [{ "name": DATA_FILE, "bytes": bytes, "sha256": hex(&self.sha256) }],
        })
    }

    fn from_json(value: &Value) -> Option<Self> {
        let made: Timestamp = value["madeAt"].as_str()?.parse().ok()?;
        let anchor = match &value["anchor"] {
            Value::Null => None,
            anchor => {
                Some(Witness { n: anchor["n"].as_u64()?, root: unhex(anchor["root"].as_str()?)? })
            }
        };
        let file = value["files"].get(0).filter(|file| file["name"] == DATA_FILE)?;
        let facts = Facts {
            format: u32::try_from(value["schema"].as_u64()?).ok()?,
            history: u64::from_str_radix(value["history"].as_str()?, 16).ok()?,
            position: value["position"].as_u64()?,
            anchor,
            bytes: file["bytes"].as_u64()?,
        };
        Some(Manifest {
            version: value["version"].as_str()?.to_owned(),
            made_ms: made.as_millisecond(),
            facts,
            sha256: unhex(file["sha256"].as_str()?)?,
        })
    }
}

fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
#[path = "backup_tests.rs"]
mod tests;
