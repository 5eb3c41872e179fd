//! What the fuzzers hold to be true, of the inputs that they begin with and of those by which they found something.
//! `fuzz/README.md` tells how to let them run.

use std::path::Path;

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

/// Every seed of a target.
fn hold(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut seeds = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&std::fs::read(path).unwrap());
        seeds += 1;
    }
    assert!(seeds > 0, "{target} has no seeds");
}

macro_rules! targets {
    ($($target:ident)*) => {
        $(#[test]
        fn $target() {
            hold(stringify!($target), fuzz::$target::check);
        })*

        #[test]
        fn every_fuzzer_is_tried() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
            let mut found: Vec<_> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            found.sort();
            assert_eq!(found, [$(stringify!($target)),*]);
        }
    };
}

targets! { cursors filters ids mail requests search socket }
