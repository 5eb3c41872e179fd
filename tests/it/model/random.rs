//! Random scripts: the server must do and say what the reference model does and says.

use std::sync::atomic::{AtomicBool, Ordering};

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use super::driver;
use super::script::{Script, script};
use crate::support::TestApp;

/// How many scripts a run plays; `TANDEM_SCRIPTS` raises it.
fn scripts() -> u32 {
    std::env::var("TANDEM_SCRIPTS")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(300)
}

/// How many scripts run beside each other, each in an account of its own.
const LANES: u32 = 4;

#[test]
fn the_server_does_what_the_reference_model_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::start());
    let failed = AtomicBool::new(false);
    let lane = |_| {
        let mut runner = TestRunner::new(config(scripts() / LANES));
        let result = runner.run(&script(40), |script: Script| {
            if failed.load(Ordering::Relaxed) {
                // Another lane is shrinking what it found; its report is enough.
                return Ok(());
            }
            runtime
                .block_on(driver::check(&app, &script))
                .map_err(TestCaseError::fail)
        });
        result.inspect_err(|_| failed.store(true, Ordering::Relaxed))
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES)
            .map(|number| scope.spawn(move || lane(number)))
            .collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).collect()
    });
    for result in results {
        report(result);
    }
}

/// Nothing is kept between runs: a failure is reported as a script to read, and belongs in a test of its own.
pub fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        max_shrink_time: 120_000,
        ..Config::default()
    }
}

/// Fails the test with the shortest script that was found.
pub fn report(result: Result<(), TestError<Script>>) {
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, script)) => panic!("\n{script:?}\n{reason}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}
