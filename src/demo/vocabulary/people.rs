//! Contacts: who they are, which language they write, how they can be reached.

use super::Language;
use super::phrases::{push_digits, push_number};
use crate::demo::choices::{Choices, Topic};

/// Ranges that regulators keep free for films and books (Ofcom, Bundesnetzagentur), three digits missing.
const THREE_DIGITS: &[&str] = &[
    "+44 7700 900",
    "+49 30 23125 ",
    "+44 20 7946 0",
    "+49 40 66969 ",
    "+44 1632 960",
    "+49 69 90009 ",
    "+49 89 99998 ",
    "+49 221 4710 ",
];
/// The same of France (ARCEP), four digits missing.
const FOUR_DIGITS: &[&str] = &[
    "+33 6 39 98 ",
    "+33 1 99 00 ",
    "+33 2 61 91 ",
    "+33 3 53 01 ",
    "+33 4 65 71 ",
    "+33 5 36 49 ",
];

/// Who a bulk contact is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// First and last name; one in twelve is not known.
    pub name: Option<String>,
    /// Under `example.com`, `.org` or `.net`. No two contacts have the same.
    pub email: String,
    /// For every third contact, until at 204,000 of them the ranges for fiction are used up. No two
    /// contacts have the same.
    pub phone: Option<String>,
}

/// The language that a contact writes and is answered in: English for half, German for 30 and Polish for 20 of 100.
#[must_use]
pub const fn language_of(contact: u64) -> Language {
    match Choices::new(Topic::Language, contact).below(100) {
        0..50 => Language::English,
        50..80 => Language::German,
        _ => Language::Polish,
    }
}

/// Contact number `n`.
#[must_use]
pub fn contact(n: u64) -> Person {
    let mut choices = Choices::new(Topic::Contact, n);
    let phrases = language_of(n).phrases();
    let first = choices.pick(phrases.first_names);
    let last = choices.pick(phrases.last_names);
    let mut name = String::with_capacity(first.len() + last.len() + 1);
    name.push_str(first);
    name.push(' ');
    name.push_str(last);

    let mut email = String::with_capacity(48);
    push_ascii(&mut email, first);
    email.push('.');
    push_ascii(&mut email, last);
    // No name ends in a digit, so the number alone keeps addresses apart.
    push_number(&mut email, n);
    email.push_str(choices.pick(&["@example.com", "@example.org", "@example.net"]));

    Person {
        name: (!choices.per_mille(83)).then_some(name),
        email,
        phone: n.is_multiple_of(3).then(|| phone(n / 3)).flatten(),
    }
}

/// The first name of contact `n`, whether it is known or not: how it signs.
pub(super) fn first_name(n: u64) -> &'static str {
    Choices::new(Topic::Contact, n).pick(language_of(n).phrases().first_names)
}

/// Telephone number `n` of 68,000 that belong to nobody.
fn phone(n: u64) -> Option<String> {
    let small = THREE_DIGITS.len() as u64;
    let (ranges, n, power) = if n < small * 1_000 {
        (THREE_DIGITS, n, 100)
    } else {
        (FOUR_DIGITS, n - small * 1_000, 1_000)
    };
    let count = ranges.len() as u64;
    if n / count >= power * 10 {
        return None;
    }
    let range = ranges.get(usize::try_from(n % count).ok()?)?;
    let mut text = String::with_capacity(18);
    text.push_str(range);
    push_digits(&mut text, n / count, power);
    Some(text)
}

/// Appends a name as it stands in an e-mail address: small letters of ASCII.
fn push_ascii(text: &mut String, name: &str) {
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' => text.push(letter),
            'ä' => text.push_str("ae"),
            'ö' => text.push_str("oe"),
            'ü' => text.push_str("ue"),
            'ß' => text.push_str("ss"),
            'ą' => text.push('a'),
            'ć' => text.push('c'),
            'ę' => text.push('e'),
            'ł' => text.push('l'),
            'ń' => text.push('n'),
            'ó' => text.push('o'),
            'ś' => text.push('s'),
            'ź' | 'ż' => text.push('z'),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn contacts_have_addresses_of_their_own_in_plain_ascii() {
        let people: Vec<Person> = (0..20_000).map(contact).collect();
        let emails: HashSet<&String> = people.iter().map(|p| &p.email).collect();
        assert_eq!(emails.len(), people.len());
        let plain = |c: char| c.is_ascii_alphanumeric() || "@.".contains(c);
        assert!(
            emails
                .iter()
                .all(|e| e.chars().all(plain) && e.contains("@example."))
        );
        let named = people.iter().filter(|p| p.name.is_some()).count();
        assert!((17_800..18_900).contains(&named), "{named}");
        for (n, person) in (0..).zip(&people) {
            let signed = person
                .name
                .as_ref()
                .is_none_or(|name| name.starts_with(first_name(n)));
            assert!(signed, "{person:?}");
        }
    }

    #[test]
    fn telephone_numbers_are_unique_until_they_run_out() {
        let phones: Vec<String> = (0..70_000).map_while(phone).collect();
        assert_eq!(phones.len(), 68_000);
        assert_eq!(phones.iter().collect::<HashSet<_>>().len(), phones.len());
        assert_eq!(phones[0], "+44 7700 900000");
        assert_eq!(phones[67_999], "+33 5 36 49 9999");
        assert!(contact(3).phone.is_some() && contact(4).phone.is_none());
    }

    #[test]
    fn every_language_is_written() {
        let count = |language| (0..10_000).filter(|n| language_of(*n) == language).count();
        assert!((4_800..5_200).contains(&count(Language::English)));
        assert!((2_800..3_200).contains(&count(Language::German)));
        assert!((1_800..2_200).contains(&count(Language::Polish)));
    }
}
