//! Finding out that a peer is gone which never said so: its machine lost power, its network went away. Pings tell it
//! within half a minute; whoever is shown as present by such a connection should be gone sooner. So the kernel asks.

use std::{io, time::Duration};

use tokio::net::TcpStream;

/// How long nothing may come before the kernel asks whether the peer is there.
const ASK_AFTER: Duration = Duration::from_secs(5);
/// Between two of its questions.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// Has the connection fail when its peer answers nothing for about `limit`: neither what is sent to it, nor, while
/// nothing is, the kernel's questions.
pub(crate) fn find_out(stream: &TcpStream, limit: Duration) -> io::Result<()> {
    use rustix::net::sockopt;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, ASK_AFTER)?;
    sockopt::set_tcp_keepintvl(stream, ASK_EVERY)?;
    let unanswered = limit.saturating_sub(ASK_AFTER).as_secs() / ASK_EVERY.as_secs();
    sockopt::set_tcp_keepcnt(
        stream,
        u32::try_from(unanswered).unwrap_or(u32::MAX).clamp(1, 100),
    )?;
    // Elsewhere what is sent and not acknowledged is left to the system's own patience, and to pings.
    #[cfg(target_os = "linux")]
    {
        // The kernel's number has a sign.
        let most = i32::MAX.unsigned_abs();
        let millis = u32::try_from(limit.as_millis()).map_or(most, |millis| millis.min(most));
        sockopt::set_tcp_user_timeout(stream, millis)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustix::net::sockopt;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn the_kernel_asks_often_enough_to_know_within_the_limit() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stream, _) = tokio::join!(listener.accept(), TcpStream::connect(address));
        let stream = stream.unwrap().0;
        let limit = Duration::from_secs(10);
        find_out(&stream, limit).unwrap();
        assert!(sockopt::socket_keepalive(&stream).unwrap());
        let asked =
            sockopt::tcp_keepintvl(&stream).unwrap() * sockopt::tcp_keepcnt(&stream).unwrap();
        let known = sockopt::tcp_keepidle(&stream).unwrap() + asked;
        assert!(known <= limit && known > limit / 2, "{known:?}");
        #[cfg(target_os = "linux")]
        assert_eq!(sockopt::tcp_user_timeout(&stream).unwrap(), 10_000);
        // Whatever the limit, the kernel takes it.
        for limit in [Duration::ZERO, Duration::from_secs(1_000_000)] {
            find_out(&stream, limit).unwrap();
        }
    }
}
