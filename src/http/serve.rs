//! Listening, and stopping in good order.

use std::{io, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, time::timeout};

use super::{
    client::Peer,
    limits::Limits,
    shutdown::{Shutdown, Stop},
    timed::Timed,
};

/// After the drain, sockets still get this long for their closing handshake.
const GOODBYE: Duration = Duration::from_secs(3);

/// Serves until `signal` resolves; then stops accepting, lets what runs come to its end within `limits.drain`, closes
/// sockets with 1001, and returns. Whoever still runs then is cut off when the runtime ends.
///
/// # Errors
/// If the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: &Limits,
    (stop, shutdown): (Stop, Shutdown),
    signal: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let listener = Timed::new(listener, limits);
    let begun = shutdown.begun();
    let app = app.into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(listener, app).with_graceful_shutdown(begun);
    let mut serving = std::pin::pin!(serving.into_future());
    tokio::select! {
        ended = &mut serving => return ended,
        () = signal => stop.begin(),
    }
    let all = async {
        let served = serving.await;
        stop.finished().await;
        served
    };
    match timeout(limits.drain + GOODBYE, all).await {
        Ok(served) => served,
        Err(_elapsed) => {
            tracing::warn!("stopped with connections still open");
            Ok(())
        }
    }
}
