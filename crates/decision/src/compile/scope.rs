//! Which name means what, where: locals of a function, captured values, members of a filter's item.
//! It does not know values; a name bound nowhere is a variable of the process.

use super::Compiler;
use crate::program::Reference;
use std::sync::Arc;

/// A function being compiled; the expression itself is the outermost.
#[derive(Default)]
pub(super) struct Frame {
    bindings: Vec<Binding>,
    next: u32,
    /// Locals needed at once.
    pub(super) most: u32,
    pub(super) captures: Vec<Reference>,
    read: Vec<u32>,
    /// How often `?` was read so far.
    pub(super) reads_of_input: usize,
}

enum Binding {
    Name(Arc<str>, u32),
    /// The item of a filter, whose members are names.
    Item(u32),
}

/// To go back to with [`Frame::release`].
#[derive(Clone, Copy)]
pub(super) struct Mark {
    bindings: usize,
    next: u32,
}

/// Where a name leads: first to members of these items, then to `found`.
pub(super) struct Resolution {
    pub(super) items: Vec<Reference>,
    pub(super) found: Option<Reference>,
}

impl Frame {
    pub(super) fn mark(&self) -> Mark {
        Mark { bindings: self.bindings.len(), next: self.next }
    }

    pub(super) fn release(&mut self, mark: Mark) {
        self.bindings.truncate(mark.bindings);
        self.next = mark.next;
    }

    /// Takes back names bound since, but keeps their locals.
    pub(super) fn release_names(&mut self, mark: Mark) {
        self.bindings.truncate(mark.bindings);
    }

    /// Another name of a local.
    pub(super) fn alias(&mut self, name: &Arc<str>, local: u32) {
        self.bindings.push(Binding::Name(Arc::clone(name), local));
    }

    fn local(&mut self) -> u32 {
        self.next += 1;
        self.most = self.most.max(self.next);
        self.next - 1
    }

    pub(super) fn bind(&mut self, name: &Arc<str>) -> u32 {
        let local = self.local();
        self.read.retain(|read| *read != local);
        self.bindings.push(Binding::Name(Arc::clone(name), local));
        local
    }

    /// Binds `item`, and every member the item turns out to have.
    pub(super) fn bind_item(&mut self) -> u32 {
        let local = self.bind(&"item".into());
        self.bindings.push(Binding::Item(local));
        local
    }

    /// Whether a name bound to `local` was resolved.
    pub(super) fn was_read(&self, local: u32) -> bool {
        self.read.contains(&local)
    }

    fn capture(&mut self, outer: Reference) -> Reference {
        let known = self.captures.iter().position(|captured| *captured == outer);
        let at = known.unwrap_or_else(|| {
            self.captures.push(outer);
            self.captures.len() - 1
        });
        Reference::Captured(at as u32)
    }
}

impl Compiler<'_> {
    pub(super) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the expression itself is a frame")
    }

    /// The slot of a variable.
    pub(super) fn slot(&mut self, name: &Arc<str>) -> u32 {
        let free = &mut self.code.free;
        let at = free.iter().position(|known| known == name).unwrap_or_else(|| {
            free.push(Arc::clone(name));
            free.len() - 1
        });
        at as u32
    }

    /// Where `name` leads, as seen from the function at `level`. Levels nest as deeply as the
    /// source does, so this recursion is bounded.
    pub(super) fn resolve(&mut self, level: usize, name: &Arc<str>) -> Resolution {
        let mut items = Vec::new();
        let frame = &mut self.frames[level];
        for binding in frame.bindings.iter().rev() {
            match binding {
                // `?` is never a member of an item.
                Binding::Item(local) if **name != *"?" => items.push(Reference::Local(*local)),
                Binding::Name(bound, local) if bound == name => {
                    frame.read.push(*local);
                    return Resolution { items, found: Some(Reference::Local(*local)) };
                }
                _ => {}
            }
        }
        if level == 0 {
            return Resolution { items, found: None };
        }
        let outer = self.resolve(level - 1, name);
        let frame = &mut self.frames[level];
        items.extend(outer.items.into_iter().map(|item| frame.capture(item)));
        Resolution { items, found: outer.found.map(|found| frame.capture(found)) }
    }

    /// A reference of the outermost level, as the innermost function captures it.
    pub(super) fn capture_from_top(&mut self, mut reference: Reference) -> Reference {
        for frame in self.frames.iter_mut().skip(1) {
            reference = frame.capture(reference);
        }
        reference
    }
}
