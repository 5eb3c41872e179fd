//! What stands in `deploy/`: it names commands, settings, paths and ports that exist.

use std::fs;
use std::path::Path;

use tandem::config::SETTINGS;

use crate::crash::process::{Server, run};
use crate::support::TestApp;

fn deployed(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_variable_is_one_that_is_known() {
    let known: Vec<String> = SETTINGS
        .iter()
        .map(tandem::config::Setting::variable)
        .collect();
    let mut seen = 0;
    for file in ["Dockerfile", "compose.yaml", "systemd/tandem.service"] {
        let text = deployed(file);
        for rest in text.split("TANDEM_").skip(1) {
            let name: String = rest
                .chars()
                .take_while(|c| c.is_ascii_uppercase() || *c == '_')
                .collect();
            let name = format!("TANDEM_{name}");
            let other =
                ["TANDEM_SKIP_WEB", "TANDEM_LOG_JSON", "TANDEM_PASSWORD"].contains(&name.as_str());
            assert!(other || known.contains(&name), "{file}: {name}");
            seen += 1;
        }
    }
    assert!(seen > 6);
}

#[test]
fn servers_get_more_time_to_stop_than_they_take() {
    let seconds = tandem::config::Config::default().shutdown_seconds;
    for (file, key) in [
        ("compose.yaml", "stop_grace_period: "),
        ("systemd/tandem.service", "TimeoutStopSec="),
    ] {
        let text = deployed(file);
        let given = text.split(key).nth(1).unwrap().lines().next().unwrap();
        let given: u64 = given.trim_end_matches('s').parse().unwrap();
        // The drain, and three seconds for closing handshakes.
        assert!(given >= seconds + 5, "{file}: {given}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_can_ask_after_its_own_health() {
    let app = TestApp::start().await;
    let server = Server::serve(&app.database_url).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let healthy = run(&["health", "--listen", &address]).await;
    assert_eq!((healthy.code, healthy.err.as_str()), (0, ""), "{healthy:?}");
    server.terminate().await;
    let gone = run(&["health", "--listen", &address]).await;
    assert!(gone.refusal(1).contains("nothing answers"), "{gone:?}");
}
