//! `worker.lanes`: in which lanes a worker works.

use std::{fmt, str::FromStr};

use beffroi_model::Lane;
use serde::{Deserialize, Serialize};

/// Lanes by pattern: a lane's name (`api.youtube.main`), or its beginning followed by `.*` (`host.*`,
/// `api.*`, `api.youtube.*`), or `*`. Without any pattern, all lanes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaneFilter(Vec<LanePattern>);

/// One pattern of [`LaneFilter`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanePattern(String);

/// A text that is no pattern of lanes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a pattern of lanes is a lane's name (`host.07`, `api.youtube.main`), its beginning and `.*` (`host.*`, `api.youtube.*`), or `*`; found `{0}`"
)]
pub struct InvalidLanePattern(String);

impl LaneFilter {
    /// These patterns.
    pub fn new(patterns: Vec<LanePattern>) -> Self {
        Self(patterns)
    }

    /// Whether the worker works in this lane.
    pub fn includes(&self, lane: &Lane) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.fits(lane))
    }

    /// As the heartbeat tells it; empty for all lanes.
    pub fn patterns(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// What a heartbeat tells. Patterns that this version cannot read are of lanes that it does not
    /// know: they fit nothing.
    pub fn of_heartbeat(wants: &[String]) -> Option<Self> {
        let read = wants.iter().filter_map(|text| text.parse().ok());
        let patterns: Vec<LanePattern> = read.collect();
        (wants.is_empty() || !patterns.is_empty()).then_some(Self(patterns))
    }

    /// The patterns that fit none of these lanes: likely a slip of the pen.
    pub fn idle<'a>(&'a self, lanes: &'a [Lane]) -> impl Iterator<Item = &'a LanePattern> {
        let fits_none = |it: &&LanePattern| !lanes.iter().any(|lane| it.fits(lane));
        self.0.iter().filter(fits_none)
    }
}

impl LanePattern {
    fn fits(&self, lane: &Lane) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => lane.as_str().starts_with(beginning),
            None => lane.as_str() == self.0,
        }
    }
}

impl FromStr for LanePattern {
    type Err = InvalidLanePattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |part: &str| {
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            !part.is_empty() && part.bytes().all(is_plain)
        };
        let name = match text.strip_suffix(".*") {
            Some(beginning) => beginning,
            None if text == "*" => return Ok(Self(text.to_owned())),
            None => text,
        };
        if name.split('.').all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidLanePattern(text.to_owned()))
        }
    }
}

impl TryFrom<String> for LanePattern {
    type Error = InvalidLanePattern;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<LanePattern> for String {
    fn from(pattern: LanePattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for LanePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use beffroi_model::Platform;

    use super::*;

    fn filter(patterns: &[&str]) -> LaneFilter {
        LaneFilter::new(patterns.iter().map(|it| it.parse().unwrap()).collect())
    }

    #[test]
    fn without_a_pattern_all_lanes_are_included() {
        assert!(LaneFilter::default().includes(&Lane::host(3)));
        assert!(filter(&["*"]).includes(&Lane::api(Platform::Bluesky)));
        assert_eq!(LaneFilter::default().patterns(), Vec::<String>::new());
    }

    #[test]
    fn a_pattern_is_a_name_or_the_beginning_of_names() {
        let main = Lane::of_credential(Platform::Youtube, "main");
        let bluesky = Lane::api(Platform::Bluesky);
        let hosts = filter(&["host.*"]);
        assert!(hosts.includes(&Lane::host(0)) && !hosts.includes(&bluesky));
        let youtube = filter(&["api.youtube.*"]);
        assert!(youtube.includes(&main) && !youtube.includes(&bluesky));
        let two = filter(&["api.bluesky", "host.07"]);
        assert!(two.includes(&bluesky) && two.includes(&Lane::host(7)));
        assert!(!two.includes(&Lane::host(70)) && !two.includes(&main));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for wrong in [
            "", "host*", "*.07", "host.", "host..*", "ho st", "host.**", ".*",
        ] {
            assert!(wrong.parse::<LanePattern>().is_err(), "{wrong}");
        }
        let read = serde_json::from_str::<LaneFilter>(r#"["host.*","ho st"]"#);
        let error = read.unwrap_err().to_string();
        assert!(error.contains("found `ho st`"), "{error}");
    }

    #[test]
    fn a_pattern_that_fits_no_lane_is_told() {
        let lanes: Vec<Lane> = (0..4).map(Lane::host).collect();
        let filter = filter(&["host.*", "api.*", "host.09"]);
        let idle: Vec<String> = filter.idle(&lanes).map(ToString::to_string).collect();
        assert_eq!(idle, ["api.*", "host.09"]);
    }

    #[test]
    fn a_heartbeat_tells_the_patterns() {
        let hosts = filter(&["host.*"]);
        assert_eq!(LaneFilter::of_heartbeat(&hosts.patterns()), Some(hosts));
        assert_eq!(LaneFilter::of_heartbeat(&[]), Some(LaneFilter::default()));
        // Of a newer version: not all lanes, but none that we know.
        assert_eq!(
            LaneFilter::of_heartbeat(&["lanes of host".to_owned()]),
            None
        );
    }
}
