//! Call activities, the processes they call, and multi-instance markers of random processes.
//!
//! Not here: blocks and leaves of every other kind.

use super::{Block, Maker};

/// Leaves of a process that is called.
const CALLED_LEAVES: u32 = 4;
/// What multi-instance activities go over; the last is no list until `fixed` is true.
const ITEM_LISTS: [&str; 4] = ["= [1, 2]", "= [1, 2, 3]", "= []", LATER_LIST];
const LATER_LIST: &str = "= if fixed = true then [n] else fixed";
/// Items of the longest of those.
pub(super) const ITEMS: u32 = 3;

/// A process others call, with the errors it leaves to them.
#[derive(Clone)]
pub(super) struct Called {
    id: String,
    throws: Vec<&'static str>,
}

impl Maker {
    /// A process to be called, which may call those made before.
    pub(super) fn called(&mut self, place: u32) -> String {
        let id = format!("random_{place}");
        self.leaves = CALLED_LEAVES;
        self.passed = Some(Vec::new());
        let mut throws = self.inside(2);
        throws.extend(self.passed.take().into_iter().flatten());
        let lines = std::mem::take(&mut self.lines);
        self.called.push(Called { id: id.clone(), throws });
        format!("process {id}\n{}\n", lines.join("\n"))
    }

    /// A call activity. Errors of what it calls are caught, or left to who called this process.
    pub(super) fn call(&mut self, depth: u32) -> Block {
        self.leaves = self.leaves.saturating_sub(2);
        let id = self.id("call");
        let called = self.called[self.dice.below(self.called.len())].clone();
        let propagate = if self.dice.chance(30) { " propagate=no" } else { "" };
        let each = self.each();
        self.line(format!("{id}:call({}){propagate} {each}", called.id));
        self.mappings(&id);
        if self.dice.chance(30)
            && let Some(passed) = &mut self.passed
        {
            passed.extend(&called.throws);
            return self.guard(&id, depth, &[]);
        }
        self.guard(&id, depth, &called.throws)
    }

    /// A multi-instance marker, or nothing.
    pub(super) fn each(&mut self) -> String {
        if self.times > ITEMS || !self.dice.chance(18) {
            return String::new();
        }
        let items = self.word(&ITEM_LISTS);
        let turn = if self.dice.chance(40) { "each-in-turn" } else { "each" };
        let output = match self.dice.below(4) {
            0 => format!(", item, v{}, = item", self.dice.below(3)),
            1 => format!(", item, all{}, = v{}", self.dice.below(2), self.dice.below(3)),
            2 => ", item".to_owned(),
            _ => String::new(),
        };
        let until = match self.dice.below(7) {
            0 => " until(= numberOfCompletedInstances >= 1)",
            1 => " until(= go = true)",
            2 => " until(= assert(fixed, fixed = true))",
            _ => "",
        };
        format!(" {turn}({items}{output}){until}")
    }
}
