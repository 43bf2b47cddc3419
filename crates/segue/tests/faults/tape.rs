//! The tape: what a program did to its files, and what its clients were told, in order.
//!
//! Not here: what of it survives a crash (`image`).

use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Bytes before a record's name.
const HEAD: usize = 16;

/// One thing done to a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    Made,
    Wrote {
        offset: usize,
        data: Vec<u8>,
    },
    Cut {
        length: usize,
    },
    Synced,
    /// A sync that said it failed: what waited for it may never reach the disk.
    NotSynced,
    Removed,
    /// A client was told that this command is done.
    Told {
        command: String,
    },
}

/// A deed and the file it was done to, below the watched folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) deed: Deed,
}

/// Reads a whole tape.
pub(crate) fn read(path: &Path) -> Vec<Record> {
    let bytes = std::fs::read(path).expect("the tape is there");
    let mut rest = bytes.as_slice();
    let mut records = Vec::new();
    while let Some((head, tail)) = rest.split_first_chunk::<HEAD>() {
        let number = |from: usize, bytes: usize| {
            let each = head[from..from + bytes].iter().rev();
            each.fold(0, |number, byte| number << 8 | usize::from(*byte))
        };
        let (name, tail) = tail.split_at(number(2, 2));
        let (data, tail) = tail.split_at(number(12, 4));
        let offset = number(4, 8);
        let deed = match (head[0], head[1]) {
            (b'C' | b'M', _) => Deed::Made,
            (b'W', _) => Deed::Wrote { offset, data: data.to_vec() },
            (b'T', _) => Deed::Cut { length: offset },
            (b'S', 0) => Deed::Synced,
            (b'S', _) => Deed::NotSynced,
            (b'U', _) => Deed::Removed,
            (b'A', _) => Deed::Told { command: String::from_utf8_lossy(data).into_owned() },
            (kind, _) => panic!("the tape has records of kinds we know, not {kind}"),
        };
        records.push(Record { name: String::from_utf8_lossy(name).into_owned(), deed });
        rest = tail;
    }
    assert!(rest.is_empty(), "{} bytes are left over on the tape", rest.len());
    records
}

/// Notes on the tape that a client was told its command is done. The server's records up to its
/// answer are before this one.
pub(crate) fn told(tape: &mut File, command: &str) {
    let length = u32::try_from(command.len()).expect("commands have short names");
    let mut record = vec![b'A'];
    record.resize(12, 0);
    record.extend_from_slice(&length.to_le_bytes());
    record.extend_from_slice(command.as_bytes());
    tape.write_all(&record).expect("the tape can be written");
}
