//! Media types: what a request may be, and in which of ours the client wants its answer.

use axum::http::{HeaderMap, StatusCode, header};
use mime::Mime;

use super::problem::{Problem, code};

/// The two ways to give a GraphQL response as JSON (GraphQL over HTTP, "Media Types").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/graphql-response+json`: the status says how the request went.
    GraphQlResponse,
    /// `application/json`, asked for by name: 200 for whatever is a well-formed request.
    LegacyJson,
    /// `application/json` for a client that takes anything. It made no claim to understand errors only with 200,
    /// so the status tells it the truth, as the specification wants since its watershed of January 2025.
    AnyJson,
}

impl MediaType {
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GraphQlResponse => "application/graphql-response+json; charset=utf-8",
            Self::LegacyJson | Self::AnyJson => "application/json; charset=utf-8",
        }
    }

    /// The status of a document that was refused.
    pub fn request_error(self) -> StatusCode {
        match self {
            Self::LegacyJson => StatusCode::OK,
            Self::GraphQlResponse | Self::AnyJson => StatusCode::BAD_REQUEST,
        }
    }
}

/// What the client takes. At least one of the two is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    json: Option<MediaType>,
    events: bool,
    events_preferred: bool,
}

impl Accepted {
    /// Reads `Accept`.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let ranges = Ranges::of(headers);
        if ranges.0.is_empty() {
            return Ok(Self {
                json: Some(MediaType::AnyJson),
                events: false,
                events_preferred: false,
            });
        }
        let response = ranges.weigh("application", "graphql-response+json");
        let json = ranges.weigh("application", "json");
        let events = ranges.weigh("text", "event-stream");
        // A wildcard alone asks for neither a stream nor the newer type.
        let events = if events.named { events.weight } else { 0.0 };
        let chosen = if response.named && response.weight > 0.0 && response.weight >= json.weight {
            Some((MediaType::GraphQlResponse, response.weight))
        } else if json.weight > 0.0 {
            let media = if json.exact {
                MediaType::LegacyJson
            } else {
                MediaType::AnyJson
            };
            Some((media, json.weight))
        } else if response.weight > 0.0 {
            Some((MediaType::GraphQlResponse, response.weight))
        } else {
            None
        };
        if chosen.is_none() && events <= 0.0 {
            return Err(Problem::new(
                StatusCode::NOT_ACCEPTABLE,
                code::NOT_ACCEPTABLE,
                "Answers come as application/graphql-response+json, application/json or text/event-stream; \
                 `Accept` names none of them.",
            ));
        }
        Ok(Self {
            json: chosen.map(|(media, _)| media),
            events: events > 0.0,
            events_preferred: events > chosen.map_or(0.0, |(_, weight)| weight),
        })
    }

    /// In what to say that something is wrong.
    pub fn for_problem(self) -> MediaType {
        self.json.unwrap_or(MediaType::AnyJson)
    }

    /// In what to answer a query or mutation; `None`: as events.
    pub fn for_result(self) -> Option<MediaType> {
        self.json.filter(|_| !self.events_preferred)
    }

    /// Whether a subscription can be answered.
    pub fn takes_events(self) -> bool {
        self.events
    }
}

/// How much the client wants a media type.
#[derive(Clone, Copy)]
struct Wish {
    weight: f32,
    /// Its top-level type was named, not only `*/*`.
    named: bool,
    /// It was named itself.
    exact: bool,
}

struct Ranges(Vec<(Mime, f32)>);

impl Ranges {
    /// Media ranges with their weights. What cannot be read is passed over, as RFC 9110 leaves open.
    fn of(headers: &HeaderMap) -> Self {
        let ranges = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|range| range.trim().parse::<Mime>().ok())
            .map(|range| {
                let weight = range
                    .get_param("q")
                    .map_or(1.0, |q| q.as_str().parse().unwrap_or(0.0));
                (range, weight)
            })
            .collect();
        Self(ranges)
    }

    /// The weight of one of our types: that of the most specific range that covers it (RFC 9110, 12.5.1).
    fn weigh(&self, kind: &str, subtype: &str) -> Wish {
        let best = self
            .0
            .iter()
            .filter_map(|(range, weight)| {
                let range_subtype = match range.suffix() {
                    Some(suffix) => format!("{}+{suffix}", range.subtype()),
                    None => range.subtype().to_string(),
                };
                let specific = match (range.type_().as_str(), range_subtype.as_str()) {
                    ("*", "*") => 0,
                    (k, "*") if k == kind => 1,
                    (k, s) if k == kind && s == subtype => 2,
                    _ => return None,
                };
                Some((specific, *weight))
            })
            .max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        match best {
            Some((specific, weight)) => Wish {
                weight,
                named: specific == 2 || (specific == 1 && kind == "text"),
                exact: specific == 2,
            },
            None => Wish {
                weight: 0.0,
                named: false,
                exact: false,
            },
        }
    }
}

/// Refuses a body that is not JSON in UTF-8. This also keeps foreign web pages out: a form or a plain `fetch` cannot
/// send this content type without the browser asking first (cross-site request forgery).
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<Mime>().ok());
    let fits = content_type.is_some_and(|mime| {
        mime.essence_str() == "application/json"
            && mime
                .get_param("charset")
                .is_none_or(|charset| charset == "utf-8" || charset == "utf8")
    });
    if fits {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        code::UNSUPPORTED_MEDIA_TYPE,
        "The body must be JSON in UTF-8: send `Content-Type: application/json`.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer to a query (`-` for events) and whether a subscription can be answered.
    fn accepted(accept: &str) -> Option<(Option<MediaType>, bool)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        let accepted = Accepted::of(&headers).ok()?;
        Some((accepted.for_result(), accepted.takes_events()))
    }

    #[test]
    fn accept_is_weighed() {
        use MediaType::{AnyJson, GraphQlResponse, LegacyJson};
        for (accept, expected) in [
            ("*/*", Some((Some(AnyJson), false))),
            ("application/*", Some((Some(AnyJson), false))),
            ("application/json", Some((Some(LegacyJson), false))),
            (
                "application/graphql-response+json",
                Some((Some(GraphQlResponse), false)),
            ),
            (
                "application/graphql-response+json, application/json;q=0.9",
                Some((Some(GraphQlResponse), false)),
            ),
            (
                "application/json, application/graphql-response+json;q=0.5",
                Some((Some(LegacyJson), false)),
            ),
            (
                "application/json;q=0, */*",
                Some((Some(GraphQlResponse), false)),
            ),
            ("text/event-stream", Some((None, true))),
            (
                "text/event-stream, application/json;q=0.1",
                Some((None, true)),
            ),
            (
                "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed",
                Some((Some(GraphQlResponse), true)),
            ),
            (
                "text/html, application/xhtml+xml, */*;q=0.8",
                Some((Some(AnyJson), false)),
            ),
            ("text/html", None),
            ("text/event-stream;q=0", None),
        ] {
            assert_eq!(accepted(accept), expected, "{accept}");
        }
    }

    #[test]
    fn only_json_in_utf_8_is_a_body() {
        for (content_type, fits) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=latin1", false),
            ("application/jsonp", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("nonsense", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
            assert_eq!(require_json(&headers).is_ok(), fits, "{content_type}");
        }
        assert!(require_json(&HeaderMap::new()).is_err());
    }
}
