//! The parameters that all methods have: parts, one filter, the size of a page and its token.

use super::{
    super::network::Call,
    problem::{self, Problem},
};
use crate::draw::hash;

/// What every method takes.
const COMMON: [&str; 10] = [
    "part",
    "fields",
    "key",
    "alt",
    "prettyPrint",
    "quotaUser",
    "maxResults",
    "pageToken",
    "hl",
    "onBehalfOfContentOwner",
];

/// The parts asked for, checked with all other parameters.
pub(super) fn parts<'c>(
    call: &'c Call<'_>,
    known: &[&str],
    parameters: &[&str],
) -> Result<Vec<&'c str>, Problem> {
    let parts = call.parameter("part").filter(|parts| !parts.is_empty());
    let parts: Vec<&str> = parts
        .ok_or(problem::bad("part", "missingRequiredParameter"))?
        .split(',')
        .map(str::trim)
        .collect();
    if parts.iter().any(|part| !known.contains(part)) {
        return Err(problem::bad("part", "unknownPart"));
    }
    let is_known = |name: &str| COMMON.contains(&name) || parameters.contains(&name);
    match call.parameters.iter().all(|(name, _)| is_known(name)) {
        true => Ok(parts),
        false => Err(problem::bad("parameters", "unexpectedParameter")),
    }
}

/// The one filter that a call has.
pub(super) fn filter<'c>(
    call: &'c Call<'_>,
    names: &[&'static str],
) -> Result<(&'static str, &'c str), Problem> {
    let given = names
        .iter()
        .filter_map(|name| Some((*name, call.parameter(name)?)));
    let given: Vec<_> = given.filter(|(_, value)| !value.is_empty()).collect();
    match given.as_slice() {
        [one] => Ok(*one),
        [] => Err(problem::bad("parameters", "missingRequiredParameter")),
        _ => Err(problem::bad("parameters", "incompatibleParameters")),
    }
}

/// `maxResults` within its bounds.
pub(super) fn page_size(call: &Call<'_>, default: usize, most: usize) -> Result<usize, Problem> {
    match call.parameter("maxResults").map(str::parse) {
        None => Ok(default),
        Some(Ok(size)) if (1..=most).contains(&size) => Ok(size),
        // Zero is allowed, and means the default.
        Some(Ok(0)) => Ok(default),
        Some(_) => Err(problem::bad("maxResults", "invalidValue")),
    }
}

/// Where a page begins, and the token of the one that begins at `end`. Tokens are good for the
/// same parameters alone.
pub(super) struct Paging {
    seal: u64,
    pub(super) start: usize,
}

impl Paging {
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Problem> {
        let sealed = call
            .parameters
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "pageToken" | "key" | "fields"));
        let seal = sealed.fold(0, |seal: u64, (name, value)| {
            seal.rotate_left(7) ^ hash(format!("{name}={value}").as_bytes())
        });
        let Some(token) = call.parameter("pageToken") else {
            return Ok(Self { seal, start: 0 });
        };
        let number = token.strip_prefix("EAAa");
        let number = number.and_then(|number| u64::from_str_radix(number, 16).ok());
        let start = number.map(|number| (number ^ seal) as usize);
        match start.filter(|start| *start < 1_000_000) {
            Some(start) => Ok(Self { seal, start }),
            None => Err(problem::bad("pageToken", "invalidPageToken")),
        }
    }

    pub(super) fn token(&self, start: usize) -> String {
        format!("EAAa{:016x}", self.seal ^ start as u64)
    }
}
