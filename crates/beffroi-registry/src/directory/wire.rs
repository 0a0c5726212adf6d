//! A body as the directory writes it. Only these fields are read; see the module's rule.
//!
//! The archive holds composite fields as arrays, the API and its exports as strings that hold the
//! array as JSON; either may be empty, null or missing.

use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::Value;

use crate::cells::Fault;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireBody {
    id: Value,
    nom: Value,
    siren: Value,
    pivot: Value,
    code_insee_commune: Value,
    ancien_code_pivot: Value,
    site_internet: Value,
    reseau_social: Value,
    date_modification: Value,
    url_service_public: Value,
}

/// A body's type and the communes that it serves.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pivot {
    pub(super) type_word: String,
    pub(super) insee_codes: Vec<String>,
}

/// A link of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) address: String,
    /// Of a website what it is, of an account which network.
    pub(super) label: Option<String>,
}

/// The old key of a body, `mairie-99001-01`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OldCode {
    pub(super) insee_code: String,
    pub(super) rank: u32,
}

impl WireBody {
    pub(super) fn id(&self) -> Option<String> {
        text(&self.id)
    }

    pub(super) fn name(&self) -> Option<String> {
        text(&self.nom)
    }

    pub(super) fn siren(&self) -> Option<String> {
        text(&self.siren)
    }

    pub(super) fn page(&self) -> Option<String> {
        text(&self.url_service_public)
    }

    pub(super) fn insee_code(&self) -> Option<String> {
        text(&self.code_insee_commune)
    }

    /// Day and time of the last change, local time of Paris assumed.
    pub(super) fn modified(&self) -> Option<DateTime> {
        DateTime::strptime("%d/%m/%Y %H:%M:%S", text(&self.date_modification)?).ok()
    }

    pub(super) fn old_code(&self) -> Option<OldCode> {
        let code = text(&self.ancien_code_pivot)?;
        let mut parts = code.rsplitn(3, '-');
        let (rank, insee_code) = (parts.next()?, parts.next()?);
        Some(OldCode {
            insee_code: insee_code.to_owned(),
            rank: rank.parse().ok()?,
        })
    }

    pub(super) fn pivots(&self) -> Result<Vec<Pivot>, Fault> {
        let pivots = items(&self.pivot)?
            .iter()
            .map(|item| Pivot {
                type_word: text(&item["type_service_local"]).unwrap_or_default(),
                insee_codes: texts(&item["code_insee_commune"]),
            })
            .collect();
        Ok(pivots)
    }

    pub(super) fn websites(&self) -> Result<Vec<Link>, Fault> {
        links(&self.site_internet, "libelle")
    }

    /// The network's name is in `custom_dico2`; the free text of `description` is not read.
    pub(super) fn networks(&self) -> Result<Vec<Link>, Fault> {
        links(&self.reseau_social, "custom_dico2")
    }
}

fn links(field: &Value, label: &str) -> Result<Vec<Link>, Fault> {
    let mut links = Vec::new();
    for item in items(field)? {
        let (addresses, label) = match &item {
            Value::Object(_) => (texts(&item["valeur"]), text(&item[label])),
            bare => (texts(bare), None),
        };
        links.extend(addresses.into_iter().map(|address| Link {
            address,
            label: label.clone(),
        }));
    }
    Ok(links)
}

/// The items of a composite field in either encoding.
fn items(field: &Value) -> Result<Vec<Value>, Fault> {
    match field {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => Ok(items.clone()),
        Value::Object(_) => Ok(vec![field.clone()]),
        Value::String(encoded) => {
            let encoded = encoded.trim();
            if encoded.is_empty() {
                return Ok(Vec::new());
            }
            if encoded != "null" && !encoded.starts_with(['[', '{', '"']) {
                return Ok(vec![field.clone()]);
            }
            match serde_json::from_str(encoded) {
                Ok(Value::String(text)) => Ok(vec![Value::String(text)]),
                Ok(inner) => items(&inner),
                Err(error) => Err(format!(
                    "the field is a string that should hold JSON: {error}"
                )),
            }
        }
        Value::Bool(_) | Value::Number(_) => {
            Err("the field should be a list, or a string that holds one as JSON".into())
        }
    }
}

/// A scalar's text, `None` when there is nothing in it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text or a list of texts.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text).collect(),
        _ => text(value).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(json: Value) -> WireBody {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_composite_field_reads_the_same_in_both_encodings() {
        let list = json!([{"valeur": "https://a.example", "libelle": ""},
                          {"valeur": ["https://b.example", ""], "libelle": "Plan"}]);
        let archive = body(json!({"site_internet": list}));
        let api = body(json!({"site_internet": list.to_string()}));
        let links = archive.websites().unwrap();
        assert_eq!(links, api.websites().unwrap());
        assert_eq!(links[0].address, "https://a.example");
        assert_eq!(links[1].label.as_deref(), Some("Plan"));
    }

    #[test]
    fn an_empty_field_has_no_items_however_emptiness_is_written() {
        for empty in [
            json!(null),
            json!(""),
            json!("[]"),
            json!([]),
            json!("null"),
            json!(" "),
        ] {
            let body = body(json!({"site_internet": empty, "reseau_social": empty}));
            assert_eq!(body.websites(), Ok(vec![]), "{empty}");
            assert_eq!(body.networks(), Ok(vec![]), "{empty}");
        }
        assert_eq!(WireBody::default().websites(), Ok(vec![]));
    }

    #[test]
    fn a_field_of_another_shape_is_told() {
        for odd in [json!("[{"), json!(true), json!(3)] {
            assert!(
                body(json!({"reseau_social": odd})).networks().is_err(),
                "{odd}"
            );
        }
    }

    #[test]
    fn an_address_without_its_envelope_is_read() {
        let body = body(json!({"site_internet": "https://a.example"}));
        assert_eq!(body.websites().unwrap()[0].address, "https://a.example");
    }

    #[test]
    fn scalars_are_trimmed_and_numbers_are_text() {
        let body = body(json!({"nom": " Mairie - X ", "siren": 219990010, "id": ""}));
        assert_eq!(body.name().as_deref(), Some("Mairie - X"));
        assert_eq!(body.siren().as_deref(), Some("219990010"));
        assert_eq!(body.id(), None);
    }

    #[test]
    fn the_old_code_tells_place_and_rank() {
        let old = body(json!({"ancien_code_pivot": "mairie-99001-02"})).old_code();
        let expected = OldCode {
            insee_code: "99001".into(),
            rank: 2,
        };
        assert_eq!(old, Some(expected));
        assert_eq!(
            body(json!({"ancien_code_pivot": "mairie"})).old_code(),
            None
        );
    }
}
