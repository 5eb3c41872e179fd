//! What Tandem takes, beside what the same machine takes without it, in one table: each floor is measured before and
//! after Tandem in the same run, and by how much the two differ stands beside the ratio as the machine's noise.
//!
//! `cargo bench --bench table`: `-- --conversations 200000 --small 20000 --clients 32 --seconds 10 --subscribers 5000` are
//! what it takes where nothing else is said. It loads both accounts where they are not there yet. Linux, with pgbench;
//! `--postgraphile` measures the screens beside PostGraphile too.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "../screens/asked.rs"]
mod asked;
#[path = "../live/baseline.rs"]
mod baseline;
#[path = "../live/crowd.rs"]
mod crowd;
#[path = "../live/measured.rs"]
#[allow(dead_code, reason = "prints rows of a table of its own")]
mod frames;
mod latency;
mod parts;
#[path = "../screens/rival.rs"]
mod rival;
mod rivals;
mod row;
#[path = "../live/socket.rs"]
mod socket;
mod startup;
#[path = "../support/mod.rs"]
mod support;
#[path = "../changes/tickets.rs"]
mod tickets;
#[path = "../live/writer.rs"]
#[allow(dead_code, reason = "made for another bench")]
mod writer;

use parts::{changes, latencies, peak, screens, starts, subscribers};
use support::measured::Run;
use support::postgraphile::PostGraphile;
use support::server::Server;
use support::{option, pgbench};

#[tokio::main]
async fn main() {
    if std::env::args().any(|arg| arg == baseline::ARGUMENT) {
        return baseline::serve().await;
    }
    let run = Run {
        clients: option("--clients", 32),
        seconds: option("--seconds", 10),
    };
    let (large, small) = (
        option("--conversations", 200_000),
        option("--small", 20_000),
    );
    let crowd = option("--subscribers", 5_000);
    let pgbench = pgbench::find().expect("pgbench, which comes with Postgres");
    let mut rows = Vec::new();
    let begin = |part: &str| eprintln!("measuring: {part}");
    begin("screens");
    let server = Server::start(large);
    let on_large = screens(&server, &pgbench, &run).await;
    let mut beside = Vec::new();
    for rival in PostGraphile::beside(&server) {
        begin("screens beside PostGraphile");
        beside.extend(rivals::screens(&server, &rival, &run).await);
    }
    drop(server);
    let server = Server::start(small);
    // First, while the server holds nothing else: what each subscriber costs in memory shows best then.
    begin("subscribers");
    let live = subscribers(&server, run.seconds, crowd).await;
    begin("screens on a smaller account");
    let on_small = screens(&server, &pgbench, &run).await;
    for screen in &on_large {
        rows.push(screen.row());
    }
    rows.extend(beside);
    for (one, other) in on_large.iter().zip(&on_small) {
        rows.push(one.beside_smaller(other));
    }
    begin("changes");
    rows.push(changes(&server, &pgbench, &run).await);
    begin("frames after commits");
    rows.extend(latencies(&server, &run).await);
    rows.extend(live);
    rows.push(peak(&server));
    begin("starts");
    rows.push(starts(&server).await);
    println!(
        "{large} and {small} conversations, {} clients, {} s each",
        run.clients, run.seconds
    );
    row::print(&rows);
}
