//! Patterns as XPath and Java write them, in the syntax of the library that matches them.
//! It does not check patterns; what the library does not know, such as back-references, it refuses.

/// Blocks and classes by their names there, as ranges within brackets.
const CLASSES: &[(&str, &str)] = &[
    ("Alnum", "0-9A-Za-z"),
    ("Alpha", "A-Za-z"),
    ("Digit", "0-9"),
    ("IsAlphabetic", "\\p{Alphabetic}"),
    ("IsArabic", "\\x{600}-\\x{6FF}"),
    ("IsBasicLatin", "\\x{0}-\\x{7F}"),
    ("IsCyrillic", "\\x{400}-\\x{4FF}"),
    ("IsGreek", "\\x{370}-\\x{3FF}"),
    ("IsGreekandCoptic", "\\x{370}-\\x{3FF}"),
    ("IsHebrew", "\\x{590}-\\x{5FF}"),
    ("IsLatin", "\\p{Latin}"),
    ("IsLatin-1Supplement", "\\x{80}-\\x{FF}"),
    ("IsLatinExtended-A", "\\x{100}-\\x{17F}"),
    ("IsLatinExtended-B", "\\x{180}-\\x{24F}"),
    ("Lower", "a-z"),
    ("Punct", "!-/:-@\\[-`{-\\x{7E}"),
    ("Space", " \\t\\n\\x{B}\\f\\r"),
    ("Upper", "A-Z"),
];

/// Translates a pattern; `x` drops blanks outside of brackets, and without `s` a dot matches no
/// end of a line.
pub(super) fn translate(pattern: &str, flags: &str) -> String {
    let (blanks, dot_all) = (flags.contains('x'), flags.contains('s'));
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut depth = 0u32;
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            _ if blanks && depth == 0 && c.is_whitespace() => {}
            '\\' => {
                if blanks && depth == 0 {
                    while rest.next_if(|next| next.is_whitespace()).is_some() {}
                }
                escape(&mut out, &mut rest, depth);
            }
            '.' if depth == 0 && !dot_all => out.push_str("[^\\n\\r]"),
            '[' => {
                depth += 1;
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            ']' => {
                depth = depth.saturating_sub(1);
                out.push(']');
            }
            '-' if depth > 0 && rest.peek() == Some(&'[') => out.push_str("--"),
            '-' if depth > 0 && rest.peek() == Some(&'-') => out.push_str("\\-"),
            '~' if depth > 0 => out.push_str("\\~"),
            _ => out.push(c),
        }
    }
    out
}

/// What follows a back-slash.
fn escape(out: &mut String, rest: &mut std::iter::Peekable<std::str::Chars<'_>>, depth: u32) {
    let Some(kind) = rest.next() else { return out.push('\\') };
    if !matches!(kind, 'p' | 'P') || rest.next_if_eq(&'{').is_none() {
        out.extend(['\\', kind]);
        return;
    }
    let name: String =
        rest.by_ref().take_while(|c| *c != '}').filter(|c| !c.is_whitespace()).collect();
    let known = CLASSES.iter().find(|(known, _)| *known == name);
    match known {
        Some((_, ranges)) if kind == 'P' => out.extend(["[^", ranges, "]"]),
        Some((_, ranges)) if depth > 0 => out.push_str(ranges),
        Some((_, ranges)) => out.extend(["[", ranges, "]"]),
        None => out.extend(["\\", if kind == 'p' { "p" } else { "P" }, "{", &name, "}"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn translates_what_the_library_writes_differently() {
        for (pattern, flags, expected) in [
            ("a.b", "", "a[^\\n\\r]b"),
            ("a.b", "s", "a.b"),
            ("[A-Z-[OI]]", "", "[A-Z--[OI]]"),
            ("he ll o[ ]worl d", "x", "hello[ ]world"),
            ("a\\ sb", "x", "a\\sb"),
            ("\\p{ IsBasicLatin}+", "x", "[\\x{0}-\\x{7F}]+"),
            ("[\\p{Alpha}_]", "", "[A-Za-z_]"),
            ("\\P{Digit}", "", "[^0-9]"),
            ("\\p{L}", "", "\\p{L}"),
            ("[~a]", "", "[\\~a]"),
        ] {
            assert_eq!(translate(pattern, flags), expected, "{pattern}");
        }
    }
}
