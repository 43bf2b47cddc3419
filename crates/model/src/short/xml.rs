//! Writing indented XML.
//!
//! Not a general serializer: element and attribute names are ours and trusted, values are not.

/// XML being written.
#[derive(Debug)]
pub(super) struct Xml {
    out: String,
    depth: usize,
}

/// An attribute, left out when it has no value.
pub(super) type Attr<'v> = (&'static str, Option<&'v str>);

impl Xml {
    pub(super) fn new(depth: usize) -> Self {
        Self { out: String::new(), depth }
    }

    /// An empty writer for what goes into the element just opened.
    pub(super) fn inside(&self) -> Self {
        Self::new(self.depth + 1)
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[Attr<'_>]) {
        self.tag(name, attributes);
        self.out.push_str(">\n");
        self.depth += 1;
    }

    pub(super) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.indent();
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    pub(super) fn leaf(&mut self, name: &str, attributes: &[Attr<'_>]) {
        self.tag(name, attributes);
        self.out.push_str("/>\n");
    }

    pub(super) fn text(&mut self, name: &str, attributes: &[Attr<'_>], text: &str) {
        self.tag(name, attributes);
        self.out.push('>');
        self.escape(text);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    /// An element around what another writer holds; nothing if that holds nothing.
    pub(super) fn around(&mut self, name: &str, attributes: &[Attr<'_>], inner: &Self) {
        if !inner.out.is_empty() {
            self.open(name, attributes);
            self.out.push_str(&inner.out);
            self.close(name);
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn tag(&mut self, name: &str, attributes: &[Attr<'_>]) {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in attributes {
            let Some(value) = value else { continue };
            self.out.push(' ');
            self.out.push_str(attribute);
            self.out.push_str("=\"");
            self.escape(value);
            self.out.push('"');
        }
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }

    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\n' => self.out.push_str("&#10;"),
                '\r' => self.out.push_str("&#13;"),
                '\t' => self.out.push_str("&#9;"),
                // The grammar lets other control characters not through; these XML forbids too.
                '\u{fffe}' | '\u{ffff}' => self.out.push('\u{fffd}'),
                _ => self.out.push(c),
            }
        }
    }
}
