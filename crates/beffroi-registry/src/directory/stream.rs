//! The list of bodies, one at a time, from JSON of any size.
//!
//! The list is the whole document (an export of the API), or the value of `service` (the
//! archive), `results` (the API) or `records`. A body is handed over as its own text, so that one
//! that cannot be understood spoils itself alone.

use std::{fmt, io::Read};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// Names under which the list of bodies is found in a document that is an object.
const LIST_NAMES: [&str; 3] = ["service", "results", "records"];
/// Name under which the API says how many bodies there are, on whatever number of pages.
const TOTAL_NAME: &str = "total_count";

/// Hands over the text of each body.
pub(super) fn for_each_body(
    json: impl Read,
    take: &mut dyn FnMut(&str),
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_reader(json);
    deserializer.deserialize_any(Document { take })?;
    deserializer.end()
}

struct Document<'a> {
    take: &'a mut dyn FnMut(&str),
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of bodies, or an object that holds one as `service` or `results`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut bodies: A) -> Result<(), A::Error> {
        while let Some(body) = bodies.next_element::<Box<RawValue>>()? {
            (self.take)(body.get());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut found = false;
        let mut bodies = 0;
        let mut announced = None;
        while let Some(name) = members.next_key::<String>()? {
            if LIST_NAMES.contains(&name.as_str()) {
                let mut count_and_take = |body: &str| {
                    bodies += 1;
                    (self.take)(body);
                };
                members.next_value_seed(List(&mut count_and_take))?;
                found = true;
            } else if name == TOTAL_NAME {
                announced = members.next_value::<serde_json::Value>()?.as_u64();
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        if !found {
            return Err(A::Error::custom(
                "an object without a list of bodies, expected as `service` or `results`",
            ));
        }
        // A page of the API would be taken for the whole directory.
        match announced {
            Some(total) if total > bodies => Err(A::Error::custom(format_args!(
                "`{TOTAL_NAME}` announces {total} bodies and {bodies} are here: one page of the API",
            ))),
            _ => Ok(()),
        }
    }
}

struct List<'a>(&'a mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(Document { take: self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(json: &str) -> (Vec<String>, Option<String>) {
        let mut seen = Vec::new();
        let read = for_each_body(json.as_bytes(), &mut |body| seen.push(body.to_owned()));
        (seen, read.err().map(|error| error.to_string()))
    }

    #[test]
    fn the_list_is_found_in_each_of_its_shapes() {
        for json in [
            r#"[{"id":1}, {"id":2}]"#,
            r#"{"service":[{"id":1},{"id":2}]}"#,
            r#"{"total_count":2,"results":[{"id":1},{"id":2}],"x":{"y":[3]}}"#,
        ] {
            let (seen, error) = bodies(json);
            assert_eq!(seen, [r#"{"id":1}"#, r#"{"id":2}"#], "{json}");
            assert_eq!(error, None);
        }
    }

    #[test]
    fn what_came_before_a_cut_is_handed_over_and_the_cut_is_told() {
        let (seen, error) = bodies(r#"{"service":[{"id":1},{"id":"#);
        assert_eq!(seen, [r#"{"id":1}"#]);
        assert!(error.unwrap().contains("line 1 column"));
    }

    #[test]
    fn a_document_without_its_whole_list_is_told() {
        for json in [
            r#"{"organismes":[]}"#,
            "12",
            r#"{"service":{"id":1}}"#,
            r#"{"a":1"#,
            r#"{"total_count":3,"results":[{"id":1},{"id":2}]}"#,
        ] {
            assert!(bodies(json).1.is_some(), "{json}");
        }
    }

    #[test]
    fn text_after_the_document_is_told() {
        assert!(bodies("[] []").1.is_some());
    }
}
