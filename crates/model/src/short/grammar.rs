//! The statements of the short notation: headers and chains of flow nodes.
//!
//! Not what stands at a flow node (see `parts`), nor the resolution of names; a chain may mention
//! what is declared further down.

use super::cursor::Cursor;
use super::{Arrow, Fault, Header, Mention, Scope, Sheet};

/// Reads a text; what it could not read are faults, and reading goes on at the next line.
pub(super) fn read(text: &str) -> (Sheet<'_>, Vec<Fault>) {
    let mut reader = Reader { cursor: Cursor::new(text), sheet: Sheet::default(), depth: 0 };
    let mut faults = Vec::new();
    if let Some(at) = text.find(|c: char| c.is_control() && !c.is_whitespace()) {
        reader.cursor.at = at;
        let message = "Expected text, but found a control character";
        return (reader.sheet, vec![reader.cursor.fault("short-syntax", message, "")]);
    }
    loop {
        reader.skip_separators();
        if reader.cursor.peek().is_none() {
            return (reader.sheet, faults);
        }
        if let Err(fault) = reader.top_statement() {
            faults.push(fault);
            // Inside braces the rest would only be misread.
            if reader.depth > 0 {
                return (reader.sheet, faults);
            }
            reader.cursor.skip_line();
        }
    }
}

/// Where reading has come to.
pub(super) struct Reader<'t> {
    pub(super) cursor: Cursor<'t>,
    pub(super) sheet: Sheet<'t>,
    /// Braces that are open.
    pub(super) depth: usize,
}

/// How a chain goes on from one flow node to the next.
enum Link {
    Arrow { condition: Option<String>, is_default: bool },
    Boundary { interrupting: bool },
}

impl<'t> Reader<'t> {
    pub(super) fn skip_separators(&mut self) {
        self.cursor.skip_space();
        while self.cursor.eat(";") {
            self.cursor.skip_space();
        }
    }

    fn top_statement(&mut self) -> Result<(), Fault> {
        let start = self.cursor.at;
        if self.cursor.word() == Some("process") {
            self.cursor.skip_blanks();
            let at = self.cursor.at;
            if let Some(id) = self.cursor.word() {
                return self.header(id, at);
            }
        }
        self.cursor.at = start;
        if self.sheet.processes.is_empty() {
            self.add_process("process", start);
        }
        let scope = self.sheet.processes.last().map_or(0, |header| header.scope);
        self.chain(scope)?;
        self.end_of_statement()
    }

    fn add_process(&mut self, id: &'t str, at: usize) -> &mut Header<'t> {
        let scope = self.sheet.scopes.len();
        let process = self.sheet.processes.len();
        self.sheet.scopes.push(Scope { process, owner: None });
        self.sheet.processes.push(Header { id, at, scope, name: None, version: None });
        &mut self.sheet.processes[process]
    }

    fn header(&mut self, id: &'t str, at: usize) -> Result<(), Fault> {
        let index = self.sheet.processes.len();
        self.add_process(id, at);
        loop {
            self.cursor.skip_blanks();
            if self.cursor.peek() == Some('"') {
                self.sheet.processes[index].name = Some(self.cursor.string()?);
            } else if self.cursor.eat("version=") {
                self.sheet.processes[index].version = Some(self.value()?);
            } else {
                return self.end_of_statement();
            }
        }
    }

    pub(super) fn end_of_statement(&mut self) -> Result<(), Fault> {
        self.cursor.skip_blanks();
        match self.cursor.peek() {
            None | Some('\n' | ';') => Ok(()),
            Some('}') if self.depth > 0 => Ok(()),
            _ => {
                let message =
                    format!("Expected -> or a new line, but found {}", self.cursor.found());
                Err(self.cursor.fault("short-syntax", message, "a chain is a -> b:kind -> c:kind"))
            }
        }
    }

    /// A chain of flow nodes: `a:kind -> b -[= condition]-> c ! d:timer(PT1H) -> e`.
    pub(super) fn chain(&mut self, scope: usize) -> Result<(), Fault> {
        let mut last = self.mention(scope, None)?;
        while let Some(link) = self.link()? {
            self.cursor.skip_space();
            match link {
                Link::Boundary { interrupting } => {
                    last = self.mention(scope, Some((last, interrupting)))?;
                }
                Link::Arrow { condition, is_default } => {
                    let target = self.mention(scope, None)?;
                    let arrow = Arrow { scope, source: last, target, condition, is_default };
                    self.sheet.arrows.push(arrow);
                    last = target;
                }
            }
        }
        Ok(())
    }

    /// What leads on from a flow node, which may stand on the next line.
    fn link(&mut self) -> Result<Option<Link>, Fault> {
        let before = self.cursor.at;
        self.cursor.skip_space();
        if self.cursor.eat("->") {
            return Ok(Some(Link::Arrow { condition: None, is_default: false }));
        }
        if self.cursor.eat("!~") {
            return Ok(Some(Link::Boundary { interrupting: false }));
        }
        if self.cursor.eat("!") {
            return Ok(Some(Link::Boundary { interrupting: true }));
        }
        if !self.cursor.eat("-[") {
            self.cursor.at = before;
            return Ok(None);
        }
        self.cursor.skip_space();
        let at = self.cursor.at;
        let label = self.cursor.piece(&[']'])?;
        if !self.cursor.eat("]->") {
            let message = format!("Expected ]->, but found {}", self.cursor.found());
            return Err(self.cursor.fault("short-syntax", message, "write -[= condition]->"));
        }
        let is_default = label == "default";
        if !is_default && !label.starts_with('=') {
            self.cursor.at = at;
            let message = format!("Expected = or default, but found {}", self.cursor.found());
            return Err(self.cursor.fault("short-syntax", message, "write -[= amount > 100]->"));
        }
        let condition = (!is_default).then(|| label.to_owned());
        Ok(Some(Link::Arrow { condition, is_default }))
    }

    /// A flow node: declared here (`a:kind(..)`) or only named. `host` is given after `!`.
    fn mention(&mut self, scope: usize, host: Option<(usize, bool)>) -> Result<usize, Fault> {
        let at = self.cursor.at;
        let Some(id) = self.cursor.word() else {
            let message = format!("Expected a flow node, but found {}", self.cursor.found());
            return Err(self.cursor.fault("short-syntax", message, "write id or id:kind"));
        };
        let index = self.sheet.mentions.len();
        let mention = Mention { id, at, scope, item: None, name: None, options: Vec::new() };
        self.sheet.mentions.push(mention);
        if self.cursor.eat(":") {
            self.kind(index, host)?;
        } else if host.is_some() {
            let message = format!("Expected a boundary event, but found only the name `{id}`");
            let fault = self.cursor.fault("short-syntax", message, "write id:kind after !");
            return Err(Fault { at, length: id.len(), ..fault });
        }
        self.options(index)?;
        Ok(index)
    }
}
