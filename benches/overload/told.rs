//! Numbers as text.

use super::support::percentile;

pub struct Told;

impl Told {
    /// How many, and how long they took.
    pub fn times(seconds: impl IntoIterator<Item = f64>) -> String {
        let all = sorted(seconds);
        let shown = |share| percentile(&all, share) * 1e3;
        format!(
            "{} in {:.1} ms (median), {:.1} ms (99 %), {:.1} ms (longest)",
            all.len(),
            shown(0.5),
            shown(0.99),
            shown(1.0)
        )
    }
}

/// The lowest first.
pub fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut all: Vec<f64> = values.into_iter().collect();
    all.sort_by(f64::total_cmp);
    all
}
