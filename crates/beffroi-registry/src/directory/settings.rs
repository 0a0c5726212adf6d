//! Which bodies of the directory are collectivities.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::BodyKind;

/// Settings of the directory's import.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DirectorySettings {
    /// The kind of collectivity (`commune`, `intercommunal`, `departement`, `region`) of each
    /// `type_service_local`. Bodies of other types are counted and passed over. Default: `mairie`,
    /// `epci`, `cg` and `cr`; the last two are the codes of the XML edition (before July 2022),
    /// not seen in the JSON one, for which bodies without a listed type are also known by a name
    /// that begins with `Conseil départemental - ` or `Conseil régional - `.
    pub types: BTreeMap<String, BodyKind>,
}

impl Default for DirectorySettings {
    fn default() -> Self {
        let types = [
            ("mairie", BodyKind::Commune),
            ("epci", BodyKind::Intercommunal),
            ("cg", BodyKind::Departement),
            ("cr", BodyKind::Region),
        ];
        Self {
            types: types
                .into_iter()
                .map(|(word, kind)| (word.to_owned(), kind))
                .collect(),
        }
    }
}
