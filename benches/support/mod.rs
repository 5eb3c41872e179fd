//! What benches share: a server on a large account, processes that end, requests over kept connections, CPU time, percentiles.

#![allow(dead_code, reason = "not every bench uses all of it")]

pub mod cpu;
pub mod http;
pub mod measured;
pub mod pgbench;
pub mod postgraphile;
pub mod running;
pub mod server;

/// The value below which this share of the sorted values lies.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = (last as f64 * share).round() as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// The value that follows an option on the command line.
pub fn option<T: std::str::FromStr>(name: &str, default: T) -> T {
    let mut args = std::env::args().skip_while(|arg| arg != name).skip(1);
    let given = args.next().map(|value| value.parse().ok());
    match given {
        None => default,
        Some(Some(value)) => value,
        Some(None) => {
            eprintln!("{name} takes a number or a name");
            std::process::exit(2);
        }
    }
}
