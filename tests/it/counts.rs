//! When the check of instruction counts fails, and what it says then (`cargo count`).

use std::collections::BTreeMap;

#[path = "../../benches/micro/verdict.rs"]
mod verdict;

use verdict::{Counts, Verdict};

fn counts(paths: &[(&str, u64)]) -> Counts {
    let path = |(name, count): &(&str, u64)| ((*name).to_owned(), *count);
    Counts {
        rustc: "1.95.0 (of a day)".to_owned(),
        target: "x86_64-unknown-linux-gnu".to_owned(),
        instructions: paths.iter().map(path).collect::<BTreeMap<_, _>>(),
    }
}

fn verdict(now: &[(&str, u64)], accepted: &[(&str, u64)]) -> Verdict {
    counts(now).against(&counts(accepted))
}

#[test]
fn a_tenth_more_is_borne_and_a_tenth_less_is_not_told() {
    for now in [900, 1_000, 1_100] {
        let verdict = verdict(&[("a", now)], &[("a", 1_000)]);
        assert_eq!(verdict, Verdict::default(), "{now}");
    }
}

#[test]
fn more_than_a_tenth_fails_with_both_figures() {
    let verdict = verdict(&[("a", 1_101), ("b", 5)], &[("a", 1_000), ("b", 5)]);
    let told = "\"a\" takes 1101 instructions, 1000 are accepted: +10.1 %";
    assert_eq!(verdict.failures, [told]);
    assert!(verdict.hints.is_empty());
}

#[test]
fn much_less_is_a_hint() {
    let verdict = verdict(&[("a", 500)], &[("a", 1_000)]);
    let told = "\"a\" takes 500 instructions, 1000 are accepted: -50.0 %";
    assert_eq!(verdict.hints, [told]);
    assert!(verdict.failures.is_empty());
}

#[test]
fn what_only_one_side_knows_fails() {
    let verdict = verdict(&[("new", 7)], &[("old", 7)]);
    assert_eq!(
        verdict.failures,
        [
            "\"new\" takes 7 instructions, of which nothing is accepted yet",
            "\"old\" has accepted instructions, but is no path any more"
        ]
    );
}

#[test]
fn only_counts_of_one_compiler_and_machine_are_compared() {
    let ours = counts(&[]);
    let other_compiler = Counts {
        rustc: "1.96.0 (of a day)".to_owned(),
        ..counts(&[])
    };
    let other_target = Counts {
        target: "aarch64-apple-darwin".to_owned(),
        ..counts(&[])
    };
    assert!(ours.are_like(&counts(&[("a", 1)])));
    assert!(!ours.are_like(&other_compiler) && !ours.are_like(&other_target));
}
