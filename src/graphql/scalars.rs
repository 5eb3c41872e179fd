//! Scalars of our own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate, SecondsFormat, SubsecRound, Utc};

use crate::domain::event::Position;
use crate::domain::image::Time;

/// A year that RFC 3339 can write and Postgres can keep.
fn is_a_year(year: i32) -> bool {
    (0..=9999).contains(&year)
}

/// A moment in UTC as RFC 3339 writes it, such as `2026-04-01T09:30:00.250Z`, in microseconds at most. As input any
/// offset is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub Time);

/// A moment in UTC as RFC 3339 writes it, such as `2026-04-01T09:30:00.250Z`, in microseconds at most. As input any
/// offset is read.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let time = chrono::DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc));
        match time {
            Ok(time) if is_a_year(time.year()) => Ok(Self(time.trunc_subsecs(6))),
            _ => Err(InputValueError::custom(
                "not a moment of RFC 3339, such as 2026-04-01T09:30:00Z",
            )),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A day without a time, such as `2026-04-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day without a time, such as `2026-04-01`.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) if is_a_year(date.year()) => Ok(Self(date)),
            _ => Err(InputValueError::custom("not a day, such as 2026-04-01")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A position in the account's cascade log. Opaque; as texts, later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub Position);

/// A position in the account's cascade log. Opaque; as texts, later ones are greater.
#[Scalar]
impl ScalarType for Cursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let bad = "not a cursor of the log; take it from `asOf` or a cascade";
        Position::parse(text)
            .map(Self)
            .ok_or_else(|| InputValueError::custom(bad).with_extension("code", "BAD_CURSOR"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A value of any shape, as JSON has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json(pub Value);

/// A value of any shape, as JSON has it.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse<T: ScalarType>(text: &str) -> Option<T> {
        T::parse(Value::String(text.into())).ok()
    }

    #[test]
    fn moments_are_utc_in_microseconds() {
        let shown = |text| parse::<DateTime>(text).unwrap().to_value().to_string();
        assert_eq!(
            shown("2026-04-01T11:30:00+02:00"),
            "\"2026-04-01T09:30:00Z\""
        );
        assert_eq!(
            shown("2026-04-01T09:30:00.1234567Z"),
            "\"2026-04-01T09:30:00.123456Z\""
        );
        for bad in ["2026-04-01", "now", "", "2026-13-01T00:00:00Z"] {
            assert_eq!(parse::<DateTime>(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_are_days() {
        assert_eq!(
            parse::<Date>("2024-02-29").unwrap().to_value().to_string(),
            "\"2024-02-29\""
        );
        for bad in ["2023-02-29", "2024-02-29T00:00:00Z", "+12345-01-01", ""] {
            assert_eq!(parse::<Date>(bad), None, "{bad}");
        }
    }

    #[test]
    fn positions_are_checked() {
        assert!(parse::<Cursor>("000000000000002a").is_some());
        assert!(parse::<Cursor>("42").is_none());
    }
}
