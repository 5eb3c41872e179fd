//! Slowing down those who guess, without locking out those who are guessed at.
//!
//! Each failure of a key beyond the free ones makes it wait, twice as long each time, up to a bound that a person can
//! sit out. An attempt while it waits is refused and counts nothing, so hammering does not prolong it.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::TimeDelta;

use super::image::Time;

/// How a throttle behaves.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Failures that cost nothing.
    pub free: u32,
    /// The longest wait, in seconds.
    pub longest: i64,
    /// Seconds after the last attempt at which all is forgotten.
    pub forget: i64,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    until: Time,
    last: Time,
}

/// The attempts of many keys; at most so many as it was made for.
#[derive(Debug)]
pub struct Throttle<K> {
    pace: Pace,
    most: usize,
    tries: HashMap<K, Tries>,
}

impl<K: Hash + Eq> Throttle<K> {
    /// Remembers up to `most` keys.
    #[must_use]
    pub fn new(pace: Pace, most: usize) -> Self {
        Self {
            pace,
            most,
            tries: HashMap::new(),
        }
    }

    /// Begins an attempt, which counts as failed until [`Throttle::succeeded`]: many at once are as many failures.
    ///
    /// # Errors
    /// The seconds to wait, at least 1.
    pub fn begin(&mut self, key: K, now: Time) -> Result<(), i64> {
        let pace = self.pace;
        if self.tries.len() >= self.most && !self.tries.contains_key(&key) {
            self.tries
                .retain(|_, tries| (now - tries.last).num_seconds() < pace.forget);
            if self.tries.len() >= self.most {
                // Somebody makes keys up by the thousands. Those known go on being slowed down; the next new one is
                // not remembered, which is better than to refuse everybody.
                return Ok(());
            }
        }
        let fresh = Tries {
            count: 0,
            until: now,
            last: now,
        };
        let tries = self.tries.entry(key).or_insert(fresh);
        if tries.until > now {
            return Err(((tries.until - now).num_milliseconds() + 999) / 1_000);
        }
        if (now - tries.last).num_seconds() >= pace.forget {
            *tries = fresh;
        }
        tries.count = tries.count.saturating_add(1);
        tries.last = now;
        let beyond = tries.count.saturating_sub(pace.free);
        if beyond > 0 {
            let seconds = 1_i64
                .checked_shl((beyond - 1).min(30))
                .unwrap_or(pace.longest)
                .min(pace.longest);
            tries.until = now + TimeDelta::seconds(seconds);
        }
        Ok(())
    }

    /// Forgets a key's failures.
    pub fn succeeded(&mut self, key: &K) {
        self.tries.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        free: 3,
        longest: 10,
        forget: 900,
    };

    fn at(seconds: i64) -> Time {
        Time::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn waits_double_up_to_the_longest_and_hammering_prolongs_nothing() {
        let mut throttle = Throttle::new(PACE, 10);
        for _ in 0..4 {
            assert_eq!(throttle.begin("ann", at(0)), Ok(()));
        }
        // The fourth was one too many.
        for _ in 0..100 {
            assert_eq!(throttle.begin("ann", at(0)), Err(1));
        }
        let mut now = 1;
        let mut waits = Vec::new();
        for _ in 0..6 {
            assert_eq!(throttle.begin("ann", at(now)), Ok(()));
            let wait = throttle.begin("ann", at(now)).unwrap_err();
            waits.push(wait);
            now += wait;
        }
        assert_eq!(waits, [2, 4, 8, 10, 10, 10]);
        assert_eq!(throttle.begin("bob", at(now - 1)), Ok(()));
    }

    #[test]
    fn success_and_time_forget() {
        let mut throttle = Throttle::new(PACE, 10);
        for _ in 0..4 {
            let _ = throttle.begin("ann", at(0));
        }
        throttle.succeeded(&"ann");
        for _ in 0..4 {
            assert_eq!(throttle.begin("ann", at(0)), Ok(()));
        }
        for _ in 0..4 {
            assert_eq!(throttle.begin("ann", at(900)), Ok(()));
        }
        assert_eq!(throttle.begin("ann", at(900)), Err(1));
    }

    #[test]
    fn made_up_keys_take_no_more_than_their_room() {
        let mut throttle = Throttle::new(PACE, 10);
        for key in 0..1_000 {
            assert_eq!(throttle.begin(key, at(0)), Ok(()));
        }
        assert_eq!(throttle.tries.len(), 10);
        for _ in 0..4 {
            let _ = throttle.begin(5, at(0));
        }
        assert_eq!(throttle.begin(5, at(0)), Err(1));
        assert_eq!(throttle.begin(2_000, at(900)), Ok(()));
        assert_eq!(throttle.tries.len(), 1);
    }
}
