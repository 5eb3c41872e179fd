//! Waiting for what is to become true.

use std::future::Future;
use std::time::Duration;

/// The longest that anything in these tests may take.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Fails the test when it takes too long.
pub async fn within<T>(limit: Duration, what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(limit, future).await {
        Ok(done) => done,
        Err(_) => panic!("{what}: not within {limit:?}"),
    }
}

/// Looks again and again until it holds.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    within(DEADLINE, what, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
