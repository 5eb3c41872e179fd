//! Builds the browser pages (`web/`) before the crate that embeds them, so that one `cargo run` is
//! enough on a fresh clone.
//!
//! It never fails the build: without npm, or offline, it leaves a warning, and the binary serves a
//! page that says how to build the pages by hand. It does nothing when `web/dist` is up to date or
//! `TANDEM_SKIP_WEB` is set. Unlike most build scripts it writes outside of `OUT_DIR`: `web/dist` is
//! where `npm run build` writes too, and both must be the same.

use std::{
    fs::{self, File},
    io,
    path::Path,
    process::Command,
    time::SystemTime,
};

/// What the pages are made of, below `web/`.
const SOURCES: [&str; 11] = [
    "../schema.graphql",
    ".npmrc",
    "build",
    "graphiql",
    "index.html",
    "package-lock.json",
    "package.json",
    "public",
    "src",
    "tsconfig.json",
    "vite.config.ts",
];

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=TANDEM_SKIP_WEB");
    let web = Path::new("web");
    if !web.join("package.json").exists() {
        return;
    }
    let skip =
        std::env::var_os("TANDEM_SKIP_WEB").is_some_and(|value| !value.is_empty() && value != "0");
    if !skip {
        for source in SOURCES {
            println!("cargo::rerun-if-changed=web/{source}");
        }
        if let Err(reason) = build_if_stale(web) {
            println!("cargo::warning=The browser pages were not built: {reason}");
            println!(
                "cargo::warning=The API works without them. To build them later: npm --prefix web ci && npm --prefix web run build"
            );
        }
    }
    if let Err(error) = watch_dist(&web.join("dist")) {
        println!("cargo::warning=Cannot watch web/dist: {error}");
    }
}

/// Runs npm if a source is newer than what it built last.
fn build_if_stale(web: &Path) -> Result<(), String> {
    // Another cargo, such as an editor's, may be at it in the same folder.
    let lock = File::create(web.join(".build.lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;

    let sources = newest(web).map_err(|error| error.to_string())?;
    let page = web.join("dist/index.html");
    if modified(&page).is_ok_and(|built| built >= sources) {
        return Ok(());
    }
    let installed = modified(&web.join("node_modules/.package-lock.json"));
    let locked = modified(&web.join("package-lock.json")).map_err(|error| error.to_string())?;
    if !installed.is_ok_and(|installed| installed >= locked) {
        // Fail soon where there is no network; npm by itself tries for minutes.
        npm(
            web,
            &[
                "ci",
                "--include=dev",
                "--prefer-offline",
                "--no-audit",
                "--no-fund",
                "--fetch-retries=1",
                "--fetch-timeout=30000",
            ],
        )?;
    }
    npm(web, &["run", "build"])?;
    // Dated like the newest source it was made of: what is edited during the build is then newer,
    // and cargo does not take our own output for a change.
    File::options()
        .write(true)
        .open(&page)
        .and_then(|file| file.set_modified(sources))
        .map_err(|error| error.to_string())?;
    println!("cargo::warning=Built the browser pages (web/dist)");
    Ok(())
}

/// Runs npm in `web`; on failure, the first errors that it wrote.
fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(NPM)
        .args(arguments)
        .current_dir(web)
        .output()
        .map_err(|error| format!("cannot run npm: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines = errors.lines().map(str::trim);
    let first: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("npm warn"))
        .take(3)
        .collect();
    let command = arguments.first().copied().unwrap_or_default();
    Err(format!("`npm {command}` failed: {}", first.join(" | ")))
}

/// Lets cargo build the crate again when somebody runs `npm run build` by hand. A path that does not
/// exist would make it do so each time, so an empty folder stands in for the build.
fn watch_dist(dist: &Path) -> io::Result<()> {
    if dist.join("index.html").exists() {
        println!("cargo::rerun-if-changed=web/dist/index.html");
        return Ok(());
    }
    if !dist.exists() {
        fs::create_dir(dist)?;
        // Older than this run, or cargo takes it for a change.
        if let Ok(folder) = File::open(dist) {
            folder.set_modified(SystemTime::UNIX_EPOCH)?;
        }
    }
    println!("cargo::rerun-if-changed=web/dist");
    Ok(())
}

/// When the newest of the sources was written.
fn newest(web: &Path) -> io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut paths: Vec<_> = SOURCES.iter().map(|source| web.join(source)).collect();
    while let Some(path) = paths.pop() {
        newest = newest.max(modified(&path)?);
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                paths.push(entry?.path());
            }
        }
    }
    Ok(newest)
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}
