//! Random scripts: the server must do and say what the reference model does and says.

use std::sync::atomic::{AtomicBool, Ordering};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

use super::driver;
use super::script::{Script, script};
use super::shorten::shorten;
use crate::support::TestApp;

/// How many scripts a run plays; `TANDEM_SCRIPTS` raises it.
fn scripts() -> u32 {
    let asked = std::env::var("TANDEM_SCRIPTS").ok();
    asked.and_then(|count| count.parse().ok()).unwrap_or(300)
}

/// Where chance begins. The same by default, so that a failed run is about the change and not about luck;
/// `TANDEM_SEED` takes another number, or `random` for new scripts each time.
fn seed(lane: u32) -> RngSeed {
    match std::env::var("TANDEM_SEED") {
        Ok(text) if text == "random" => RngSeed::Random,
        other => {
            let base: u64 = other.ok().and_then(|text| text.parse().ok()).unwrap_or(1);
            RngSeed::Fixed(base * 1_000 + u64::from(lane))
        }
    }
}

/// How many scripts run beside each other, each in an account of its own.
const LANES: u32 = 4;

#[test]
fn the_server_does_what_the_reference_model_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(TestApp::start());
    play(
        scripts(),
        || script(40),
        |script| runtime.block_on(driver::check(&app, script)),
    );
}

/// Plays random scripts, several at once, until one fails; then shortens that one and fails with it.
pub fn play<S: Strategy<Value = Script>>(
    count: u32,
    scripts: impl Fn() -> S + Sync,
    check: impl Fn(&Script) -> Result<(), String> + Sync,
) {
    let failed = AtomicBool::new(false);
    let lane = |number: u32| {
        let mut runner = TestRunner::new(Config {
            max_shrink_iters: 0,
            rng_seed: seed(number),
            ..config(count / LANES)
        });
        let found = runner.run(&scripts(), |script| {
            if failed.load(Ordering::Relaxed) {
                // One failure is enough to report.
                return Ok(());
            }
            check(&script).map_err(TestCaseError::fail)
        });
        match found {
            Err(TestError::Fail(reason, script)) if !failed.swap(true, Ordering::Relaxed) => {
                Some(shorten(script, reason.to_string(), |script| {
                    check(script).err()
                }))
            }
            Err(TestError::Abort(reason)) => panic!("{reason}"),
            _ => None,
        }
    };
    let found = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES)
            .map(|number| scope.spawn(move || lane(number)))
            .collect();
        lanes
            .into_iter()
            .filter_map(|lane| lane.join().unwrap())
            .next()
    });
    if let Some((script, reason)) = found {
        panic!("\n{script:?}\n{reason}");
    }
}

/// Nothing is kept between runs: a failure is reported as a script to read, and belongs in a test of its own.
pub fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
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
