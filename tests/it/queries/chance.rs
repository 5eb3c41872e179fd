//! Chance that begins at a number, so that what it found can be found again.

/// Where chance begins: the same by default, so that a failed run is about the change and not about luck; `TANDEM_SEED`
/// takes another number.
pub fn seed() -> u64 {
    let asked = std::env::var("TANDEM_SEED").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Numbers that look random: xorshift64*.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        // The state must not be 0, and small seeds shall not begin alike.
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number below that one.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below the end")
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}
