//! Making a failing script short: with a server behind it every try takes a while, so that whole stretches are left out
//! first, where proptest would take out line by line.

use super::command::{Act, Command, Expect};
use super::script::Script;

/// The shortest script found that still fails, and how it fails.
pub fn shorten(
    script: Script,
    reason: String,
    mut fails: impl FnMut(&Script) -> Option<String>,
) -> (Script, String) {
    let (mut best, mut why) = (script, reason);
    let mut stretch = best.acts.len().div_ceil(2);
    loop {
        let mut at = 0;
        let mut shorter = false;
        while at < best.acts.len() {
            let mut try_this = best.clone();
            try_this.acts.drain(at..(at + stretch).min(best.acts.len()));
            match fails(&try_this) {
                Some(reason) => (best, why, shorter) = (try_this, reason, true),
                None => at += stretch,
            }
        }
        match stretch {
            1 if !shorter => break,
            1 => {}
            _ => stretch = stretch.div_ceil(2),
        }
    }
    for line in 0..best.acts.len() {
        for plainer in PLAINER {
            let mut try_this = best.clone();
            plainer(&mut try_this.acts[line]);
            if let Some(reason) = fails(&try_this) {
                (best, why) = (try_this, reason);
            }
        }
    }
    (best, why)
}

/// An act by the administrator, for real, with no expectation.
const PLAINER: [fn(&mut Act); 3] = [
    |act| act.user = 0,
    |act| {
        if let Some((_, dry)) = act.command.options() {
            *dry = false;
        }
    },
    |act| {
        if let Some((Some(expect), _)) = act.command.options() {
            *expect = Expect::Any;
        }
    },
];

#[test]
fn what_does_not_matter_is_left_out() {
    let note = |conversation| Act {
        user: 1,
        command: Command::AddNote { conversation },
    };
    let acts: Vec<Act> = (0..40).map(note).collect();
    let script = Script {
        kind: super::world::Kind::Old,
        creates_tickets: false,
        required: false,
        acts,
    };
    let noted = |script: &Script, wanted| {
        script.acts.iter().any(|act| matches!(act.command, Command::AddNote { conversation } if conversation == wanted))
    };
    let mut tries = 0;

    let (short, why) = shorten(script, String::new(), |script| {
        tries += 1;
        (noted(script, 7) && noted(script, 31)).then(|| "both".to_owned())
    });

    assert_eq!(
        format!("{:?}", short.acts),
        "[user 0: AddNote { conversation: 7 }, user 0: AddNote { conversation: 31 }]"
    );
    assert_eq!(why, "both");
    assert!(tries < 60, "{tries}");
}
