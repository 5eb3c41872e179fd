//! The screens beside PostGraphile, which is measured before Tandem and after it, as floors are.

use super::asked::Screen;
use super::parts::{called, half, warm};
use super::row::{Row, Target, Twice};
use super::support::measured::Run;
use super::support::postgraphile::PostGraphile;
use super::support::server::Server;

/// All screens.
pub async fn screens(server: &Server, rival: &PostGraphile, run: &Run) -> Vec<Row> {
    let mut rows = Vec::new();
    for screen in Screen::all(server).await {
        screen.tandem(server, &warm(run)).await;
        // As long as it is measured: of a JIT, one second would measure its compiler.
        screen.rival(rival, server, run).await;
        let before = screen.rival(rival, server, &half(run)).await;
        let ours = screen.tandem(server, run).await;
        let after = screen.rival(rival, server, &half(run)).await;
        let target = match screen.name {
            "tickets" => Target::None,
            "sidebar" => Target::Times(0.333),
            _ => Target::Times(0.25),
        };
        rows.push(Row::beside(
            format!("{}, beside {}: CPU µs", called(screen.name), rival.name),
            ours.cpu_in_all(),
            Twice(before.cpu_in_all(), after.cpu_in_all()),
            target,
        ));
    }
    rows
}
