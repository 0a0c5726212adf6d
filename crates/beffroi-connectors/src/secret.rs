//! Tokens of the configuration: they do not print.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a secret looks like wherever settings are shown.
const MASK: &str = "***";

/// A token. `Debug` and serialisation show a mask; only the connectors can read the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself, to be put into a request and nowhere else.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_number(deserializer).map(Self)
    }
}

/// Reads a text. One of digits alone comes as a number from the environment; what is neither is refused
/// without being shown.
pub(crate) fn text_or_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shape {
        Text(String),
        Number(u64),
    }
    match Shape::deserialize(deserializer) {
        Ok(Shape::Text(text)) => Ok(text),
        Ok(Shape::Number(number)) => Ok(number.to_string()),
        Err(_) => Err(serde::de::Error::custom("expected a text in quotes")),
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_nowhere() {
        let secret: Secret = serde_json::from_str("\"hush\"").unwrap();
        assert_eq!(secret.expose(), "hush");
        let digits: Secret = serde_json::from_str("12345").unwrap();
        assert_eq!(digits.expose(), "12345");
        let refused = serde_json::from_str::<Secret>("[12345]")
            .unwrap_err()
            .to_string();
        assert!(!refused.contains("12345"), "{refused}");
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
    }
}
