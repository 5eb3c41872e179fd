//! Dates as mail has them: RFC 5322, `asctime`, and what broken programs write.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Reads a date in any order of its parts; without a known zone it is taken as UTC (RFC 5322
/// 4.3). A year of two digits is one of 1950 to 2049, of three digits counts from 1900 (RFC 5322
/// 4.3). `None` if a day, month, year or time is missing or impossible.
pub(super) fn parse(value: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = DateTime::parse_from_rfc3339(value.trim()) {
        return Some(date.to_utc());
    }
    let (mut day, mut month, mut year, mut time, mut offset) = (None, None, None, None, None);
    // `Tue, 2-Jan-2007`: hyphens between the parts of the day.
    let spaced = spread_hyphens(value);
    let words = spaced
        .split(|c: char| c.is_ascii_whitespace() || c == ',')
        .filter(|word| !word.is_empty());
    for word in words {
        if word.starts_with('(') {
            break;
        } else if word.contains(':') && time.is_none() {
            time = Some(clock(word)?);
        } else if let Some(found) = numeric_zone(word) {
            offset = offset.or(Some(found));
        } else if let Ok(number) = word.parse::<i32>() {
            if day.is_none() && word.len() <= 2 {
                day = u32::try_from(number).ok();
            } else if year.is_none() {
                year = full_year(word.len(), number);
            }
        } else if month.is_none() && index_of(&MONTHS, word).is_some() {
            month = index_of(&MONTHS, word);
        } else if time.is_some() && offset.is_none() {
            offset = named_zone(word);
        }
    }
    let (hour, minute, second) = time?;
    let local = NaiveDate::from_ymd_opt(year?, month?, day?)?.and_hms_opt(hour, minute, second)?;
    let zone = FixedOffset::east_opt(offset.unwrap_or(0))?;
    Some(zone.from_local_datetime(&local).single()?.to_utc())
}

/// The date of an mbox separator: `From sender Tue Jan  2 15:04:05 2007`, with or without zone.
pub(super) fn of_from_line(line: &[u8]) -> Option<DateTime<Utc>> {
    // The longest address has 320 characters; a line of prose beyond that is no separator.
    if line.len() > 500 {
        return None;
    }
    let line = String::from_utf8_lossy(line);
    let rest = line.strip_prefix("From ")?;
    let rest = rest.split(" remote from ").next()?;
    // The sender can contain spaces (`user at example.com`): the date starts at the weekday that
    // is followed by a month or a day.
    let mut from = 0;
    for word in rest.split_inclusive([' ', '\t']) {
        let date = rest.get(from..)?;
        from += word.len();
        if index_of(&DAYS, word.trim_end().trim_end_matches(',')).is_some() && word.len() <= 5 {
            let mut parts = date.split_ascii_whitespace().skip(1);
            let next = parts.next()?;
            let close = index_of(&MONTHS, next).is_some() || next.parse::<u8>().is_ok();
            if close
                && parts.clone().count() <= 6
                && let Some(date) = parse(date)
            {
                return Some(date);
            }
        }
    }
    None
}

fn spread_hyphens(value: &str) -> String {
    let bytes = value.as_bytes();
    let near = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    value
        .char_indices()
        .map(|(at, c)| {
            let before = near(at.checked_sub(1));
            let after = near(Some(at + 1));
            let joins = before.is_ascii_digit() && after.is_ascii_alphabetic()
                || before.is_ascii_alphabetic() && after.is_ascii_digit();
            if c == '-' && joins && !value.contains(['+']) && at < 20 {
                ' '
            } else {
                c
            }
        })
        .collect()
}

fn index_of(names: &[&str], word: &str) -> Option<u32> {
    let start = word.get(..3)?.to_ascii_lowercase();
    let at = names.iter().position(|name| *name == start)?;
    u32::try_from(at + 1).ok()
}

/// `15:04`, `15:04:05`, `15:04:05.123`; a leap second counts as the second before it.
fn clock(word: &str) -> Option<(u32, u32, u32)> {
    let mut parts = word.split(':').map(|part| {
        let digits = part.split('.').next().unwrap_or_default();
        digits.parse::<u32>().ok()
    });
    let hour = parts.next()??;
    let minute = parts.next()??;
    let second = parts.next().unwrap_or(Some(0))?;
    Some((hour, minute, second.min(59)))
}

fn full_year(digits: usize, number: i32) -> Option<i32> {
    match digits {
        2 if number < 50 => Some(2000 + number),
        2 | 3 => Some(1900 + number),
        4 => Some(number),
        _ => None,
    }
}

/// Seconds east of UTC of `+0200`. No place is more than 14 hours away: taken as UTC.
fn numeric_zone(word: &str) -> Option<i32> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if digits.len() != 4 {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let seconds = (number / 100 * 60 + number % 100) * 60;
    Some(if seconds <= 14 * 3600 {
        sign * seconds
    } else {
        0
    })
}

/// Zones with a name in RFC 5322 (4.3), and the ones of Europe and Japan that old mail has.
fn named_zone(word: &str) -> Option<i32> {
    let hours = match word.to_ascii_uppercase().as_str() {
        "GMT" | "UT" | "UTC" | "Z" | "WET" => 0,
        "EST" | "CDT" => -5,
        "EDT" => -4,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        "CET" | "MET" | "BST" => 1,
        "CEST" | "MEST" | "EET" => 2,
        "EEST" | "MSK" => 3,
        "JST" => 9,
        _ => return None,
    };
    Some(hours * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(value: &str) -> Option<String> {
        parse(value).map(|date| date.format("%Y-%m-%dT%H:%M:%S").to_string())
    }

    #[test]
    fn dates_of_real_mail() {
        for (value, expected) in [
            ("Mon, 29 Apr 2019 19:28:49 +0000", "2019-04-29T19:28:49"),
            (
                "Tue, 2 Jan 2007 10:00:00 +0100 (CET)",
                "2007-01-02T09:00:00",
            ),
            ("2 Jan 2007 10:00 EST", "2007-01-02T15:00:00"),
            ("Sun, 01 Mar 15 16:40:10 +0100", "2015-03-01T15:40:10"),
            ("Wed, 14 Nov 90 10:27:00 GMT", "1990-11-14T10:27:00"),
            ("Tue, 2 Jan 107 10:00:00 -0000", "2007-01-02T10:00:00"),
            ("Thu Jan  1 00:00:01 1970", "1970-01-01T00:00:01"),
            ("Tue Jan 2 10:00:00 PST 2007", "2007-01-02T18:00:00"),
            ("Tue, 02-Jan-2007 10:00:00 GMT", "2007-01-02T10:00:00"),
            ("Tuesday, January 2, 2007 10:00:60", "2007-01-02T10:00:59"),
            ("2007-01-02T10:00:00+02:00", "2007-01-02T08:00:00"),
            ("Tue, 2 Jan 2007 10:00:00 +2000", "2007-01-02T10:00:00"),
        ] {
            assert_eq!(iso(value).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn no_dates() {
        for value in [
            "",
            "yesterday",
            "32 Jan 2007 10:00",
            "Tue, 2 Jan 2007",
            "2 Foo 2007 1:00",
        ] {
            assert_eq!(iso(value), None, "{value}");
        }
    }

    #[test]
    fn separators() {
        for line in [
            "From user at example.com  Tue Jan  2 10:00:00 2007\n",
            "From anna@example.com Tue Jan  2 10:00:00 2007\r\n",
            "From - Tue Jan 02 10:00:00 2007",
            "From 1234@xxx Tue Jan 02 10:00:00 +0000 2007",
            "From MAILER-DAEMON Tue, 2 Jan 2007 10:00:00 +0000",
            "From Jan.Mon@example.com Tue Jan  2 10:00:00 GMT 2007 remote from uucp",
        ] {
            let date = of_from_line(line.as_bytes()).map(|date| date.timestamp());
            assert_eq!(date, Some(1_167_732_000), "{line}");
        }
        for line in [
            "From Mon on we meet at 10:00 in room 2007\n",
            "From the start of Tue we knew\n",
            "From: anna@example.com\n",
            "From anna@example.com\n",
        ] {
            assert_eq!(of_from_line(line.as_bytes()), None, "{line}");
        }
    }
}
