//! Listening, and stopping in good order.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, serve::Listener};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep, sleep, timeout},
};

use super::{limits::Limits, shutdown::Shutdown, shutdown::Stop};

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
    let listener = Timed {
        listener,
        write_timeout: limits.write_timeout,
    };
    let begun = shutdown.begun();
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

/// A listener whose connections fail when a peer takes nothing for `write_timeout`. Without it a stalled reader of an
/// event stream or a large response holds its connection, and what feeds it, for ever.
struct Timed {
    listener: TcpListener,
    write_timeout: Duration,
}

impl Listener for Timed {
    type Io = TimedStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        // axum's own waits and goes on when the process is out of file descriptors.
        let (stream, address) = Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        (TimedStream::new(stream, self.write_timeout), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Listener::local_addr(&self.listener)
    }
}

struct TimedStream<S> {
    stream: S,
    write_timeout: Duration,
    /// Runs while a write waits for its peer; made at the first such wait, which most connections never have.
    patience: Option<Pin<Box<Sleep>>>,
    waiting: bool,
}

impl<S> TimedStream<S> {
    fn new(stream: S, write_timeout: Duration) -> Self {
        Self {
            stream,
            write_timeout,
            patience: None,
            waiting: false,
        }
    }

    fn judge<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = false;
            return written;
        }
        let write_timeout = self.write_timeout;
        let patience = self
            .patience
            .get_or_insert_with(|| Box::pin(sleep(write_timeout)));
        if !self.waiting {
            self.waiting = true;
            patience.as_mut().reset(Instant::now() + write_timeout);
        }
        match patience.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.judge(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
