//! What was counted, held against what was accepted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A path may take so many per cent more than was accepted; as many less are worth accepting.
pub const PER_CENT: u64 = 10;

/// Instructions of each path, and where they were counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The compiler, as `rustc --version` says it.
    pub rustc: String,
    /// What it compiles for.
    pub target: String,
    /// By the path's name: what doing it once takes.
    pub instructions: BTreeMap<String, u64>,
}

/// What comes of holding one against the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// What must not be.
    pub failures: Vec<String>,
    /// What is good to know.
    pub hints: Vec<String>,
}

impl Counts {
    /// Whether both were counted by the same compiler for the same machine; else they cannot be compared: another
    /// compiler makes other instructions of the same source.
    pub fn are_like(&self, other: &Self) -> bool {
        self.rustc == other.rustc && self.target == other.target
    }

    /// Holds these against what was accepted.
    pub fn against(&self, accepted: &Self) -> Verdict {
        let mut verdict = Verdict::default();
        for (path, &now) in &self.instructions {
            let Some(&before) = accepted.instructions.get(path) else {
                verdict.failures.push(format!(
                    "\"{path}\" takes {now} instructions, of which nothing is accepted yet"
                ));
                continue;
            };
            let told = || {
                let change = (now as f64 / before as f64 - 1.0) * 100.0;
                format!(
                    "\"{path}\" takes {now} instructions, {before} are accepted: {change:+.1} %"
                )
            };
            if now * 100 > before * (100 + PER_CENT) {
                verdict.failures.push(told());
            } else if now * 100 < before * (100 - PER_CENT) {
                verdict.hints.push(told());
            }
        }
        let gone = accepted.instructions.keys();
        for path in gone.filter(|path| !self.instructions.contains_key(*path)) {
            verdict.failures.push(format!(
                "\"{path}\" has accepted instructions, but is no path any more"
            ));
        }
        verdict
    }
}
