//! Reading the parameters of a GraphQL request, wherever they come from.

use async_graphql::{Request, Variables};
use axum::{extract::Query, http::Uri};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// The parameters as JSON, each still to be read: so an error can name the one that is wrong.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(borrow, default)]
    query: Option<&'a RawValue>,
    #[serde(borrow, default)]
    operation_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    variables: Option<&'a RawValue>,
    #[serde(borrow, default)]
    extensions: Option<&'a RawValue>,
}

/// The same in a URL: text, of which two are JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InUrl {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// What the body of a POST holds.
#[derive(Debug)]
pub(crate) enum Body {
    One(Box<Request>),
    /// 1 to `batch` requests, to be run one after the other.
    Batch(Vec<Request>),
}

/// Reads a body; an error is a sentence for the client.
pub(crate) fn from_body(body: &[u8], batch: usize) -> Result<Body, String> {
    let text = std::str::from_utf8(body)
        .map_err(|error| format!("The body is not valid UTF-8: {error}."))?;
    match text.trim_start().chars().next() {
        None => Err("The body is empty; it must be a JSON object with a `query`.".into()),
        Some('[') => {
            let parts: Vec<&RawValue> =
                serde_json::from_str(text).map_err(|error| format!("Not valid JSON: {error}."))?;
            if parts.is_empty() {
                return Err("The batch is empty.".into());
            }
            if parts.len() > batch {
                return Err(format!(
                    "A batch may have at most {batch} requests; this one has {}.",
                    parts.len()
                ));
            }
            let requests = parts
                .into_iter()
                .map(|part| from_json(part.get()))
                .collect::<Result<_, _>>()?;
            Ok(Body::Batch(requests))
        }
        Some(_) => from_json(text).map(|request| Body::One(Box::new(request))),
    }
}

/// Reads one JSON object; an error is a sentence for the client.
pub(crate) fn from_json(text: &str) -> Result<Request, String> {
    // Asked first, because an array of the right parts would pass for a struct.
    if !text.trim_start().starts_with('{') {
        return Err("A GraphQL request is a JSON object with a `query`.".into());
    }
    let raw: Raw<'_> =
        serde_json::from_str(text).map_err(|error| format!("Not valid JSON: {error}."))?;
    build(
        read::<String>("query", "a string", raw.query.map(RawValue::get))?,
        read::<String>(
            "operationName",
            "a string",
            raw.operation_name.map(RawValue::get),
        )?,
        raw.variables.map(RawValue::get),
        raw.extensions.map(RawValue::get),
    )
}

/// Reads the query string of a GET; an error is a sentence for the client.
pub(crate) fn from_url(uri: &Uri) -> Result<Request, String> {
    let Query(params) = Query::<InUrl>::try_from_uri(uri)
        .map_err(|error| format!("The URL's query string cannot be read: {error}."))?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    build(
        params.query,
        params.operation_name,
        given(params.variables).as_deref(),
        given(params.extensions).as_deref(),
    )
}

fn build(
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<&str>,
    extensions: Option<&str>,
) -> Result<Request, String> {
    let mut request = Request::new(query.unwrap_or_default());
    request.operation_name = operation_name.filter(|name| !name.is_empty());
    if let Some(variables) = read::<Variables>("variables", "an object", variables)? {
        request.variables = variables;
    }
    if let Some(extensions) = read("extensions", "an object", extensions)? {
        request.extensions = extensions;
    }
    if request.query.is_empty() && !is_hash_only(&request) {
        return Err("The parameter `query` is missing: it holds the GraphQL document.".into());
    }
    Ok(request)
}

/// Whether a request only names a document that was sent before, by its hash (automatic persisted queries).
fn is_hash_only(request: &Request) -> bool {
    request.query.is_empty() && request.extensions.contains_key("persistedQuery")
}

fn read<T: DeserializeOwned>(
    name: &str,
    kind: &str,
    json: Option<&str>,
) -> Result<Option<T>, String> {
    json.map(serde_json::from_str::<Option<T>>)
        .transpose()
        .map(Option::flatten)
        .map_err(|error| format!("The parameter `{name}` must be {kind}: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        for (body, expected) in [
            ("", "The body is empty"),
            ("{\"not json", "Not valid JSON"),
            ("5", "is a JSON object"),
            ("null", "is a JSON object"),
            ("{}", "`query` is missing"),
            (r#"{"query":""}"#, "`query` is missing"),
            (r#"{"query":0}"#, "`query` must be a string"),
            (r#"{"query":"{a}","operationName":{}}"#, "`operationName`"),
            (r#"{"query":"{a}","variables":"x"}"#, "`variables`"),
            (r#"{"query":"{a}","variables":[1]}"#, "`variables`"),
            (r#"{"query":"{a}","extensions":false}"#, "`extensions`"),
            ("[]", "The batch is empty"),
            (
                r#"[{"query":"{a}"},{"query":"{a}"},{"query":"{a}"}]"#,
                "at most 2",
            ),
            (r#"[[{"query":"{a}"}]]"#, "is a JSON object"),
        ] {
            let error = from_body(body.as_bytes(), 2).unwrap_err();
            assert!(error.contains(expected), "{body}: {error}");
        }
        assert!(
            from_body(b"{\"query\":\"\xff\"}", 2)
                .unwrap_err()
                .contains("UTF-8")
        );
    }

    #[test]
    fn null_parameters_are_absent_ones() {
        let body =
            r#" {"query":"{a}","variables":null,"operationName":null,"extensions":null,"id":1}"#;
        let Body::One(request) = from_body(body.as_bytes(), 1).unwrap() else {
            panic!("one")
        };
        assert_eq!(request.query, "{a}");
        assert_eq!(request.operation_name, None);
        assert!(request.variables.is_empty() && request.extensions.is_empty());
    }

    #[test]
    fn a_url_holds_all_four() {
        let uri = "/graphql?query=query%20A%7Ba%7D&operationName=A&variables=%7B%22x%22%3A1%7D&extensions="
            .parse()
            .unwrap();
        let request = from_url(&uri).unwrap();
        assert_eq!(request.operation_name.as_deref(), Some("A"));
        assert_eq!(request.variables.len(), 1);
        assert!(from_url(&"/graphql".parse().unwrap()).is_err());
        assert!(from_url(&"/graphql?query=%7Ba%7D&variables=x".parse().unwrap()).is_err());
    }
}
