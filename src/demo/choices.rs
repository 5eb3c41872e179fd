//! Choices that look random and are the same every time: a hash of what the choice is about.
//!
//! Each thing hashes its own number instead of drawing from one generator, so that any message can
//! be made alone, in any order and on any thread, and always reads the same.

/// SplitMix64's finaliser: every bit of `n` changes about half the bits of the result.
/// The constants are those of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
#[must_use]
pub const fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

/// What is being chosen. Two topics choose independently for the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "a name to keep choices apart has no further meaning"
)]
pub enum Topic {
    Contact = 1,
    Subject,
    Message,
    Language,
    TicketName,
    ContactOf,
    MessageCount,
    Kind,
    Gap,
    TicketSize,
    Owner,
    Closed,
    Status,
    Channel,
    Property,
}

/// The sequence of choices for one thing.
#[derive(Debug, Clone)]
pub struct Choices {
    state: u64,
}

impl Choices {
    /// Choices about `topic` for thing number `n`.
    #[must_use]
    pub const fn new(topic: Topic, n: u64) -> Self {
        Self {
            state: mix(n ^ mix(topic as u64)),
        }
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// Evenly from 0 up to but without `end`; 0 where `end` is 0.
    pub const fn below(&mut self, end: u64) -> u64 {
        // The high half of the product: no division, and a bias below 2^-32 for what a demo counts.
        ((self.next() as u128 * end as u128) >> 64) as u64
    }

    /// Evenly from 0 up to but without 1.
    #[allow(
        clippy::cast_precision_loss,
        reason = "53 bits are what a double holds exactly"
    )]
    pub const fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in so many of a thousand cases.
    pub const fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One of `items`, each equally often; an empty string where there are none.
    pub fn pick(&mut self, items: &[&'static str]) -> &'static str {
        let at = usize::try_from(self.below(items.len() as u64)).unwrap_or(0);
        items.get(at).copied().unwrap_or("")
    }

    /// From 0 up to but without `end`, low numbers far more often than high ones: the chance of `k`
    /// falls as `k` to the power of -1/3, so that of 100,000 the first gets 1 in 2,150.
    pub fn skewed_below(&mut self, end: u64) -> u64 {
        let u = self.unit();
        // A square root is exact on every machine; a general power is not.
        scale(end, u * u.sqrt())
    }

    /// As [`Self::skewed_below`], but steeper: the chance falls as `k` to the power of -3/4, which is
    /// how often the words of a language occur, roughly.
    pub fn steeply_skewed_below(&mut self, end: u64) -> u64 {
        let u = self.unit();
        scale(end, (u * u) * (u * u))
    }
}

/// `end` times a `share` below 1, rounded down, and below `end`.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of a demo are far below 2^53, and the share is not negative"
)]
fn scale(end: u64, share: f64) -> u64 {
    ((end as f64 * share) as u64).min(end.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_splitmix64() {
        // The first number that the published generator gives for the seed 0.
        assert_eq!(mix(0), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn choices_are_repeatable_and_topics_independent() {
        let drawn = |topic, n| {
            let mut choices = Choices::new(topic, n);
            [choices.next(), choices.next(), choices.next()]
        };
        assert_eq!(drawn(Topic::Message, 7), drawn(Topic::Message, 7));
        assert_ne!(drawn(Topic::Message, 7), drawn(Topic::Message, 8));
        assert_ne!(drawn(Topic::Message, 7), drawn(Topic::Subject, 7));
    }

    #[test]
    fn even_choices_are_even() {
        let mut seen = [0_u32; 10];
        for n in 0..100_000 {
            let at = Choices::new(Topic::Owner, n).below(10);
            seen[usize::try_from(at).unwrap()] += 1;
        }
        assert!(seen.iter().all(|n| (9_600..10_400).contains(n)), "{seen:?}");
    }

    #[test]
    fn skewed_choices_prefer_the_first_and_reach_the_last() {
        let mut seen = vec![0_u32; 100];
        for n in 0..100_000 {
            let at = Choices::new(Topic::ContactOf, n).skewed_below(100);
            seen[usize::try_from(at).unwrap()] += 1;
        }
        // The first of 100 gets 100^(-2/3) = 4.6 %, the last (1 - 0.99^(2/3)) = 0.67 %.
        assert!((4_300..5_000).contains(&seen[0]), "{}", seen[0]);
        assert!((570..780).contains(&seen[99]), "{}", seen[99]);
        assert_eq!(Choices::new(Topic::Owner, 1).skewed_below(0), 0);
    }
}
