//! Health.

use std::sync::atomic::Ordering::SeqCst;

use super::support::Server;

#[tokio::test]
async fn ready_says_why_not_and_live_does_not_care() {
    let server = Server::start().await;
    let probe = async |path: &str| {
        let response = server.http.get(server.url(path)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(probe("/health/live").await, (200, "ok\n".into()));
    assert_eq!(probe("/health/ready").await, (200, "ok\n".into()));
    server.desk.ready.store(false, SeqCst);
    assert_eq!(probe("/health/live").await.0, 200);
    assert_eq!(
        probe("/health/ready").await,
        (503, "the database is away\n".into())
    );
}
