//! Settings by file, environment and flags, as the program takes them.

use std::process::{Command, Output};

/// `tandem settings` with these flags and nothing else in the environment.
fn settings(flags: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tandem"))
        .arg("settings")
        .args(flags)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

/// The value that holds for a setting.
fn value(output: &Output, key: &str) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{key} = ")));
    line.unwrap_or_else(|| panic!("no {key}: {output:?}"))
        .to_owned()
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_flag_wins_over_a_variable_and_that_over_the_file() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("three-ways.toml");
    std::fs::write(&file, "pool_size = 3\ntrash_days = 3\nname_chars = 3\n").unwrap();
    let environment = [
        ("TANDEM_CONFIG", file.to_str().unwrap()),
        ("TANDEM_TRASH_DAYS", "4"),
        ("TANDEM_NAME_CHARS", "4"),
    ];
    let output = settings(&["--name-chars", "5"], &environment);
    assert_eq!(value(&output, "pool_size"), "3");
    assert_eq!(value(&output, "trash_days"), "4");
    assert_eq!(value(&output, "name_chars"), "5");
    assert_eq!(value(&output, "listen"), "\"127.0.0.1:4000\"");
    // What is printed is a file that says the same.
    let printed = file.with_file_name("printed.toml");
    std::fs::write(&printed, &output.stdout).unwrap();
    let again = settings(&["--config", printed.to_str().unwrap()], &[]);
    assert_eq!(again.stdout, output.stdout, "{again:?}");
}

#[test]
fn what_is_not_known_is_refused_wherever_it_stands() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("unknown.toml");
    std::fs::write(&file, "pool_sice = 3\n").unwrap();
    let told = refusal(&settings(&["--config", file.to_str().unwrap()], &[]));
    assert!(told.contains("did you mean `pool_size`?"), "{told}");
    let told = refusal(&settings(&[], &[("TANDEM_POOL_SICE", "3")]));
    assert!(told.contains("did you mean `TANDEM_POOL_SIZE`?"), "{told}");
    let told = refusal(&settings(&["--pool-sice", "3"], &[]));
    assert!(told.contains("--pool-size"), "{told}");
    let told = refusal(&settings(&["--pool-size", "0"], &[]));
    assert!(
        told.contains("--pool-size") && told.contains("from 1 to 10000"),
        "{told}"
    );
    let told = refusal(&settings(&[], &[("TANDEM_LISTEN", "everywhere")]));
    assert!(
        told.contains("TANDEM_LISTEN") && told.contains("an address"),
        "{told}"
    );
}
