//! What a run is restricted to: `--only platform=bluesky,mastodon --only department=35`.

use std::{collections::BTreeSet, str::FromStr};

use beffroi_model::{Category, Collectivity, Platform};
use serde::{Deserialize, Serialize};

use crate::lane::stable_hash;

/// A restriction: of each kind that is named, one of the values must hold. Empty is everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Platforms.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub platforms: BTreeSet<Platform>,
    /// Categories.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<Category>,
    /// Département codes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub departments: BTreeSet<String>,
}

/// A restriction that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScope {
    /// Not `kind=value`.
    #[error("`{0}` is not of the form `platform=…`, `category=…` or `department=…`")]
    Shape(String),
    /// An unknown value.
    #[error("`{value}` is no {kind}; expected one of {expected}")]
    Value {
        /// The kind.
        kind: &'static str,
        /// The value given.
        value: String,
        /// The words known.
        expected: String,
    },
}

impl Scope {
    /// Reads restrictions of the form `kind=value[,value…]`. A value alone is looked for among the
    /// platforms, then the categories, then taken as a département when it has its shape.
    pub fn parse<'a>(
        restrictions: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, InvalidScope> {
        let mut scope = Self::default();
        for restriction in restrictions {
            let (kind, values) = match restriction.split_once(['=', ':']) {
                Some((kind, values)) => (Some(kind.trim()), values),
                None => (None, restriction),
            };
            for value in values
                .split(',')
                .map(str::trim)
                .filter(|value| !value.is_empty())
            {
                scope.add(kind, value, restriction)?;
            }
        }
        Ok(scope)
    }

    fn add(&mut self, kind: Option<&str>, value: &str, whole: &str) -> Result<(), InvalidScope> {
        match kind {
            Some("platform") => {
                self.platforms.insert(word(value, "platform")?);
            }
            Some("category") => {
                self.categories.insert(word(value, "category")?);
            }
            Some("department" | "departement" | "département") => {
                self.departments.insert(department(value)?);
            }
            Some(_) => return Err(InvalidScope::Shape(whole.to_owned())),
            None => {
                if let Ok(platform) = Platform::from_str(value) {
                    self.platforms.insert(platform);
                } else if let Ok(category) = Category::from_str(value) {
                    self.categories.insert(category);
                } else {
                    let code =
                        department(value).map_err(|_| InvalidScope::Shape(whole.to_owned()))?;
                    self.departments.insert(code);
                }
            }
        }
        Ok(())
    }

    /// Whether everything is asked for.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an account of this platform, belonging to this body, is asked for.
    pub fn includes(&self, platform: Platform, body: &Collectivity) -> bool {
        self.includes_platform(platform)
            && (self.categories.is_empty() || self.categories.contains(&body.category))
            && (self.departments.is_empty() || self.departments.contains(&body.department_code))
    }

    /// Whether the platform is asked for.
    pub fn includes_platform(&self, platform: Platform) -> bool {
        self.platforms.is_empty() || self.platforms.contains(&platform)
    }

    /// The restrictions in words that [`Scope::parse`] reads back, one for each kind named.
    pub fn restrictions(&self) -> Vec<String> {
        let join = |kind: &str, values: Vec<String>| {
            (!values.is_empty()).then(|| format!("{kind}={}", values.join(",")))
        };
        let platforms = self.platforms.iter().map(ToString::to_string).collect();
        let categories = self.categories.iter().map(ToString::to_string).collect();
        let departments = self.departments.iter().cloned().collect();
        [
            join("platform", platforms),
            join("category", categories),
            join("department", departments),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// A label for the run's name, the same for the same restriction: the values while they are few,
    /// else the first and a hash. `None` for everything.
    pub fn label(&self) -> Option<String> {
        if self.is_everything() {
            return None;
        }
        let words: Vec<String> = (self.platforms.iter().map(ToString::to_string))
            .chain(self.categories.iter().map(ToString::to_string))
            .chain(self.departments.iter().cloned())
            .map(|word| word.to_lowercase().replace('_', "-"))
            .collect();
        let label = words.join("-");
        if label.len() <= 40 {
            return Some(label);
        }
        let head: String = words[0].chars().take(40).collect();
        Some(format!("{head}-{:016x}", stable_hash(label.as_bytes())))
    }
}

fn word<T>(value: &str, kind: &'static str) -> Result<T, InvalidScope>
where
    T: FromStr + strum::IntoEnumIterator + ToString,
{
    value.parse().map_err(|_| InvalidScope::Value {
        kind,
        value: value.to_owned(),
        expected: T::iter()
            .map(|word| word.to_string())
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// `1` and `2a` are meant as `01` and `2A`.
fn department(value: &str) -> Result<String, InvalidScope> {
    let code = format!("{:0>2}", value.to_uppercase());
    let shaped = (2..=3).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_digit())
        && code
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'A' | b'B'));
    if shaped {
        Ok(code)
    } else {
        Err(InvalidScope::Value {
            kind: "department",
            value: value.to_owned(),
            expected: "a code such as 35, 2A or 974".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restrictions_are_read_with_and_without_their_kind() {
        let scope = Scope::parse([
            "platform=bluesky,mastodon",
            "35",
            "commune",
            "department=2a",
        ]);
        let scope = scope.unwrap();
        assert_eq!(
            scope.platforms,
            [Platform::Mastodon, Platform::Bluesky].into()
        );
        assert_eq!(scope.departments, ["2A".to_owned(), "35".to_owned()].into());
        assert_eq!(scope.label().unwrap(), "mastodon-bluesky-commune-2a-35");
        assert_eq!(Scope::default().label(), None);
        let again = scope.restrictions();
        assert_eq!(again[0], "platform=mastodon,bluesky");
        assert_eq!(Scope::parse(again.iter().map(String::as_str)), Ok(scope));
    }

    #[test]
    fn a_wrong_restriction_names_what_was_expected() {
        let message = Scope::parse(["platform=myspace"]).unwrap_err().to_string();
        assert!(
            message.contains("myspace") && message.contains("bluesky"),
            "{message}"
        );
        assert!(
            Scope::parse(["colour=red"])
                .unwrap_err()
                .to_string()
                .contains("platform=…")
        );
        assert!(Scope::parse(["nowhere"]).is_err());
    }

    #[test]
    fn a_long_restriction_has_a_short_label_that_a_run_id_takes() {
        let all: Vec<String> = (1..=95).map(|code| format!("department={code}")).collect();
        let label = Scope::parse(all.iter().map(String::as_str))
            .unwrap()
            .label()
            .unwrap();
        assert!(
            format!("2026-11-23.{label}")
                .parse::<beffroi_model::RunId>()
                .is_ok(),
            "{label}"
        );
    }
}
