//! The versions of the index, from `config/index.toml`.

use jiff::civil::Date;
use serde::Deserialize;

use super::Indicator;
use crate::{
    engagement::Weights,
    problem::{InvalidFile, Problem, toml_date},
    score::Reference,
};

/// One version: every number that the index rests on. The fields are explained in
/// `config/index.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the file explains them, once")]
pub struct IndexVersion {
    pub name: String,
    #[serde(deserialize_with = "toml_date")]
    pub since: Date,
    pub note: String,
    pub window_days: u16,
    pub min_posts: u32,
    pub min_followers: u64,
    pub min_threads: u32,
    pub min_peers: usize,
    pub full_activity: f64,
    pub level: f64,
    pub certainty: f64,
    pub draws: usize,
    pub seed: u64,
    pub interactions: Weights,
    pub indicators: IndicatorWeights,
}

/// What each indicator weighs in the total.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "named after the indicators")]
pub struct IndicatorWeights {
    pub audience: f64,
    pub activity: f64,
    pub engagement: f64,
    pub dialogue: f64,
}

impl IndicatorWeights {
    /// The weight of an indicator.
    pub fn of(&self, indicator: Indicator) -> f64 {
        match indicator {
            Indicator::Audience => self.audience,
            Indicator::Activity => self.activity,
            Indicator::Engagement => self.engagement,
            Indicator::Dialogue => self.dialogue,
        }
    }
}

impl IndexVersion {
    /// How its intervals, ties and chances are taken.
    pub fn reference(&self) -> Reference {
        Reference {
            level: self.level,
            certainty: self.certainty,
            draws: self.draws,
            seed: self.seed,
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut expect = |is_right: bool, key: &str, expected: &str| {
            if !is_right {
                let key = format!("versions.{}.{key}", self.name);
                problems.push(Problem::new(key, format!("expected {expected}")));
            }
        };
        let is_share = |value: f64| value > 0.0 && value < 1.0;
        expect(
            [7, 28, 90, 365].contains(&self.window_days),
            "window_days",
            "7, 28, 90 or 365",
        );
        expect(self.min_posts >= 5, "min_posts", "at least 5");
        expect(self.min_followers >= 50, "min_followers", "at least 50");
        expect(self.min_threads >= 10, "min_threads", "at least 10");
        expect(self.min_peers >= 20, "min_peers", "at least 20");
        expect(
            self.full_activity > 0.0 && self.full_activity.is_finite(),
            "full_activity",
            "posts per week above 0",
        );
        expect(
            is_share(self.level),
            "level",
            "a number between 0 and 1, as 0.9",
        );
        expect(
            self.certainty > 0.5 && self.certainty < 1.0,
            "certainty",
            "a number between 0.5 and 1, as 0.95",
        );
        expect(self.draws >= 100, "draws", "at least 100");
        if let Err(error) = self.interactions.check() {
            expect(false, "interactions", &format!("other weights: {error}"));
        }
        for indicator in Indicator::ALL {
            let weight = self.indicators.of(indicator);
            expect(
                weight.is_finite() && weight >= 0.0,
                &format!("indicators.{indicator}"),
                "a weight of 0 or more",
            );
        }
        expect(
            self.indicators.engagement > 0.0,
            "indicators.engagement",
            "a weight above 0: without engagement there is no total",
        );
        problems
    }
}

/// The versions that stand side by side.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexVersions {
    versions: Vec<IndexVersion>,
}

impl IndexVersions {
    /// Reads a file, and tells all that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidFile> {
        let file: Self = toml::from_str(text)?;
        let mut problems = Vec::new();
        if file.versions.is_empty() {
            problems.push(Problem::new("versions", "expected at least one version"));
        }
        for (index, version) in file.versions.iter().enumerate() {
            let before = &file.versions[..index];
            if before.iter().any(|other| other.name == version.name) {
                let key = format!("versions.{}", version.name);
                problems.push(Problem::new(key, "is there twice, expected another name"));
            }
            problems.extend(version.problems());
        }
        InvalidFile::unless(problems, file)
    }

    /// The shipped versions.
    pub fn shipped() -> Self {
        Self::parse(crate::INDEX_FILE).expect("the shipped file is tested")
    }

    /// All versions, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &IndexVersion> {
        self.versions.iter()
    }

    /// The version of that name.
    pub fn get(&self, name: &str) -> Option<&IndexVersion> {
        self.versions.iter().find(|version| version.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_versions_stand_side_by_side() {
        let versions = IndexVersions::shipped();
        let names: Vec<&str> = versions.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names, ["v1", "v2"]);
        let v1 = versions.get("v1").unwrap();
        assert_eq!(v1.interactions, Weights::EQUAL);
        assert_eq!(
            versions.get("v2").unwrap().interactions,
            Weights::FANPAGE_KARMA
        );
        assert!(versions.get("v3").is_none());
        // The fan count is never more than a tenth of the total.
        for version in versions.iter() {
            let all: f64 = Indicator::ALL
                .iter()
                .map(|i| version.indicators.of(*i))
                .sum();
            assert!((all - 1.0).abs() < 1e-12, "{}", version.name);
            assert!(version.indicators.audience <= 0.1);
        }
    }

    #[test]
    fn everything_wrong_is_told_with_its_key_and_what_was_expected() {
        let text = crate::INDEX_FILE
            .replacen("level = 0.9", "level = 90", 1)
            .replacen("min_peers = 20", "min_peers = 3", 1)
            .replacen("engagement = 0.50", "engagement = 0.0", 1)
            .replacen("shares = 3.0", "shares = -3.0", 1)
            .replacen("name = \"v2\"", "name = \"v1\"", 1);
        let told = IndexVersions::parse(&text).unwrap_err().to_string();
        for part in [
            "`versions.v1.level`: expected a number between 0 and 1",
            "`versions.v1.min_peers`: expected at least 20",
            "`versions.v1.indicators.engagement`: expected a weight above 0",
            "`versions.v1.interactions`: expected other weights",
            "`versions.v1`: is there twice",
        ] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let text = crate::INDEX_FILE.replacen("min_peers = 20", "min_pears = 20", 1);
        let error = IndexVersions::parse(&text).unwrap_err();
        let InvalidFile::Unreadable(source) = error else {
            panic!("{error}");
        };
        assert!(source.to_string().contains("min_pears"), "{source}");
        assert!(source.to_string().contains("min_peers"), "{source}");
    }
}
