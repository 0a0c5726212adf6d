//! JSON-LD: the accounts that a page's own data declares, with the node that declares them.
//!
//! Tolerant: plug-ins and hands write trailing commas, CDATA and character references; what still
//! does not parse is searched for nothing.

use serde_json::Value;
use url::Url;

use super::entities::decode;

/// Levels of nesting that are followed.
const MAX_DEPTH: usize = 12;
/// Addresses kept of one page.
const MAX_SAME_AS: usize = 100;

/// A `sameAs` and the node to which it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SameAs {
    pub(super) href: String,
    pub(super) node: Node,
}

/// What a node says it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Node {
    /// Its types, without `https://schema.org/`.
    pub(super) types: Vec<String>,
    pub(super) name: Option<String>,
    pub(super) url: Option<String>,
}

impl Node {
    /// Whether it is a body, not a person, an article or a local business.
    pub(super) fn is_body(&self) -> bool {
        self.types.iter().any(|kind| {
            matches!(
                kind.as_str(),
                "Organization"
                    | "GovernmentOrganization"
                    | "GovernmentOffice"
                    | "City"
                    | "CityHall"
                    | "AdministrativeArea"
                    | "CivicStructure"
                    | "Place"
                    | "WebSite"
            )
        })
    }

    /// Whether it is a public body by its type alone.
    pub(super) fn is_governmental(&self) -> bool {
        self.types.iter().any(|kind| {
            matches!(
                kind.as_str(),
                "GovernmentOrganization"
                    | "GovernmentOffice"
                    | "City"
                    | "CityHall"
                    | "AdministrativeArea"
            )
        })
    }

    /// Whether it says that the site at `page` is its own.
    pub(super) fn is_at(&self, page: &Url) -> bool {
        self.url
            .as_ref()
            .and_then(|url| page.join(url).ok())
            .is_some_and(|url| url.host_str() == page.host_str())
    }
}

/// All `sameAs` of the page's blocks.
pub(super) fn same_as(blocks: &[String]) -> Vec<SameAs> {
    let mut found = Vec::new();
    for block in blocks {
        if let Some(value) = parse(block) {
            collect(&value, 0, &mut found);
        }
    }
    found
}

/// The name of the body whose site the page at `page` is, when its data tells. Makers and hosts put
/// their own data on the sites of others: a node counts that is public or says that it is at home here.
pub(super) fn body_name(blocks: &[String], page: &Url) -> Option<String> {
    blocks
        .iter()
        .filter_map(|block| parse(block))
        .find_map(|value| find_name(&value, page, 0))
}

fn find_name(value: &Value, page: &Url, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    match value {
        Value::Array(items) => items
            .iter()
            .find_map(|item| find_name(item, page, depth + 1)),
        Value::Object(fields) => {
            let node = node(fields);
            let is_at_home = node.is_governmental() || node.is_body() && node.is_at(page);
            if is_at_home && node.name.is_some() {
                return node.name;
            }
            fields
                .values()
                .find_map(|field| find_name(field, page, depth + 1))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn parse(block: &str) -> Option<Value> {
    let block = block.trim();
    let block = [
        "//<![CDATA[",
        "<![CDATA[",
        "/*<![CDATA[*/",
        "/* <![CDATA[ */",
    ]
    .iter()
    .find_map(|opening| block.strip_prefix(opening))
    .unwrap_or(block);
    let block = ["//]]>", "/*]]>*/", "/* ]]> */", "]]>"]
        .iter()
        .find_map(|closing| block.strip_suffix(closing))
        .unwrap_or(block)
        .trim();
    let block = block.strip_prefix("<!--").unwrap_or(block);
    let block = block
        .strip_suffix("-->")
        .unwrap_or(block)
        .trim()
        .trim_end_matches(';');
    if let Ok(value) = serde_json::from_str(block) {
        return Some(value);
    }
    let repaired = without_trailing_commas(&decode(block));
    serde_json::from_str(&repaired).ok()
}

/// Drops commas before a closing bracket, and line breaks inside strings.
fn without_trailing_commas(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            kept.push(if c.is_control() { ' ' } else { c });
            continue;
        }
        in_string = c == '"';
        let closes = || text[at + 1..].trim_start().starts_with([']', '}']);
        if c != ',' || !closes() {
            kept.push(c);
        }
    }
    kept
}

fn collect(value: &Value, depth: usize, found: &mut Vec<SameAs>) {
    if depth > MAX_DEPTH || found.len() >= MAX_SAME_AS {
        return;
    }
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect(item, depth + 1, found)),
        Value::Object(fields) => {
            if let Some(same_as) = fields.get("sameAs") {
                let node = node(fields);
                found.extend(texts(same_as).map(|href| SameAs {
                    href,
                    node: node.clone(),
                }));
            }
            fields
                .values()
                .for_each(|field| collect(field, depth + 1, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn node(fields: &serde_json::Map<String, Value>) -> Node {
    let types = fields.get("@type").into_iter().flat_map(texts).map(|kind| {
        kind.rsplit(['/', ':'])
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(Value::as_str)
            .map(|text| decode(text).into_owned())
    };
    Node {
        types: types.collect(),
        name: text("name"),
        url: text("url"),
    }
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    items
        .iter()
        .filter_map(Value::as_str)
        .map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_as_is_found_in_objects_arrays_and_graphs() {
        let blocks = [
            r#"{"@type":"https://schema.org/GovernmentOrganization","name":"Mairie d&#039;Exemple",
                "sameAs":"https://www.facebook.com/exemple"}"#,
            r#"[{"@type":["City","Place"],"sameAs":["https://x.com/exemple","https://bsky.app/profile/exemple.example"]}]"#,
            r#"{"@graph":[{"@type":"WebPage"},{"@type":"Person","name":"Agence","sameAs":["https://x.com/agence"]}]}"#,
        ]
        .map(str::to_owned);
        let found = same_as(&blocks);
        let hrefs: Vec<&str> = found.iter().map(|item| item.href.as_str()).collect();
        assert_eq!(
            hrefs,
            [
                "https://www.facebook.com/exemple",
                "https://x.com/exemple",
                "https://bsky.app/profile/exemple.example",
                "https://x.com/agence"
            ]
        );
        assert!(found[0].node.is_body() && !found[3].node.is_body());
        let page: Url = "https://www.exemple.example/".parse().unwrap();
        assert_eq!(
            body_name(&blocks, &page).as_deref(),
            Some("Mairie d'Exemple")
        );
    }

    #[test]
    fn an_organization_names_the_site_only_where_it_is_at_home() {
        let of = |block: &str| {
            let page: Url = "https://www.exemple.example/".parse().unwrap();
            body_name(&[block.to_owned()], &page)
        };
        let at_home = r#"{"@type":"Organization","name":"Exemple","url":"/"}"#;
        assert_eq!(of(at_home).as_deref(), Some("Exemple"));
        let maker = r#"{"@type":"Organization","name":"Pixel","url":"https://pixel.example"}"#;
        assert_eq!(of(maker), None);
        assert_eq!(of(r#"{"@type":"Organization","name":"Pixel"}"#), None);
    }

    #[test]
    fn broken_blocks_are_read_leniently_or_not_at_all() {
        for (block, expected) in [
            (
                "//<![CDATA[\n{\"sameAs\":[\"https://x.com/a\",],}\n//]]>",
                1,
            ),
            (
                "/* <![CDATA[ */\n{\"sameAs\":\"https://x.com/a\"}\n/* ]]> */",
                1,
            ),
            ("{&quot;sameAs&quot;:&quot;https://x.com/a&quot;}", 1),
            (
                "{\"description\":\"a\nb\",\"sameAs\":\"https://x.com/a\"}",
                1,
            ),
            ("{\"sameAs\": https://x.com/a}", 0),
            ("", 0),
        ] {
            assert_eq!(same_as(&[block.to_owned()]).len(), expected, "{block}");
        }
    }

    #[test]
    fn deep_nesting_is_cut_off() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(same_as(&[deep]).is_empty());
    }
}
