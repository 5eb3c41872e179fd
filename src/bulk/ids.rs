//! New ids for things of the past.

use uuid::{Builder, Uuid};

use crate::domain::image::Time;
use crate::error::{Error, Result};

/// How many ids one call for randomness serves.
const IDS_AT_ONCE: usize = 256;
/// Random bytes of an id.
const RANDOM: usize = 10;

/// Makes UUIDv7s of given times: rows keep the order and the locality in the indexes that they would have if they
/// had been written then. Ids made one after the other for the same millisecond rise.
pub struct Ids {
    random: [u8; IDS_AT_ONCE * RANDOM],
    used: usize,
    last: Option<(u64, u128)>,
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            random: [0; IDS_AT_ONCE * RANDOM],
            used: IDS_AT_ONCE * RANDOM,
            last: None,
        }
    }
}

impl Ids {
    /// An id of that moment; 1970 is the earliest that it can name.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn at<T: From<Uuid>>(&mut self, time: Time) -> Result<T> {
        let millis = u64::try_from(time.timestamp_millis()).unwrap_or(0);
        let random = self.random()?;
        let tail = match self.last {
            // 74 bits, begun in their lower half: no run of ids in one millisecond reaches their end.
            Some((last, tail)) if last == millis => tail + 1 + (random & 0xffff),
            _ => random & ((1 << 73) - 1),
        };
        self.last = Some((millis, tail));
        let id = (u128::from(millis) << 80) | ((tail >> 62) << 64) | (tail & ((1 << 62) - 1));
        let id = Builder::from_u128(id)
            .with_version(uuid::Version::SortRand)
            .with_variant(uuid::Variant::RFC4122);
        Ok(T::from(id.into_uuid()))
    }

    /// 80 random bits.
    fn random(&mut self) -> Result<u128> {
        if self.used == self.random.len() {
            getrandom::fill(&mut self.random)
                .map_err(|error| Error::Internal(format!("no randomness: {error}")))?;
            self.used = 0;
        }
        let bytes = self.random.iter().skip(self.used).take(RANDOM);
        let number = bytes.fold(0, |number, byte| number << 8 | u128::from(*byte));
        self.used += RANDOM;
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn ids_are_version_7_of_their_time_and_rise() {
        let mut ids = Ids::default();
        let at = time("2024-05-06T07:08:09.123Z");
        let made: Vec<Uuid> = (0..10_000).map(|_| ids.at(at).unwrap()).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        for id in [made[0], made[9_999]] {
            assert_eq!(
                (id.get_version_num(), id.get_variant()),
                (7, uuid::Variant::RFC4122)
            );
            let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
            assert_eq!((seconds, nanos), (1_714_979_289, 123_000_000));
        }
    }

    #[test]
    fn ids_of_going_back_and_forth_differ() {
        let mut ids = Ids::default();
        let (a, b) = (time("2024-05-06T07:08:09Z"), time("2023-05-06T07:08:09Z"));
        let mut seen = std::collections::HashSet::new();
        for n in 0..1_000 {
            assert!(seen.insert(ids.at::<Uuid>(if n % 2 == 0 { a } else { b }).unwrap()));
        }
        // Before 1970 there is no such id; the nearest is 0.
        let early: Uuid = ids.at(time("1969-12-31T23:59:59Z")).unwrap();
        assert_eq!(early.get_timestamp().unwrap().to_unix().0, 0);
    }
}
