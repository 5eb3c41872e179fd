//! What came of asking for a while.

use std::future::Future;
use std::time::{Duration, Instant};

use super::http::Connection;
use super::{cpu, percentile};

/// How hard it is asked.
#[derive(Clone, Copy)]
pub struct Run {
    /// Clients at once, each of which asks anew as soon as it is answered.
    pub clients: usize,
    /// For how long.
    pub seconds: u64,
}

/// What came of it.
pub struct Measured {
    /// Answers a second.
    pub per_second: f64,
    /// Milliseconds.
    pub median: f64,
    /// Milliseconds.
    pub p99: f64,
    /// CPU microseconds an answer: of the server, of Postgres.
    pub cpu: (f64, f64),
}

/// The columns' names.
pub fn print_head(what: &str) {
    println!(
        "{what:<10} {:<16} {:>9} {:>9} {:>9} {:>11} {:>11}",
        "by", "per s", "median ms", "p99 ms", "server µs", "Postgres µs"
    );
}

impl Measured {
    /// Of the time that each answer took, and the CPU seconds of the server and of Postgres.
    pub fn of(mut micros: Vec<f64>, run: &Run, server: f64, postgres: f64) -> Self {
        micros.sort_by(f64::total_cmp);
        let count = micros.len() as f64;
        Self {
            per_second: count / run.seconds as f64,
            median: percentile(&micros, 0.5) / 1e3,
            p99: percentile(&micros, 0.99) / 1e3,
            cpu: (server / count * 1e6, postgres / count * 1e6),
        }
    }

    /// CPU microseconds an answer, of whatever answers together.
    pub fn cpu_in_all(&self) -> f64 {
        self.cpu.0 + self.cpu.1
    }

    /// As a row of the table.
    pub fn print(&self, what: &str, by: &str) {
        println!(
            "{what:<10} {by:<16} {:>9.0} {:>9.2} {:>9.2} {:>11.0} {:>11.0}",
            self.per_second, self.median, self.p99, self.cpu.0, self.cpu.1
        );
    }

    /// How much of the other this is.
    pub fn print_ratio(&self, what: &str, other: &Self) {
        let cpu = self.cpu_in_all() / other.cpu_in_all();
        println!(
            "{what:<10} ratio            {:>9.2} {:>9.2} {:>9.2} {:>23.2}",
            self.per_second / other.per_second,
            self.median / other.median,
            self.p99 / other.p99,
            cpu
        );
    }

    /// Lets the clients ask what listens there, whose processes are its own and Postgres'. `ask` does it once, for the
    /// client of that number, with what it was given for its start.
    pub async fn asking<T, F>(
        address: &str,
        (of_server, of_postgres): (u32, u32),
        run: &Run,
        start: impl Fn(usize) -> T,
        ask: impl Fn(Connection, T) -> F + Clone + Send + 'static,
    ) -> Self
    where
        T: Send + 'static,
        F: Future<Output = (Connection, T)> + Send,
    {
        let before = (cpu::of_one(of_server), cpu::of_tree(of_postgres));
        let end = Instant::now() + Duration::from_secs(run.seconds);
        let clients = (0..run.clients).map(|number| {
            let (address, mut state) = (address.to_owned(), start(number));
            let ask = ask.clone();
            tokio::spawn(async move {
                let mut connection = Connection::to(&address).await;
                let mut micros = Vec::new();
                while Instant::now() < end {
                    let begun = Instant::now();
                    (connection, state) = ask(connection, state).await;
                    micros.push(begun.elapsed().as_secs_f64() * 1e6);
                }
                micros
            })
        });
        let mut micros = Vec::new();
        for client in clients.collect::<Vec<_>>() {
            micros.extend(client.await.expect("a client"));
        }
        // Postgres is the server's child, but has not ended: the server's own time is without it.
        let server = cpu::of_one(of_server) - before.0;
        let postgres = cpu::of_tree(of_postgres) - before.1;
        Self::of(micros, run, server, postgres)
    }
}
