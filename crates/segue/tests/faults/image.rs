//! What a power loss may leave: what was synced, and any part of what was not.
//!
//! Not here: who looks at it (`examine`).
//!
//! A write is lost or kept sector by sector, each by itself, so later ones survive earlier ones.
//! Names (files made or removed) survive in order, up to any point; a file's own sync does not
//! keep its name, only its folder's does, as POSIX has it.

use std::collections::BTreeMap;
use std::path::Path;

use testkit::Dice;

use crate::tape::{Deed, Record};

/// The disk as far as it was written.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    files: Vec<Contents>,
    /// Names as the program sees them.
    names: BTreeMap<String, usize>,
    /// Names that are synced.
    kept: BTreeMap<String, usize>,
    /// What was done to names since.
    renamed: Vec<Naming>,
}

#[derive(Debug, Default)]
struct Contents {
    synced: Vec<u8>,
    later: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    what: What,
    fate: Fate,
}

#[derive(Debug)]
enum What {
    Write { offset: usize, data: Vec<u8> },
    Cut { length: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Waits,
    Synced,
    /// Its sync failed: the system may have forgotten it.
    Forgotten,
}

#[derive(Debug)]
enum Naming {
    Made { name: String, file: usize },
    Removed { name: String },
}

impl Naming {
    fn name(&self) -> &str {
        match self {
            Naming::Made { name, .. } | Naming::Removed { name } => name,
        }
    }

    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Naming::Made { name, file } => drop(names.insert(name.clone(), *file)),
            Naming::Removed { name } => drop(names.remove(name)),
        }
    }
}

/// What is lost of what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// All of it.
    Everything,
    /// None of it: the process died, the machine did not.
    Nothing,
    /// So many of a hundred sectors of so many bytes.
    Some { percent: u32, sector: usize },
}

impl Disk {
    /// Follows the tape by one record.
    pub(crate) fn follow(&mut self, record: &Record) {
        let Record { name, deed } = record;
        let file = self.names.get(name).copied();
        match deed {
            Deed::Made => {
                let file = self.files.len();
                self.files.push(Contents::default());
                let made = Naming::Made { name: name.clone(), file };
                made.apply(&mut self.names);
                self.renamed.push(made);
            }
            Deed::Removed => {
                let removed = Naming::Removed { name: name.clone() };
                removed.apply(&mut self.names);
                self.renamed.push(removed);
            }
            Deed::Wrote { offset, data } => {
                let what = What::Write { offset: *offset, data: data.clone() };
                self.change(file, what);
            }
            Deed::Cut { length } => self.change(file, What::Cut { length: *length }),
            Deed::Synced => {
                if let Some(file) = file {
                    self.files[file].settle(Fate::Synced);
                }
                self.keep_names(name);
            }
            Deed::NotSynced => {
                if let Some(file) = file {
                    self.files[file].settle(Fate::Forgotten);
                }
            }
            Deed::Told { .. } => {}
        }
    }

    fn change(&mut self, file: Option<usize>, what: What) {
        // A file without a name is nobody's after a crash.
        if let Some(file) = file {
            self.files[file].later.push(Change { what, fate: Fate::Waits });
        }
    }

    fn keep_names(&mut self, folder: &str) {
        let inside = |name: &str| match name.rsplit_once('/') {
            Some((parent, _)) => parent == folder,
            None => folder == ".",
        };
        let (synced, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.renamed).into_iter().partition(|it| inside(it.name()));
        synced.iter().for_each(|naming| naming.apply(&mut self.kept));
        self.renamed = later;
    }

    /// Whether a power loss now would lose anything.
    pub(crate) fn is_clean(&self) -> bool {
        self.renamed.is_empty() && self.files.iter().all(|file| file.later.is_empty())
    }

    /// The files after a power loss, by name.
    pub(crate) fn after(&self, loss: Loss, dice: &mut Dice) -> BTreeMap<String, Vec<u8>> {
        let named = match loss {
            Loss::Everything => 0,
            Loss::Nothing => self.renamed.len(),
            Loss::Some { .. } => dice.below(self.renamed.len() + 1),
        };
        let mut names = self.kept.clone();
        self.renamed[..named].iter().for_each(|naming| naming.apply(&mut names));
        let folders: Vec<String> =
            names.keys().filter(|name| !name.contains('/')).cloned().collect();
        names.retain(|name, _| match name.split_once('/') {
            Some((folder, _)) => folders.iter().any(|held| held == folder),
            None => false,
        });
        let contents = |file: &usize| self.files[*file].after(loss, dice);
        names.keys().cloned().zip(names.values().map(contents)).collect()
    }
}

impl Contents {
    fn settle(&mut self, fate: Fate) {
        for change in self.later.iter_mut().filter(|change| change.fate == Fate::Waits) {
            change.fate = fate;
        }
        let settled = self.later.iter().take_while(|it| it.fate == Fate::Synced).count();
        for change in self.later.drain(..settled) {
            change.what.apply(&mut self.synced);
        }
    }

    fn after(&self, loss: Loss, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for Change { what, fate } in &self.later {
            match (loss, what) {
                (Loss::Nothing, _) => what.apply(&mut bytes),
                _ if *fate == Fate::Synced => what.apply(&mut bytes),
                (Loss::Everything, _) => {}
                (Loss::Some { percent, sector }, What::Write { offset, data }) => {
                    keep_some(&mut bytes, *offset, data, sector, || !dice.chance(percent));
                }
                (Loss::Some { percent, .. }, What::Cut { .. }) => {
                    if !dice.chance(percent) {
                        what.apply(&mut bytes);
                    }
                }
            }
        }
        bytes
    }
}

/// Writes those sectors of a write that survive.
fn keep_some(
    bytes: &mut Vec<u8>,
    offset: usize,
    data: &[u8],
    sector: usize,
    mut survives: impl FnMut() -> bool,
) {
    let mut at = 0;
    while at < data.len() {
        let end = (((offset + at) / sector + 1) * sector - offset).min(data.len());
        if survives() {
            write(bytes, offset + at, &data[at..end]);
        }
        at = end;
    }
}

impl What {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            What::Write { offset, data } => write(bytes, *offset, data),
            What::Cut { length } => bytes.resize(*length, 0),
        }
    }
}

fn write(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    if bytes.len() < offset + data.len() {
        bytes.resize(offset + data.len(), 0);
    }
    bytes[offset..offset + data.len()].copy_from_slice(data);
}

/// Lays the files into an empty folder.
pub(crate) fn lay_out(files: &BTreeMap<String, Vec<u8>>, folder: &Path) {
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().expect("a name below a folder has a parent");
        std::fs::create_dir_all(parent).expect("there is room for images");
        std::fs::write(path, bytes).expect("there is room for images");
    }
}
