//! What a token claims.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

/// The claims of a token that is good.
#[derive(Clone, Deserialize)]
pub struct Claims {
    /// When it ends, in seconds since 1970.
    exp: f64,
    #[serde(flatten)]
    others: HashMap<String, Value>,
}

impl Claims {
    /// When it ends, in seconds since 1970.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a cast from a float saturates, and a fraction of a second is no matter"
    )]
    pub fn ends(&self) -> i64 {
        self.exp as i64
    }

    /// A claim that is a text and not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.others.get(name)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    /// Whether the provider says that it has not made sure of the e-mail address (OpenID Connect Core, 5.1). Some write
    /// the truth value as a text.
    #[must_use]
    pub fn email_is_doubtful(&self) -> bool {
        match self.others.get("email_verified") {
            None | Some(Value::Bool(true)) => false,
            Some(Value::String(text)) => text != "true",
            Some(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_texts_and_doubt_is_doubt() {
        let claims = |json: &str| serde_json::from_str::<Claims>(json).unwrap();
        let one = claims(r#"{"exp": 7.9, "sub": "s", "email": "", "groups": ["a"], "n": 5}"#);
        assert_eq!((one.ends(), one.text("sub")), (7, Some("s")));
        for name in ["email", "groups", "n", "none"] {
            assert_eq!(one.text(name), None, "{name}");
        }
        for (verified, doubtful) in [
            ("true", false),
            ("\"true\"", false),
            ("false", true),
            ("\"false\"", true),
            ("null", true),
            ("1", true),
        ] {
            let text = format!(r#"{{"exp": 1, "email_verified": {verified}}}"#);
            assert_eq!(claims(&text).email_is_doubtful(), doubtful, "{verified}");
        }
        assert!(!one.email_is_doubtful());
    }
}
