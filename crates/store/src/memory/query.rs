//! Views in memory.
//!
//! Not here: the language of queries (`view`).

use super::state::State;
use crate::Error;
use crate::view::{Query, Rows, ViewWrite};

impl State {
    pub(super) fn project(&mut self, through: u64, _writes: &[ViewWrite]) -> Result<(), Error> {
        self.projected = through;
        Ok(())
    }

    pub(super) fn query(&self, _query: &Query) -> Result<Rows, Error> {
        Ok(Rows::default())
    }
}
