//! Connections with time limits of their own, below whatever is spoken over them.
//!
//! hyper is given no timer by axum, and nothing above sees a write that does not go through: without these limits a
//! stalled reader of an event stream or of a large response holds its connection, and what feeds it, for ever.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep, sleep_until},
};

use super::{limits::Limits, lost};

/// By how much the kernel is more patient with a peer that answers nothing than `Limits::write_timeout` is.
const MARGIN: Duration = Duration::from_secs(2);

/// A listener whose connections fail when their peer takes nothing for `Limits::write_timeout`, or is sent nothing for
/// `Limits::idle_timeout`.
pub(crate) struct Timed {
    listener: TcpListener,
    write_timeout: Duration,
    idle_timeout: Duration,
}

impl Timed {
    pub fn new(listener: TcpListener, limits: &Limits) -> Self {
        Self {
            listener,
            write_timeout: limits.write_timeout,
            idle_timeout: limits.idle_timeout.max(limits.ping_interval * 3),
        }
    }
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
        // Later than a write may wait: a reader that stalls but is there is for the limit above to end.
        if let Err(error) = lost::find_out(&stream, self.write_timeout + MARGIN) {
            tracing::debug!(%error, "a connection that is lost will be found out by pings alone");
        }
        let stream = TimedStream {
            stream,
            write_timeout: self.write_timeout,
            idle_timeout: self.idle_timeout,
            written: Instant::now(),
            waiting: None,
            idling: None,
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Listener::local_addr(&self.listener)
    }
}

/// A connection that fails when one of its two limits is passed.
pub(crate) struct TimedStream<S> {
    stream: S,
    write_timeout: Duration,
    idle_timeout: Duration,
    /// When something was last to be written. A flush does not count: hyper flushes at every turn.
    written: Instant,
    /// Runs while a write waits for the peer.
    waiting: Option<Pin<Box<Sleep>>>,
    /// Runs while a read waits. Writes do not reset it, which would cost each of them: it looks at `written` when it
    /// is over, and runs on for what is left.
    idling: Option<Pin<Box<Sleep>>>,
}

impl<S> TimedStream<S> {
    fn after_write<T>(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.waiting = None;
            return result;
        }
        let deadline = Instant::now() + self.write_timeout;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        match waiting.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }

    fn idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let deadline = self.written + self.idle_timeout;
        let idling = self
            .idling
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        while idling.as_mut().poll(cx).is_ready() {
            if deadline <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            idling.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending => self.idle(cx),
            ready => ready,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written = Instant::now();
        self.after_write(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written = Instant::now();
        self.after_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.after_write(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
