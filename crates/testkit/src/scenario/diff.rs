//! The difference of two short lists of lines, for people.
//!
//! Not a patch format.

/// Both lists in one, `-` in front of what was only expected and `+` of what only happened.
pub(super) fn lines(expected: &[String], actual: &[String]) -> String {
    let (rows, columns) = (expected.len(), actual.len());
    // Longest common subsequence of the rests that begin at (row, column).
    let mut common = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row][column] = if expected[row] == actual[column] {
                common[row + 1][column + 1] + 1
            } else {
                common[row + 1][column].max(common[row][column + 1])
            };
        }
    }
    let (mut row, mut column, mut result) = (0, 0, Vec::new());
    while row < rows || column < columns {
        if row < rows && column < columns && expected[row] == actual[column] {
            result.push(format!("    > {}", expected[row]));
            (row, column) = (row + 1, column + 1);
        } else if row < rows
            && (column == columns || common[row + 1][column] >= common[row][column + 1])
        {
            result.push(format!("  - > {}", expected[row]));
            row += 1;
        } else {
            result.push(format!("  + > {}", actual[column]));
            column += 1;
        }
    }
    result.join("\n")
}
