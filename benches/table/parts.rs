//! The parts of the table: each asks Tandem, and before and after it the floor.

use std::path::Path;
use std::time::Duration;

use super::asked::Screen;
use super::frames::{self, FRAME};
use super::latency;
use super::row::{Row, Target, Twice};
use super::startup;
use super::support::measured::Run;
use super::support::server::Server;
use super::support::{cpu, percentile};
use super::tickets;

/// How long a writer of an idle server waits before each change.
const PAUSE: Duration = Duration::from_millis(20);
/// How many write where it is not idle.
const WRITERS: usize = 32;
/// How many subscribe before it counts.
const FEW: usize = 100;
/// How many subscribe to something else each.
const DIFFERENT: usize = 1_000;
/// How often a server is started, of which the median counts.
const STARTS: usize = 5;

/// So long that it is warm.
pub fn warm(run: &Run) -> Run {
    Run { seconds: 1, ..*run }
}

/// Half as long, since it is done twice.
pub fn half(run: &Run) -> Run {
    Run {
        seconds: run.seconds.div_ceil(2),
        ..*run
    }
}

/// What the table calls a screen.
pub fn called(screen: &str) -> &'static str {
    match screen {
        "inbox" => "a page of an inbox",
        "tickets" => "a page of tickets",
        "sidebar" => "the sidebar of a conversation",
        _ => "one ticket's status",
    }
}

/// What a screen costs: microseconds of CPU a request, the server's and Postgres' together.
pub struct Cost {
    name: &'static str,
    ours: f64,
    floor: Twice,
}

impl Cost {
    /// Beside pgbench.
    pub fn row(&self) -> Row {
        let what = called(self.name);
        let target = match self.name {
            "inbox" => Target::Times(1.7),
            "tickets" => Target::None,
            "sidebar" => Target::Times(1.9),
            _ => Target::Times(3.0),
        };
        Row::beside(format!("{what}: CPU µs"), self.ours, self.floor, target)
    }

    /// Beside the same on a smaller account.
    pub fn beside_smaller(&self, other: &Self) -> Row {
        let what = format!("{}: CPU µs, beside a smaller account", self.name);
        let floor = Twice(other.ours, other.ours);
        let noise = self.floor.noise().max(other.floor.noise());
        Row::beside(what, self.ours, floor, Target::Times(1.2)).noisy(noise)
    }
}

/// All screens.
pub async fn screens(server: &Server, pgbench: &Path, run: &Run) -> Vec<Cost> {
    let mut costs = Vec::new();
    for screen in Screen::all(server).await {
        screen.tandem(server, &warm(run)).await;
        let before = screen.pgbench(pgbench, server, &half(run));
        let ours = screen.tandem(server, run).await;
        let after = screen.pgbench(pgbench, server, &half(run));
        costs.push(Cost {
            name: screen.name,
            ours: ours.cpu_in_all(),
            floor: Twice(before.cpu.1, after.cpu.1),
        });
    }
    costs
}

/// Closing and reopening tickets.
pub async fn changes(server: &Server, pgbench: &Path, run: &Run) -> Row {
    let all = tickets::tickets(server, run.clients).await;
    tickets::tandem(server, &warm(run), &all).await;
    let before = tickets::floor(pgbench, server, &half(run), &all);
    let ours = tickets::tandem(server, run, &all).await;
    let after = tickets::floor(pgbench, server, &half(run), &all);
    Row::beside(
        "closing a ticket with one conversation: commits a second",
        ours.per_second,
        Twice(before.per_second, after.per_second),
        Target::TimesAtLeast(0.8),
    )
}

/// From a commit to the frame, alone and under writers.
pub async fn latencies(server: &Server, run: &Run) -> Vec<Row> {
    let during = Duration::from_secs(half(run).seconds);
    let mut rows = Vec::new();
    for (who, writers, pause, shares) in [
        (
            "idle",
            1,
            PAUSE,
            &[(0.5, "median", 2.0), (0.99, "99 %", 10.0)][..],
        ),
        (
            "32 writers",
            WRITERS,
            Duration::ZERO,
            &[(0.5, "median", 15.0)],
        ),
    ] {
        let first = latency::measure(server, writers, during, pause).await;
        let second = latency::measure(server, writers, during, pause).await;
        for (share, called, most) in shares {
            let (one, other) = (first.share(*share), second.share(*share));
            for (bound, twice) in [
                ("at least", Twice(one.0, other.0)),
                ("at most", Twice(one.1, other.1)),
            ] {
                let what = format!("commit to frame, {who}, {called}: ms, {bound}");
                rows.push(Row::alone(what, twice, Target::AtMost(*most)));
            }
        }
    }
    rows
}

/// Frames to many.
pub async fn subscribers(server: &Server, seconds: u64, crowd: usize) -> Vec<Row> {
    let frame = frames::sample(server).await;
    // What its start took has to be let go of, or it would be counted against the memory that subscribers take.
    frames::tandem(server, FEW, 1, |_| FRAME.to_owned()).await;
    let before = frames::plain(crowd, seconds.div_ceil(2), &frame).await;
    let ours = frames::tandem(server, crowd, seconds, |_| FRAME.to_owned()).await;
    let after = frames::plain(crowd, seconds.div_ceil(2), &frame).await;
    let row = |what: &str, ours, before, after, target| {
        let what = format!("{crowd} subscribers of one operation: {what}");
        Row::beside(what, ours, Twice(before, after), target)
    };
    let different = |number| FRAME.replacen("id ", &format!("id{number}: id "), 1);
    let each = frames::tandem(server, DIFFERENT, seconds, different).await;
    let few = frames::plain(DIFFERENT, seconds.div_ceil(2), &frame).await;
    let again = frames::plain(DIFFERENT, seconds.div_ceil(2), &frame).await;
    vec![
        row(
            "CPU µs a frame",
            ours.cpu,
            before.cpu,
            after.cpu,
            Target::Times(1.3),
        ),
        row(
            "ms to the last frame",
            ours.median,
            before.median,
            after.median,
            Target::Times(1.3),
        ),
        row(
            "KB each while idle",
            ours.memory,
            before.memory,
            after.memory,
            Target::AtMost(12.0),
        ),
        Row::beside(
            format!("{DIFFERENT} different operations: CPU µs a frame"),
            each.cpu,
            Twice(few.cpu, again.cpu),
            Target::AtMost(30.0),
        ),
    ]
}

/// The most memory that the server had since it began.
pub fn peak(server: &Server) -> Row {
    let most = cpu::peak_memory(server.processes.0) / 1_024.0;
    let what = "the server's memory under all this: MB at its peak";
    Row::alone(what, Twice(most, most), Target::AtMost(150.0))
}

/// Starting another server on the same database.
pub async fn starts(server: &Server) -> Row {
    startup::once(server).await;
    let mut halves = [0.0; 2];
    for half in &mut halves {
        let mut took = Vec::new();
        for _ in 0..STARTS {
            took.push(startup::once(server).await);
        }
        took.sort_by(f64::total_cmp);
        *half = percentile(&took, 0.5);
    }
    let what = "start to ready on an existing database: ms";
    Row::alone(what, Twice(halves[0], halves[1]), Target::AtMost(300.0))
}
