//! Power losses: at every sync of ten recorded lives, images of what a disk may hold are examined.
//!
//! Not here: disks that say they failed (`errors`).

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use testkit::Dice;

use crate::examine::examine;
use crate::image::{Disk, Loss, lay_out};
use crate::scenario;
use crate::server::Place;
use crate::tape::{self, Deed, Record};

/// Random images at each sync, unless `SEGUE_CRASH_IMAGES` says otherwise.
const IMAGES: u32 = 4;

fn images() -> u32 {
    std::env::var("SEGUE_CRASH_IMAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(IMAGES)
}

/// Memory is a disk too, and images are many.
fn room() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let room = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    room.expect("a folder")
}

/// What was found in images by their contents: many moments look alike.
pub(crate) type Known = BTreeMap<Vec<u8>, BTreeSet<String>>;

fn fingerprint(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let half = |seed: u64| {
        let mut hasher = DefaultHasher::new();
        (seed, files).hash(&mut hasher);
        hasher.finish().to_le_bytes()
    };
    [half(1), half(2)].concat()
}

/// Examines every image of every moment of a tape; returns how many differed.
fn examine_all(records: &[Record], name: &str) -> usize {
    let (mut disk, mut told, mut known) = (Disk::default(), BTreeSet::new(), Known::new());
    let mut dice = Dice::new(name.bytes().map(u64::from).sum());
    for (at, record) in records.iter().enumerate() {
        let is_boundary = matches!(record.deed, Deed::Synced | Deed::NotSynced);
        if is_boundary && !disk.is_clean() {
            examine_moment(&disk, &told, &mut known, &mut dice, &format!("{name}, record {at}"));
        }
        disk.follow(record);
        if let Deed::Told { command } = &record.deed {
            told.insert(command.clone());
        }
    }
    examine_moment(&disk, &told, &mut known, &mut dice, &format!("{name}, at the end"));
    known.len()
}

pub(crate) fn examine_moment(
    disk: &Disk,
    told: &BTreeSet<String>,
    known: &mut Known,
    dice: &mut Dice,
    place: &str,
) {
    let mut losses = vec![Loss::Everything, Loss::Nothing];
    losses.extend((0..images()).map(|_| Loss::Some {
        percent: [10, 50, 90][dice.below(3)],
        sector: [512, 4_096][dice.below(2)],
    }));
    for loss in losses {
        let mut files = disk.after(loss, dice);
        files.retain(|name, _| name.starts_with("data/") && !name.ends_with(".lock"));
        let mark = fingerprint(&files);
        if !known.contains_key(&mark) {
            let folder = room();
            lay_out(&files, folder.path());
            let found = examine(&folder.path().join("data"));
            let found = found.unwrap_or_else(|wrong| {
                let kept = folder.keep();
                panic!("{place}, {loss:?}: {wrong}; see {}", kept.display())
            });
            known.insert(mark.clone(), found);
        }
        let lost: Vec<_> = told.difference(&known[&mark]).collect();
        assert!(lost.is_empty(), "{place}, {loss:?}: acknowledged and lost: {lost:?}");
    }
}

/// Records a life and examines what any power loss during it leaves.
fn survives(name: &str, life: impl AsyncFnOnce(&Place)) {
    let place = Place::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(life(&place));
    let records = tape::read(&place.tape);
    let told = records.iter().filter(|it| matches!(it.deed, Deed::Told { .. })).count();
    assert!(told > 3, "{name}: only {told} commands were acknowledged");
    let images = examine_all(&records, name);
    println!("{name}: {} records, {told} commands, {images} images", records.len());
    assert!(images > 20, "{name}: only {images} images");
}

#[test]
fn starts_survive_power_losses() {
    survives("starts", scenario::starts);
}

#[test]
fn jobs_survive_power_losses() {
    survives("jobs", scenario::jobs);
}

#[test]
fn forks_and_joins_survive_power_losses() {
    survives("fork and join", scenario::fork_and_join);
}

#[test]
fn timers_survive_power_losses() {
    survives("timers", scenario::timers);
}

#[test]
fn messages_survive_power_losses() {
    survives("messages", scenario::messages);
}

#[test]
fn user_tasks_survive_power_losses() {
    survives("user tasks", scenario::user_tasks);
}

#[test]
fn cancellations_survive_power_losses() {
    survives("cancels", scenario::cancels);
}

#[test]
fn incidents_survive_power_losses() {
    survives("incidents", scenario::incidents);
}

#[test]
fn checkpoints_survive_power_losses() {
    survives("checkpoints", scenario::checkpoints);
}

#[test]
fn restarts_survive_power_losses() {
    survives("restarts", scenario::restarts);
}
