//! How often one may ask: a bucket for each token and for each address, which fills evenly and holds a minute's worth.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::problem::{Problem, code};

/// What a bucket holds when it is full is what may be asked in this time.
const WINDOW: Duration = Duration::from_secs(60);
/// The most that is remembered: some 10 MB. Whoever cannot be remembered is let through; full buckets are forgotten first.
const MOST: usize = 100_000;

/// The buckets of one kind.
#[derive(Debug)]
pub(crate) struct Rate {
    /// What this counts by: the name of the policy in headers.
    by: &'static str,
    /// How much may be asked in a window; 0 is as much as anybody likes.
    quota: u32,
    buckets: Mutex<HashMap<u64, Bucket>>,
    /// Keys are hashes: no token is kept. Random, so that nobody can aim at another's bucket.
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asker(u64);

/// How one stands after having asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    by: &'static str,
    quota: u32,
    left: u32,
    /// Until the bucket is full again.
    full_in: Duration,
    /// Where it was refused: until there is enough again.
    pub retry: Option<Duration>,
}

impl Rate {
    pub fn new(by: &'static str, quota: u32) -> Self {
        Self {
            by,
            quota,
            buckets: Mutex::default(),
            hasher: RandomState::new(),
        }
    }

    /// Who sends a token.
    pub fn token(&self, token: &str) -> Asker {
        Asker(self.hasher.hash_one(token))
    }

    /// Who is at an address. Of IPv6 the first 64 bits: one household has the rest to choose from.
    pub fn address(&self, address: IpAddr) -> Asker {
        Asker(match address {
            IpAddr::V4(address) => self.hasher.hash_one(address),
            IpAddr::V6(address) => self.hasher.hash_one(u128::from(address) >> 64),
        })
    }

    /// Asks for so much; none where there is no limit.
    pub fn ask(&self, asker: Asker, count: usize) -> Option<Standing> {
        self.ask_at(asker, count, Instant::now())
    }

    fn ask_at(&self, Asker(key): Asker, count: usize, now: Instant) -> Option<Standing> {
        if self.quota == 0 {
            return None;
        }
        let (most, count) = (f64::from(self.quota), count as f64);
        let per_second = most / WINDOW.as_secs_f64();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| bucket.filled(now, most, per_second) < most);
            if buckets.len() >= MOST {
                return None;
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket {
            left: most,
            at: now,
        });
        let filled = bucket.filled(now, most, per_second);
        let enough = filled >= count;
        *bucket = Bucket {
            left: if enough { filled - count } else { filled },
            at: now,
        };
        let wait = |tokens: f64| Duration::from_secs_f64((tokens / per_second).max(0.0));
        Some(Standing {
            by: self.by,
            quota: self.quota,
            left: bucket.left as u32,
            full_in: wait(most - bucket.left),
            retry: (!enough).then(|| wait(count.min(most) - bucket.left)),
        })
    }
}

impl Bucket {
    fn filled(&self, now: Instant, most: f64, per_second: f64) -> f64 {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        (self.left + since * per_second).min(most)
    }
}

impl Standing {
    /// What refuses, where it was too much.
    pub fn refusal(&self) -> Option<String> {
        let retry = seconds(self.retry?);
        Some(format!(
            "Too many requests: {} a minute by {} are allowed. Try again in {retry} s.",
            self.quota, self.by
        ))
    }

    /// As [`refusal`](Self::refusal), over HTTP.
    pub fn problem(&self) -> Option<Problem> {
        let refusal = self.refusal()?;
        Some(Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            code::RATE_LIMITED,
            refusal,
        ))
    }

    /// Whole seconds to wait, rounded up, where it was refused.
    pub fn retry_seconds(&self) -> Option<u64> {
        self.retry.map(seconds)
    }

    /// The headers of the IETF's draft "RateLimit header fields for HTTP" (version 10), and `Retry-After` (RFC 9110).
    pub fn tell(&self, headers: &mut HeaderMap) {
        let window = WINDOW.as_secs();
        let mut set = |name: HeaderName, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        set(
            HeaderName::from_static("ratelimit-policy"),
            format!("\"{}\";q={};w={window}", self.by, self.quota),
        );
        set(
            HeaderName::from_static("ratelimit"),
            format!(
                "\"{}\";r={};t={}",
                self.by,
                self.left,
                seconds(self.full_in)
            ),
        );
        if let Some(retry) = self.retry_seconds() {
            set(header::RETRY_AFTER, retry.to_string());
        }
    }
}

fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_at_once_and_then_evenly() {
        let rate = Rate::new("token", 60);
        let (ann, bob) = (rate.token("ann"), rate.token("bob"));
        let begin = Instant::now();
        for left in (0..60).rev() {
            let standing = rate.ask_at(ann, 1, begin).unwrap();
            assert_eq!((standing.left, standing.retry), (left, None));
        }
        let refused = rate.ask_at(ann, 1, begin).unwrap();
        assert_eq!(refused.retry, Some(Duration::from_secs(1)));
        assert_eq!(
            rate.ask_at(bob, 1, begin).unwrap().retry,
            None,
            "others are not concerned"
        );
        let later = begin + Duration::from_secs(2);
        assert_eq!(rate.ask_at(ann, 2, later).unwrap().retry, None);
        assert!(rate.ask_at(ann, 1, later).unwrap().retry.is_some());
        let much_later = begin + Duration::from_secs(3_600);
        assert_eq!(
            rate.ask_at(ann, 1, much_later).unwrap().left,
            59,
            "no more than a minute's worth"
        );
    }

    #[test]
    fn what_is_refused_costs_nothing_and_headers_tell() {
        let rate = Rate::new("token", 6);
        let asker = rate.token("x");
        let now = Instant::now();
        assert_eq!(rate.ask_at(asker, 4, now).unwrap().left, 2);
        let refused = rate.ask_at(asker, 3, now).unwrap();
        assert_eq!((refused.left, refused.retry_seconds()), (2, Some(10)));
        let mut headers = HeaderMap::new();
        refused.tell(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"token\";q=6;w=60");
        assert_eq!(headers["ratelimit"], "\"token\";r=2;t=40");
        assert_eq!(headers["retry-after"], "10");
        assert_eq!(Rate::new("token", 0).ask(asker, 1_000), None);
    }

    #[test]
    fn a_household_is_one_address() {
        let rate = Rate::new("address", 1);
        let key = |text: &str| rate.address(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }
}
