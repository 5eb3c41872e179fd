//! A proxy that treats connections badly: it cuts them in the middle of a message, closes one half, delays and splits
//! what it passes on. What it does follows from a seed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::Notify;
use tokio::time::sleep;

/// Where connections go.
#[derive(Debug, Clone)]
pub enum Upstream {
    /// `127.0.0.1:port`
    Tcp(String),
    /// A Unix socket.
    Unix(PathBuf),
}

/// How often what happens: each is "once in so many chunks on average".
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// Both halves end, after a part of the chunk was passed on.
    pub cut: u64,
    /// This half ends, the other goes on for a moment.
    pub half: u64,
    /// The chunk waits, up to 10 ms.
    pub delay: u64,
    /// The chunk goes on in pieces.
    pub split: u64,
}

/// Random numbers from a seed (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit.max(1)
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// The proxy; it ends with the test's runtime.
pub struct ChaosProxy {
    /// `127.0.0.1:port`
    pub address: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: Mutex<Upstream>,
    weather: Weather,
    calm: AtomicBool,
    /// How often it cut, and how often it closed one half.
    cuts: AtomicU64,
    halves: AtomicU64,
    seed: u64,
}

impl ChaosProxy {
    /// Begins calmly.
    pub async fn start(upstream: Upstream, weather: Weather, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream),
            weather,
            calm: AtomicBool::new(true),
            cuts: AtomicU64::new(0),
            halves: AtomicU64::new(0),
            seed,
        });
        let proxy = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut number = 0;
            while let Ok((client, _)) = listener.accept().await {
                number += 2;
                tokio::spawn(connect(client, Arc::clone(&proxy), number));
            }
        });
        Self { address, shared }
    }

    /// From now on it passes everything on as it comes, or not.
    pub fn calm(&self, calm: bool) {
        self.shared.calm.store(calm, Ordering::Relaxed);
    }

    /// Where new connections go from now on.
    pub fn lead_to(&self, upstream: Upstream) {
        let place = self.shared.upstream.lock();
        *place.unwrap_or_else(PoisonError::into_inner) = upstream;
    }

    /// How many connections it cut, and how many it closed one half of.
    pub fn done(&self) -> (u64, u64) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (load(&self.shared.cuts), load(&self.shared.halves))
    }
}

async fn connect(client: TcpStream, shared: Arc<Shared>, number: u64) {
    let upstream = shared
        .upstream
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    // What is not there is refused as a port is on which nobody listens: by the end of the connection.
    let _ = client.set_nodelay(true);
    match upstream {
        Upstream::Tcp(address) => {
            if let Ok(server) = TcpStream::connect(address).await {
                let _ = server.set_nodelay(true);
                both(client.into_split(), server.into_split(), shared, number).await;
            }
        }
        Upstream::Unix(path) => {
            if let Ok(server) = UnixStream::connect(path).await {
                both(client.into_split(), server.into_split(), shared, number).await;
            }
        }
    }
}

async fn both(
    (from_client, to_client): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    (from_server, to_server): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    shared: Arc<Shared>,
    number: u64,
) {
    let cut = Notify::new();
    let there = pass(from_client, to_server, &shared, number, &cut);
    let back = pass(from_server, to_client, &shared, number + 1, &cut);
    tokio::select! {
        _ = async { tokio::join!(there, back) } => {}
        () = cut.notified() => {}
    }
}

/// Passes one half on until it ends.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    shared: &Shared,
    number: u64,
    cut: &Notify,
) {
    let mut dice = Dice::new(shared.seed ^ number.wrapping_mul(0xD6E8_FEB8_6659_FD93));
    let mut chunk = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        let chunk = &chunk[..count];
        if shared.calm.load(Ordering::Relaxed) {
            if to.write_all(chunk).await.is_err() {
                break;
            }
            continue;
        }
        let Weather {
            cut: cuts,
            half,
            delay,
            split,
        } = shared.weather;
        if dice.once_in(delay) {
            sleep(Duration::from_millis(dice.below(10))).await;
        }
        let place = usize::try_from(dice.below(count as u64)).expect("a place");
        if dice.once_in(cuts) {
            shared.cuts.fetch_add(1, Ordering::Relaxed);
            let _ = to.write_all(&chunk[..place]).await;
            let _ = to.flush().await;
            cut.notify_one();
            return;
        }
        if dice.once_in(half) {
            shared.halves.fetch_add(1, Ordering::Relaxed);
            let _ = to.write_all(&chunk[..place]).await;
            break;
        }
        let pieces = if dice.once_in(split) {
            chunk.split_at(place)
        } else {
            (chunk, &[][..])
        };
        let written = async {
            to.write_all(pieces.0).await?;
            to.flush().await?;
            if !pieces.1.is_empty() {
                sleep(Duration::from_millis(1)).await;
                to.write_all(pieces.1).await?;
            }
            Ok::<_, std::io::Error>(())
        };
        if written.await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
