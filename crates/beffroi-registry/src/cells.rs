//! Cells of the CSV formats: each function checks one kind of value and, when it is wrong, says
//! what was expected and how to mend it.

use beffroi_model::{Category, Collectivity, CollectivityId, InseeCode, Siren};
use strum::IntoEnumIterator;

/// What is wrong with a value, remedy included.
pub(crate) type Fault = String;

/// A column of the registry with a checked value.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "each is the field of `Collectivity` of the same name"
)]
pub enum ColumnValue {
    InseeCode(Option<InseeCode>),
    Name(String),
    Category(Category),
    Population(u32),
    DepartmentCode(String),
    RegionCode(String),
    EpciSiren(Option<Siren>),
    PostalCodes(Vec<String>),
    Latitude(Option<f64>),
    Longitude(Option<f64>),
}

/// The columns that a correction may set. `siren` is not among them: it is the key.
pub(crate) const CORRECTABLE: [&str; 10] = [
    "insee_code",
    "name",
    "category",
    "population",
    "department_code",
    "region_code",
    "epci_siren",
    "postal_codes",
    "latitude",
    "longitude",
];

impl ColumnValue {
    /// Checks a value for the column of that name; `None` when there is no such column.
    pub(crate) fn parse(column: &str, text: &str) -> Option<Result<Self, Fault>> {
        let checked = match column {
            "insee_code" => optional(text, insee_code).map(Self::InseeCode),
            "name" => name(text).map(Self::Name),
            "category" => category(text).map(Self::Category),
            "population" => population(text).map(Self::Population),
            "department_code" => territory_code(text).map(Self::DepartmentCode),
            "region_code" => territory_code(text).map(Self::RegionCode),
            "epci_siren" => optional(text, siren).map(Self::EpciSiren),
            "postal_codes" => postal_codes(text).map(Self::PostalCodes),
            "latitude" => latitude(text).map(Self::Latitude),
            "longitude" => longitude(text).map(Self::Longitude),
            _ => return None,
        };
        Some(checked)
    }

    /// The column's name.
    pub fn column(&self) -> &'static str {
        match self {
            Self::InseeCode(_) => "insee_code",
            Self::Name(_) => "name",
            Self::Category(_) => "category",
            Self::Population(_) => "population",
            Self::DepartmentCode(_) => "department_code",
            Self::RegionCode(_) => "region_code",
            Self::EpciSiren(_) => "epci_siren",
            Self::PostalCodes(_) => "postal_codes",
            Self::Latitude(_) => "latitude",
            Self::Longitude(_) => "longitude",
        }
    }

    /// The value as a correction writes it; read back by [`ColumnValue::read`].
    pub fn text(&self) -> String {
        fn or_empty<T: ToString>(value: Option<&T>) -> String {
            value.map(T::to_string).unwrap_or_default()
        }
        match self {
            Self::InseeCode(code) => or_empty(code.as_ref()),
            Self::Name(text) | Self::DepartmentCode(text) | Self::RegionCode(text) => text.clone(),
            Self::Category(category) => category.to_string(),
            Self::Population(population) => population.to_string(),
            Self::EpciSiren(siren) => or_empty(siren.as_ref()),
            Self::PostalCodes(codes) => codes.join(";"),
            Self::Latitude(degrees) | Self::Longitude(degrees) => or_empty(degrees.as_ref()),
        }
    }

    /// Reads a value that [`ColumnValue::text`] wrote; `None` when it is none of that column.
    pub fn read(column: &str, text: &str) -> Option<Self> {
        Self::parse(column, text)?.ok()
    }

    /// Sets the column of a body.
    pub fn apply(&self, body: &mut Collectivity) {
        match self.clone() {
            Self::InseeCode(code) => body.insee_code = code,
            Self::Name(name) => body.name = name,
            Self::Category(category) => body.category = category,
            Self::Population(population) => body.population = population,
            Self::DepartmentCode(code) => body.department_code = code,
            Self::RegionCode(code) => body.region_code = code,
            Self::EpciSiren(siren) => body.epci_siren = siren,
            Self::PostalCodes(codes) => body.postal_codes = codes,
            Self::Latitude(latitude) => body.latitude = latitude,
            Self::Longitude(longitude) => body.longitude = longitude,
        }
    }
}

/// The key of a body: its SIREN, else its category and code.
pub(crate) fn collectivity_id(
    siren: Option<Siren>,
    category: Category,
    code: Option<&InseeCode>,
) -> Option<CollectivityId> {
    siren
        .map(CollectivityId::from_siren)
        .or_else(|| code.map(|code| CollectivityId::from_insee(category, code)))
}

/// An empty cell is `None`.
pub(crate) fn optional<T>(
    text: &str,
    check: impl Fn(&str) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    check(text).map(Some)
}

pub(crate) fn siren(text: &str) -> Result<Siren, Fault> {
    text.parse()
        .map_err(|invalid| format!("{invalid}; copy it from the SIRENE register, without spaces"))
}

pub(crate) fn insee_code(text: &str) -> Result<InseeCode, Fault> {
    text.parse().map_err(|invalid| {
        format!("{invalid}; keep the column as text, spreadsheets drop leading zeros")
    })
}

/// The code of a commune, which has five characters.
pub(crate) fn commune_code(text: &str) -> Result<InseeCode, Fault> {
    if text.chars().count() != 5 {
        return Err(
            "a commune has an INSEE code of five characters; keep the column as text, \
                    spreadsheets drop leading zeros"
                .into(),
        );
    }
    insee_code(text)
}

pub(crate) fn category(text: &str) -> Result<Category, Fault> {
    text.parse().map_err(|_| {
        let words: Vec<&str> = Category::iter().map(Category::as_str).collect();
        format!(
            "`{text}` is no category; write one of: {}",
            words.join(", ")
        )
    })
}

pub(crate) fn name(text: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Err("the name is missing; write the official name".into());
    }
    Ok(text.to_owned())
}

pub(crate) fn population(text: &str) -> Result<u32, Fault> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(
            "a population is a whole number of inhabitants; write digits only, without \
                    spaces, sign or decimals"
                .into(),
        );
    }
    text.parse()
        .map_err(|_| "a population of more than 4 billion; check the number".into())
}

/// The code of a département or region, which has the shape of an INSEE code.
pub(crate) fn territory_code(text: &str) -> Result<String, Fault> {
    let shaped = insee_code(text).is_ok() && text.len() <= 3;
    if shaped {
        return Ok(text.to_owned());
    }
    Err(
        "a département or region has a code of two or three characters; leading zeros are kept \
         (`01`, `2A`, `971`)"
            .into(),
    )
}

pub(crate) fn postal_codes(text: &str) -> Result<Vec<String>, Fault> {
    text.split(';')
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .map(|code| {
            if code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit()) {
                Ok(code.to_owned())
            } else {
                Err(format!(
                    "`{code}` is no postal code; write five digits each, separated by `;`"
                ))
            }
        })
        .collect()
}

pub(crate) fn latitude(text: &str) -> Result<Option<f64>, Fault> {
    degrees(text, "latitude", 90.0)
}

pub(crate) fn longitude(text: &str) -> Result<Option<f64>, Fault> {
    degrees(text, "longitude", 180.0)
}

fn degrees(text: &str, what: &str, bound: f64) -> Result<Option<f64>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(value) if value.abs() <= bound => Ok(Some(value)),
        _ => Err(format!(
            "a {what} is a number of degrees from -{bound} to {bound}, with a decimal point"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_population_is_digits_only() {
        assert_eq!(population("0"), Ok(0));
        for bad in ["", "-1", "1 234", "12.5", "1e3", "+5", "4294967296"] {
            assert!(population(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_coordinate_stays_on_the_globe() {
        assert_eq!(latitude("-21.3804"), Ok(Some(-21.3804)));
        assert_eq!(longitude(""), Ok(None));
        for bad in ["91", "NaN", "inf", "48,85", "nord"] {
            assert!(latitude(bad).is_err(), "{bad}");
        }
        assert!(longitude("-180.1").is_err());
    }

    #[test]
    fn postal_codes_are_five_digits_each() {
        assert_eq!(
            postal_codes("01400; 01401;"),
            Ok(vec!["01400".to_owned(), "01401".to_owned()])
        );
        assert!(postal_codes("1400").unwrap_err().contains("five digits"));
    }

    #[test]
    fn an_unknown_category_names_the_ten_words() {
        let fault = category("ville").unwrap_err();
        assert!(Category::iter().all(|word| fault.contains(word.as_str())));
    }

    #[test]
    fn every_correctable_column_has_its_check_and_the_key_has_none() {
        for column in CORRECTABLE {
            assert!(ColumnValue::parse(column, "01").is_some(), "{column}");
        }
        assert_eq!(ColumnValue::parse("siren", "239710015"), None);
    }

    #[test]
    fn a_value_reads_back_from_its_own_text() {
        for (column, text) in [
            ("insee_code", "2A004"),
            ("insee_code", ""),
            ("name", "L'Haÿ-les-Roses"),
            ("category", "commune"),
            ("population", "1200"),
            ("department_code", "2A"),
            ("region_code", "94"),
            ("epci_siren", "200055507"),
            ("postal_codes", "35000;35200"),
            ("latitude", "48.1173"),
            ("longitude", "-1.6778"),
        ] {
            let value = ColumnValue::read(column, text).unwrap();
            assert_eq!((value.column(), value.text().as_str()), (column, text));
        }
    }
}
