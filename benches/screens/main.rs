//! The three screens of an agent on a large account, and one ticket's status, beside the same data by one hand-written
//! statement each.
//!
//! `cargo bench --bench screens -- --conversations 200000 --clients 32 --seconds 10`: prints medians, 99th percentiles, requests a
//! second and CPU time a request (Linux) of Tandem, over HTTP, and of pgbench, in turns in one run. Both ask for the same
//! conversation and inbox, which are in Postgres' memory for both. `--postgraphile` asks PostGraphile too.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod asked;
mod rival;
#[path = "../support/mod.rs"]
mod support;

use asked::Screen;
use support::measured::{Run, print_head};
use support::postgraphile::PostGraphile;
use support::server::Server;
use support::{option, pgbench};

#[tokio::main]
async fn main() {
    // cargo says --bench to every bench.
    let run = Run {
        clients: option("--clients", 32),
        seconds: option("--seconds", 10),
    };
    let conversations = option("--conversations", 200_000);
    let server = Server::start(conversations);
    let screens = Screen::all(&server).await;
    let pgbench = pgbench::find();
    let rivals = PostGraphile::beside(&server);
    println!(
        "{conversations} conversations, {} clients, {} s each",
        run.clients, run.seconds
    );
    print_head("screen");
    for screen in screens {
        screen.tandem(&server, &Run { seconds: 1, ..run }).await;
        let ours = screen.tandem(&server, &run).await;
        ours.print(screen.name, "tandem");
        match &pgbench {
            Some(pgbench) => {
                let theirs = screen.pgbench(pgbench, &server, &run);
                theirs.print(screen.name, "pgbench");
                ours.print_ratio(screen.name, &theirs);
            }
            None => println!("{:<10} pgbench          is not installed", screen.name),
        }
        for rival in &rivals {
            // As long as it is measured: of a JIT, one second would measure its compiler.
            screen.rival(rival, &server, &run).await;
            let theirs = screen.rival(rival, &server, &run).await;
            theirs.print(screen.name, rival.name);
            ours.print_ratio(screen.name, &theirs);
        }
    }
}
