//! Many subscribers, and when each got its frames.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::socket::Socket;

/// When the last of all subscribers had a frame, and how many had it.
#[derive(Default)]
struct Arrival {
    count: AtomicU32,
    last: AtomicU64,
}

/// Subscribers that read all they get.
pub struct Crowd {
    started: Instant,
    arrivals: Arc<Vec<Arrival>>,
    tasks: Vec<JoinHandle<()>>,
}

/// More frames than one measurement has.
const FRAMES: usize = 1 << 17;

impl Crowd {
    /// A crowd of nobody.
    pub fn empty() -> Self {
        Self {
            started: Instant::now(),
            arrivals: Arc::new((0..FRAMES).map(|_| Arrival::default()).collect()),
            tasks: Vec::new(),
        }
    }

    /// One more, whose socket is open; `graphql` says which protocol it speaks.
    pub fn join(&mut self, mut socket: Socket, graphql: bool) {
        let (started, arrivals) = (self.started, Arc::clone(&self.arrivals));
        self.tasks.push(tokio::spawn(async move {
            for arrival in arrivals.iter() {
                let frame = if graphql {
                    socket.frame().await
                } else {
                    socket.next().await
                };
                if frame.is_none() {
                    return;
                }
                let now = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
                arrival.last.fetch_max(now, Ordering::AcqRel);
                arrival.count.fetch_add(1, Ordering::AcqRel);
            }
        }));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// How many frames arrived in all.
    pub fn frames(&self) -> u64 {
        let counts = self
            .arrivals
            .iter()
            .map(|one| u64::from(one.count.load(Ordering::Acquire)));
        counts.take_while(|count| *count > 0).sum()
    }

    /// Waits until everybody has the frame of that number, counted from 0; when the last one had it.
    pub async fn all_have(&self, number: usize) -> Instant {
        let arrival = &self.arrivals[number];
        let everybody = u32::try_from(self.len()).expect("not so many");
        let patience = Instant::now() + Duration::from_secs(30);
        while arrival.count.load(Ordering::Acquire) < everybody {
            assert!(
                Instant::now() < patience,
                "frame {number} did not reach all {everybody}"
            );
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        self.started + Duration::from_nanos(arrival.last.load(Ordering::Acquire))
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
