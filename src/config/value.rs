//! Values of settings: from a file they have a type, from the environment and the command line they are text.

use std::net::SocketAddr;
use std::ops::RangeInclusive;

/// A value as it was found.
#[derive(Debug, Clone, Copy)]
pub enum Given<'a> {
    /// In a file.
    Toml(&'a toml::Value),
    /// In the environment or a flag.
    Text(&'a str),
}

impl Given<'_> {
    /// What it is, for messages. Long ones are cut: somebody may have pasted anything.
    fn shown(&self) -> String {
        let text = match self {
            Self::Toml(value) => value.to_string(),
            Self::Text(text) => format!("\"{text}\""),
        };
        text.chars().take(60).collect()
    }

    pub(super) fn is_not(&self, what: &str) -> String {
        format!("must be {what}, not {}", self.shown())
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Toml(value) => value.as_str(),
            Self::Text(text) => Some(text),
        }
    }
}

/// What a setting can be.
pub(super) trait Settable: Sized {
    /// The kind in a word, for people.
    const KIND: &'static str;

    /// Takes what was given; else what it must be.
    fn take(given: &Given<'_>) -> Result<Self, String>;

    /// As a file would give it.
    fn shown(&self) -> String;
}

/// Refuses a number outside of its range.
pub(super) fn within<N>(number: N, range: RangeInclusive<N>) -> Result<(), String>
where
    N: PartialOrd + std::fmt::Display + Copy,
{
    if range.contains(&number) {
        return Ok(());
    }
    let (least, most) = (range.start(), range.end());
    Err(format!("must be from {least} to {most}, not {number}"))
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Settable for $number {
            const KIND: &'static str = "number";

            fn take(given: &Given<'_>) -> Result<Self, String> {
                let number = match given {
                    Given::Toml(toml::Value::Integer(number)) => Self::try_from(*number).ok(),
                    Given::Text(text) => text.trim().parse().ok(),
                    Given::Toml(_) => None,
                };
                number.ok_or_else(|| given.is_not("a whole number"))
            }

            fn shown(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

numbers!(u32, u64, usize);

impl Settable for bool {
    const KIND: &'static str = "true or false";

    fn take(given: &Given<'_>) -> Result<Self, String> {
        let yes = match given {
            Given::Toml(toml::Value::Boolean(yes)) => Some(*yes),
            Given::Text(text) => match text.trim().to_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Some(true),
                "false" | "0" | "no" | "off" => Some(false),
                _ => None,
            },
            Given::Toml(_) => None,
        };
        yes.ok_or_else(|| given.is_not("true or false"))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Settable for String {
    const KIND: &'static str = "text";

    fn take(given: &Given<'_>) -> Result<Self, String> {
        let text = given.text().map(str::to_owned);
        text.ok_or_else(|| given.is_not("text"))
    }

    fn shown(&self) -> String {
        toml::Value::String(self.clone()).to_string()
    }
}

impl Settable for SocketAddr {
    const KIND: &'static str = "address";

    fn take(given: &Given<'_>) -> Result<Self, String> {
        let address = given.text().and_then(|text| text.trim().parse().ok());
        address.ok_or_else(|| given.is_not("an address with a port, such as 127.0.0.1:4000"))
    }

    fn shown(&self) -> String {
        self.to_string().shown()
    }
}

/// What a list is made of.
pub(super) trait Item: Sized {
    /// What it must be, with an example.
    const WHAT: &'static str;

    /// Reads one.
    fn read(text: &str) -> Option<Self>;

    /// Writes one as it is read.
    fn text(&self) -> String;
}

/// In the environment and on the command line, several are separated by commas.
impl<T: Item> Settable for Vec<T> {
    const KIND: &'static str = "list";

    fn take(given: &Given<'_>) -> Result<Self, String> {
        let texts: Option<Vec<&str>> = match given {
            Given::Toml(toml::Value::Array(values)) => {
                values.iter().map(toml::Value::as_str).collect()
            }
            Given::Text(text) => {
                let texts = text.split(',').map(str::trim);
                Some(texts.filter(|text| !text.is_empty()).collect())
            }
            Given::Toml(_) => None,
        };
        let texts = texts.ok_or_else(|| given.is_not("a list of texts"))?;
        let read = |text: &str| T::read(text).ok_or_else(|| Given::Text(text).is_not(T::WHAT));
        texts.into_iter().map(read).collect()
    }

    fn shown(&self) -> String {
        let texts: Vec<_> = self.iter().map(|item| item.text().shown()).collect();
        format!("[{}]", texts.join(", "))
    }
}
