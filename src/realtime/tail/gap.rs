//! A missing position: since when, when to look again, and what is proved about it.

use std::time::Duration;

use tokio::time::Instant;

use super::TailOptions;
use crate::domain::event::Position;
use crate::store::tail::{Finality, Mark};

/// The longest pause between two looks at the same gap.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// A position that is waited for.
#[derive(Debug)]
pub struct Gap {
    /// Which.
    pub missing: Position,
    /// When it was first found missing.
    pub since: Instant,
    /// When to look again.
    pub next_look: Instant,
    pause: Duration,
    looks: u32,
}

/// A mark, and the highest position that was known to be committed before it was drawn.
#[derive(Debug, Clone, Copy)]
pub struct Covered {
    /// The mark.
    pub mark: Mark,
    /// Every position up to here was drawn below the mark.
    pub up_to: Position,
}

/// What a look at the database is to prove beside reading.
#[derive(Debug, Clone, Copy)]
pub enum Proof {
    /// Nothing: most gaps close by themselves.
    None,
    /// First draw a mark for everything up to there, then see whether it is settled.
    Draw(Position),
    /// See whether this mark is settled.
    See(Covered, bool),
}

impl Proof {
    /// The finality to look at for a mark.
    pub fn finality(mark: Mark, look_at_locks: bool) -> Finality {
        if look_at_locks {
            Finality::NobodyWrites(mark)
        } else {
            Finality::NothingRuns(mark)
        }
    }
}

impl Gap {
    /// A gap that has just been found; `known` while the database has already been asked.
    pub fn found(missing: Position, options: &TailOptions) -> Self {
        let now = Instant::now();
        Self {
            missing,
            since: now,
            next_look: now + options.patience,
            pause: options.patience.max(Duration::from_millis(1)),
            looks: 0,
        }
    }

    /// What the next look is to prove. `seen` is known to be committed.
    pub fn proof(&self, covered: Option<Covered>, seen: Position, options: &TailOptions) -> Proof {
        match covered {
            Some(covered) if covered.up_to >= self.missing => {
                Proof::See(covered, self.since.elapsed() >= options.lock_patience)
            }
            // One look without: on the way from one commit to the next, positions are always missing for a moment.
            _ if self.looks == 0 => Proof::None,
            _ => Proof::Draw(seen),
        }
    }

    /// Takes note of a look that has not closed the gap.
    pub fn looked(&mut self) {
        self.looks += 1;
        self.next_look = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}
