//! What a language has to say, and how its sentences are filled in.

use crate::demo::choices::Choices;

/// What a language has to say. In sentences `%` and a letter stand for a choice:
/// `%p` product, `%t` part, `%w` an invented name, `%n` any first name, `%s` the contact's own, `%d` a
/// day to come, `%b` a time before, `%o` order number, `%a` amount, `%%` a percent sign.
pub(super) struct Phrases {
    pub(super) subjects: &'static [&'static str],
    pub(super) ticket_names: &'static [&'static str],
    pub(super) contact_greetings: &'static [&'static str],
    pub(super) contact_sentences: &'static [&'static str],
    pub(super) contact_closings: &'static [&'static str],
    pub(super) agent_greetings: &'static [&'static str],
    pub(super) agent_sentences: &'static [&'static str],
    pub(super) agent_closings: &'static [&'static str],
    pub(super) notes: &'static [&'static str],
    pub(super) one_liners: &'static [&'static str],
    pub(super) parts: &'static [&'static str],
    pub(super) times_to_come: &'static [&'static str],
    pub(super) times_past: &'static [&'static str],
    pub(super) first_names: &'static [&'static str],
    pub(super) last_names: &'static [&'static str],
}

/// The same in every language.
const PRODUCTS: &[&str] = &[
    "Heron",
    "Heron E",
    "Marten 3",
    "Marten 2",
    "Mule",
    "Mule Long",
    "Bumblebee 14",
    "Bumblebee 16",
    "Otter 20",
    "Otter 40",
    "Firefly",
    "Firefly Pro",
    "Burr",
    "Skylark",
    "Kestrel",
    "Wagtail",
    "Dormouse",
    "Badger XL",
    "Siskin",
    "Pine Marten",
    "Hare",
    "Stoat",
    "Plover",
    "Wren",
];

/// Syllables of invented names: 32 × 24 × 16 = 12,288 words that no language has.
const BEGINNINGS: &[&str] = &[
    "Vel", "Tan", "Mor", "Kel", "Bra", "Sor", "Lin", "Dra", "Quil", "Fen", "Hol", "Jas", "Nor",
    "Pel", "Rud", "Sil", "Tor", "Ulm", "Wex", "Yar", "Zan", "Ost", "Ird", "Gal", "Cas", "Bel",
    "Arv", "Eld", "Mik", "Lod", "Ruv", "Tes",
];
const MIDDLES: &[&str] = &[
    "a", "e", "i", "o", "u", "ara", "eli", "ino", "oru", "una", "avi", "emo", "iba", "oda", "ulo",
    "aste", "este", "iske", "orva", "ulme", "anti", "endo", "inka", "orbi",
];
const ENDINGS: &[&str] = &[
    "dor", "lin", "mar", "nix", "rund", "sen", "tal", "vik", "wen", "zor", "berg", "dal", "feld",
    "gard", "hus", "lund",
];

/// A text while it is written.
pub(super) struct Draft {
    text: String,
    phrases: &'static Phrases,
    choices: Choices,
    own_name: &'static str,
}

impl Draft {
    /// An empty text with room for so many bytes; `own_name` is what the contact signs with.
    pub(super) fn new(
        bytes: usize,
        phrases: &'static Phrases,
        choices: Choices,
        own_name: &'static str,
    ) -> Self {
        Self {
            text: String::with_capacity(bytes),
            phrases,
            choices,
            own_name,
        }
    }

    /// The text as far as it goes.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// Adds `text` as it is.
    pub(super) fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds one of `templates`.
    pub(super) fn add_one_of(&mut self, templates: &[&'static str]) {
        let template = self.choices.pick(templates);
        self.fill(template);
    }

    /// Adds `count` sentences, and a paragraph after every fourth, as people do where they write
    /// much. What is said twice is said far apart.
    pub(super) fn add_sentences(&mut self, sentences: &[&'static str], count: u64) {
        let all = sentences.len() as u64;
        let first = self.choices.below(all);
        // An odd stride above 1 leads through the list without falling into its order.
        let stride = self.choices.below(6) * 2 + 3;
        for at in 0..count {
            if at > 0 {
                self.add(if at % 4 == 0 { "\n\n" } else { " " });
            }
            let chosen = usize::try_from((first + at * stride) % all.max(1));
            let sentence = chosen.ok().and_then(|index| sentences.get(index));
            self.fill(sentence.copied().unwrap_or(""));
        }
    }

    /// Adds `template` with its slots filled; an unknown slot stays as it is written.
    pub(super) fn fill(&mut self, template: &str) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('%') {
            self.add(before);
            let mut letters = after.chars();
            match letters.next() {
                Some('p') => self.add_word(PRODUCTS),
                Some('t') => self.add_word(self.phrases.parts),
                Some('d') => self.add_word(self.phrases.times_to_come),
                Some('b') => self.add_word(self.phrases.times_past),
                Some('n') => self.add_word(self.phrases.first_names),
                Some('s') => self.add(self.own_name),
                Some('w') => self.add_invented_name(),
                Some('o') => {
                    self.add("QF-");
                    let number = 10_000_000 + self.choices.below(10_000_000);
                    push_number(&mut self.text, number);
                }
                Some('a') => {
                    let amount = 5 + self.choices.steeply_skewed_below(2_500);
                    push_number(&mut self.text, amount);
                }
                Some('%') => self.text.push('%'),
                other => {
                    self.text.push('%');
                    self.text.extend(other);
                }
            }
            rest = letters.as_str();
        }
        self.add(rest);
    }

    fn add_word(&mut self, words: &[&'static str]) {
        let word = self.choices.pick(words);
        self.add(word);
    }

    /// A few invented names are everywhere, most occur once in thousands of messages.
    fn add_invented_name(&mut self) {
        let words = (BEGINNINGS.len() * MIDDLES.len() * ENDINGS.len()) as u64;
        let mut word = self.choices.steeply_skewed_below(words);
        for syllables in [BEGINNINGS, MIDDLES, ENDINGS] {
            let count = syllables.len() as u64;
            let syllable = usize::try_from(word % count).ok();
            let syllable = syllable.and_then(|at| syllables.get(at));
            self.add(syllable.copied().unwrap_or(""));
            word /= count;
        }
    }
}

/// Appends `n` in decimal, without the detour over the formatting machinery.
pub(super) fn push_number(text: &mut String, n: u64) {
    let mut power = 1;
    while n / power >= 10 {
        power *= 10;
    }
    push_digits(text, n, power);
}

/// Appends the decimal digits of `n` from that of `power`, a power of ten, down to the last.
pub(super) fn push_digits(text: &mut String, n: u64, mut power: u64) {
    while power > 0 {
        let digit = u32::try_from(n / power % 10).unwrap_or(0);
        text.extend(char::from_digit(digit, 10));
        power /= 10;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::choices::Topic;
    use crate::demo::vocabulary::Language;

    #[test]
    fn every_slot_of_every_phrase_is_known_and_filled() {
        for language in [Language::English, Language::German, Language::Polish] {
            let p = language.phrases();
            let sentences = [
                p.subjects,
                p.ticket_names,
                p.contact_greetings,
                p.contact_sentences,
                p.contact_closings,
                p.agent_greetings,
                p.agent_sentences,
                p.agent_closings,
                p.notes,
                p.one_liners,
            ];
            for phrase in sentences.into_iter().flatten() {
                let plain = phrase.replace("%%", "");
                for (at, _) in plain.match_indices('%') {
                    let slot = plain[at + 1..].chars().next();
                    assert!(slot.is_some_and(|s| "ptwndboas".contains(s)), "{phrase}");
                }
                let mut draft = Draft::new(0, p, Choices::new(Topic::Message, 1), "Ada");
                draft.fill(phrase);
                let text = draft.finish();
                assert_eq!(text.contains('%'), phrase.contains("%%"), "{text}");
                assert!(!text.trim().is_empty() && text.trim() == text, "{text:?}");
            }
            for list in [
                p.parts,
                p.times_to_come,
                p.times_past,
                p.first_names,
                p.last_names,
            ] {
                assert!(list.len() >= 10 && list.iter().all(|word| !word.is_empty()));
                assert_eq!(list.iter().collect::<HashSet<_>>().len(), list.len());
            }
        }
    }

    #[test]
    fn slots_are_filled_with_what_they_stand_for() {
        let phrases = Language::English.phrases();
        let mut draft = Draft::new(0, phrases, Choices::new(Topic::Message, 5), "Ada");
        draft.fill("%s|%p|%t|%d|%b|%n|%%|%x|%");
        let text = draft.finish();
        let parts: Vec<&str> = text.split('|').collect();
        assert_eq!(parts[0], "Ada");
        assert!(PRODUCTS.contains(&parts[1]) && phrases.parts.contains(&parts[2]));
        assert!(
            phrases.times_to_come.contains(&parts[3]) && phrases.times_past.contains(&parts[4])
        );
        assert!(phrases.first_names.contains(&parts[5]));
        assert_eq!(&parts[6..], ["%", "%x", "%"]);
    }

    #[test]
    fn numbers_are_written_as_numbers() {
        for n in [0, 7, 10, 99, 100, 12_345, u64::MAX] {
            let mut text = String::new();
            push_number(&mut text, n);
            assert_eq!(text, n.to_string());
        }
    }
}
