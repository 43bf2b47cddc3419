//! What was likely meant: the known name spelt most like another.
//! It is not a dictionary; whoever asks brings the names.

/// The name spelt most alike, if one is nearly the same.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let alike = known.filter(|known| known.len().abs_diff(name.len()) <= 2);
    let (edits, nearest) = alike.map(|known| (edits(name, known), known)).min()?;
    (edits <= 2 && edits * 3 <= name.len()).then_some(nearest)
}

/// Levenshtein's distance, in bytes.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}
