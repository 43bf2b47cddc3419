//! What a backup is, and what is no backup.

use super::*;
use store::Store;
use store::batch::{Batch, Component, HistoryWrite};
use store::sqlite::{Options, Sqlite};

fn written(folder: &Path) -> Sqlite {
    let store = Sqlite::open(folder, &Options::default()).unwrap();
    for aggregate in 1..=50 {
        let body = vec![7; 900];
        let row = HistoryWrite { aggregate, kind: 1, tenant: 0, salt: [9; 16], body };
        let components = vec![Component { history: vec![row], ..Component::default() }];
        store.commit(&Batch { now_ms: 1, components, claims: vec![] }).unwrap();
    }
    store.anchor(2).unwrap();
    store
}

fn made(folder: &Path) -> (PathBuf, Manifest) {
    let to = folder.join("backups/first");
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let store = written(&folder.join("data"));
    let manifest = make(&to, 1_700_000_000_123, |file| store.backup(file, &mut |_, _| {}));
    (to, manifest.unwrap())
}

#[test]
fn a_backup_says_what_it_is_and_can_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, manifest) = made(folder.path());
    assert_eq!(read_manifest(&backup).unwrap(), manifest);
    assert_eq!((manifest.facts.position, manifest.facts.anchor.unwrap().n), (50, 1));
    let mut heard = (0, 0);
    let checked = check(&backup, &mut |done, all| heard = (done, all)).unwrap();
    assert_eq!((checked.manifest, checked.audit.records), (manifest.clone(), 50));
    assert_eq!(heard, (manifest.facts.bytes, manifest.facts.bytes));
    assert_eq!(list(&folder.path().join("backups")), [("first".to_owned(), manifest)]);
    assert_eq!(default_name(0), "1970-01-01T00-00-00Z");
}

#[test]
fn a_backup_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, manifest) = made(folder.path());
    let error = make(&backup, 0, |_| unreachable!("nothing is copied")).unwrap_err();
    assert!(error.to_string().contains("not written over"), "{error}");
    assert_eq!(read_manifest(&backup).unwrap(), manifest);
}

#[test]
fn an_interrupted_backup_leaves_nothing_at_its_place_and_the_next_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("b");
    let store = written(&folder.path().join("data"));
    let cut_off = make(&to, 0, |file| {
        fs::write(file, b"half of it").unwrap();
        Err(store::Error::Refused { reason: "the power went".to_owned() })
    });
    assert!(cut_off.is_err() && !to.exists());
    make(&to, 0, |file| store.backup(file, &mut |_, _| {})).unwrap();
    check(&to, &mut |_, _| {}).unwrap();
    assert!(!folder.path().join(".b.partial").exists());
}

#[test]
fn a_changed_byte_is_found_before_anything_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, manifest) = made(folder.path());
    let file = backup.join(DATA_FILE);
    let whole = fs::read(&file).unwrap();
    let target = folder.path().join("restored");
    for damage in [whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[damage] ^= 1;
        fs::write(&file, &bytes).unwrap();
        assert!(check(&backup, &mut |_, _| {}).is_err(), "byte {damage}");
        let error = restore(&backup, &target, Replace::Nothing, 0, &mut |_, _| {}).unwrap_err();
        assert!(error.to_string().contains("as it was backed up"), "{error}");
    }
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    assert!(check(&backup, &mut |_, _| {}).is_err(), "a byte is missing");
    assert!(!target.exists(), "nothing was touched");
    fs::write(&file, &whole).unwrap();
    let restored = restore(&backup, &target, Replace::Nothing, 0, &mut |_, _| {}).unwrap();
    assert_eq!(restored.facts.position, manifest.facts.position);
    assert_ne!(restored.facts.history, manifest.facts.history);
}

#[test]
fn an_anchor_that_was_not_in_the_chain_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (backup, mut manifest) = made(folder.path());
    manifest.facts.anchor = Some(Witness { n: 1, root: [7; 32] });
    write_manifest(&backup.join(MANIFEST_FILE), &manifest).unwrap();
    let error = check(&backup, &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("witness mismatch"), "{error}");
}

#[test]
fn what_is_no_backup_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let read = |text: &str| {
        fs::write(folder.path().join(MANIFEST_FILE), text).unwrap();
        read_manifest(folder.path()).unwrap_err().to_string()
    };
    assert!(read("{\"format\":2}").contains("newer Segue"));
    assert!(read("[]").contains("manifest of a backup"));
    assert!(read("{\"format\":1}").contains("manifest of a backup"));
    let missing = read_manifest(&folder.path().join("nowhere")).unwrap_err();
    assert!(missing.to_string().contains("nowhere"), "{missing}");
}
