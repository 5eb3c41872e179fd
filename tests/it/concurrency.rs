//! Many at once: one winner, no error but refusals, and a log in the order in which things happened.

mod gone;
mod history;
mod races;
mod storm;

use tandem::config::Config;

use crate::support::TestApp;

/// Settings that a slow machine does not turn into a server that is too busy: how long waiting takes is not tested
/// here.
fn patience() -> Config {
    Config {
        pool_wait_seconds: 120,
        statement_timeout_seconds: 120,
        ..Config::default()
    }
}

async fn patient_app() -> TestApp {
    TestApp::start_with(patience()).await
}
