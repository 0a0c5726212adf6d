//! A score of the index: the account's own figure, recomputed from its observations, and its place among
//! its peers, recomputed from the published figures of the night.
//!
//! The peers' own observations are not read again: that is the roll-up's work of a night. The prior of a
//! group is the mean of its members' figures by their own weights (generalised least squares: the weight
//! of an account in the mean is that of its own figure in its estimate, but for a constant). Where a group
//! is wider than category and stratum, members may have been shrunk in narrower groups, and the prior
//! cannot be had so: then the percentile is told and not recomputed.

use std::collections::BTreeMap;

use anyhow::Context;
use beffroi_index::{
    index::{AccountFigures, IndexVersion, Indicator, Profile, rank_shifts},
    peers::{PeerCounts, PeerGroup, Peers},
    score::{Belief, Member, Score, score_group},
    stats::percentile_within,
};
use beffroi_model::{Category, Figure};
use beffroi_store::{Store, explain as statements};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Asked,
    figures::Recomputed,
    inputs::Inputs,
    read::{Published, indicator_of},
    verdict::Verdict,
};

/// What is told of a score.
#[derive(Debug, Serialize)]
pub(super) struct ScoreExplained {
    #[serde(skip)]
    pub(super) recomputed: Recomputed,
    /// The stored columns of the indicator or of the total.
    pub(super) stored: BTreeMap<String, Value>,
    /// The account's own figure behind an indicator, from its observations.
    pub(super) own_figure: Option<OwnFigure>,
    pub(super) peers: Option<String>,
    pub(super) ranked_peers: Option<usize>,
    /// What the peers let expect.
    pub(super) prior: Option<f64>,
    /// The estimate: the own figure, shrunk towards the prior.
    pub(super) estimate: Option<f64>,
    /// What a total is made of.
    pub(super) parts: Vec<Part>,
}

/// A figure of the account and its comparison.
#[derive(Debug, Serialize)]
pub(super) struct OwnFigure {
    pub(super) published: Option<f64>,
    pub(super) recomputed: Recomputed,
    pub(super) verdict: Verdict,
}

/// A part of a total.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) indicator: &'static str,
    pub(super) weight: f64,
    pub(super) percentile: f64,
}

/// A published account of the platform.
#[derive(Debug, Deserialize)]
struct Peer {
    account_id: String,
    category: String,
    population: Option<u32>,
    components: String,
    closed_posts: u32,
    followers: Option<u64>,
    audience_figure: Option<f64>,
    audience_own_weight: Option<f64>,
    activity_figure: Option<f64>,
    activity_own_weight: Option<f64>,
    engagement_figure: Option<f64>,
    engagement_own_weight: Option<f64>,
    dialogue_figure: Option<f64>,
    dialogue_own_weight: Option<f64>,
    total: Option<f64>,
    total_sd: Option<f64>,
}

impl Peer {
    fn category(&self) -> Option<Category> {
        self.category.parse().ok()
    }

    fn figure(&self, indicator: Indicator) -> Option<(f64, f64)> {
        let (figure, weight) = match indicator {
            Indicator::Audience => (self.audience_figure, self.audience_own_weight),
            Indicator::Activity => (self.activity_figure, self.activity_own_weight),
            Indicator::Engagement => (self.engagement_figure, self.engagement_own_weight),
            Indicator::Dialogue => (self.dialogue_figure, self.dialogue_own_weight),
        };
        Some((figure?, weight?))
    }

    fn has_followers(&self, version: &IndexVersion) -> bool {
        self.followers
            .is_some_and(|count| count >= version.min_followers)
    }

    fn has_posts(&self, version: &IndexVersion) -> bool {
        self.closed_posts >= version.min_posts
    }
}

/// A contest: who takes part, and who of them can be ranked.
struct Contest<'a> {
    peers: Peers,
    members: Vec<(&'a Peer, bool)>,
}

impl<'a> Contest<'a> {
    /// The narrowest group of the account with enough ranked members.
    fn of(
        candidates: Vec<(&'a Peer, bool)>,
        published: &Published,
        version: &IndexVersion,
    ) -> Option<Self> {
        let mut counts = PeerCounts::default();
        for (peer, _) in candidates.iter().filter(|(_, is_rankable)| *is_rankable) {
            counts.add(peer.category()?, peer.population);
        }
        let peers = counts.choose(published.category?, published.population, version.min_peers)?;
        let members = candidates
            .into_iter()
            .filter(|(peer, _)| {
                let category = peer.category();
                category.is_some_and(|it| PeerGroup::of(it, peer.population).contains(&peers.group))
            })
            .collect();
        Some(Self { peers, members })
    }
}

pub(super) async fn explain(
    store: &Store,
    asked: &Asked<'_>,
    published: &Published,
    inputs: &Inputs,
) -> anyhow::Result<ScoreExplained> {
    let scores = published.scores.as_ref().context("scores were read")?;
    let night = published.night.to_string();
    let parameters = [
        ("night", night.as_str()),
        ("version", asked.version.name.as_str()),
        ("platform", published.platform.as_str()),
    ];
    let peers: Vec<Peer> = store
        .json_rows(statements::SCORE_PEERS, &parameters)
        .await?;
    let components = text(scores, "components");
    let explained = match indicator_of(&asked.metric.name) {
        Some(name) => {
            let indicator: Indicator = name.parse().context("an unknown indicator")?;
            of_indicator(
                indicator,
                asked.version,
                published,
                inputs,
                &peers,
                &components,
            )
        }
        None => of_total(
            &asked.metric.name,
            asked.version,
            published,
            &peers,
            &components,
        ),
    };
    Ok(explained)
}

fn text(row: &Map<String, Value>, key: &str) -> String {
    let value = row.get(key).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}

fn number(row: &Map<String, Value>, key: &str) -> Option<f64> {
    row.get(key).and_then(Value::as_f64)
}

/// The stored columns, missing ones left out, without what their names begin with.
fn stored(row: &Map<String, Value>, prefix: &str, names: &[&str]) -> BTreeMap<String, Value> {
    let column = |name: &&str| {
        let value = row.get(&format!("{prefix}{name}"))?;
        let is_told = !value.is_null() && value.as_str() != Some("");
        is_told.then(|| ((*name).to_owned(), value.clone()))
    };
    names.iter().filter_map(column).collect()
}

fn of_indicator(
    indicator: Indicator,
    version: &IndexVersion,
    published: &Published,
    inputs: &Inputs,
    peers: &[Peer],
    components: &str,
) -> ScoreExplained {
    let empty = Map::new();
    let scores = published.scores.as_ref().unwrap_or(&empty);
    let prefix = format!("{indicator}_");
    let own = own_figure(indicator, version, published, inputs);
    let own_published = number(scores, &format!("{prefix}figure"));
    let mut explained = ScoreExplained {
        recomputed: Recomputed::Not {
            because: "it has no score to be placed".to_owned(),
        },
        stored: stored(
            scores,
            &prefix,
            &[
                "figure",
                "score",
                "low",
                "high",
                "own_weight",
                "rank_from",
                "rank_to",
                "of",
                "peers",
                "widened",
                "why",
            ],
        ),
        own_figure: Some(OwnFigure {
            published: own_published,
            verdict: Verdict::of(own_published, &own),
            recomputed: own,
        }),
        peers: None,
        ranked_peers: None,
        prior: None,
        estimate: None,
        parts: Vec::new(),
    };
    let is_engagement = indicator == Indicator::Engagement;
    let candidates = peers
        .iter()
        .filter(|peer| peer.figure(indicator).is_some())
        .filter(|peer| !is_engagement || peer.components == components)
        .map(|peer| {
            let has_posts = !is_engagement || peer.has_posts(version);
            (peer, has_posts && peer.has_followers(version))
        })
        .collect();
    let Some(contest) = Contest::of(candidates, published, version) else {
        return explained;
    };
    explained.peers = Some(contest.peers.group.to_string());
    explained.ranked_peers = Some(contest.peers.size);
    let mine = contest
        .members
        .iter()
        .find(|(peer, _)| peer.account_id == published.account_id);
    let Some((figure, own_weight)) = mine.and_then(|(peer, _)| peer.figure(indicator)) else {
        return explained;
    };
    let ranked: Vec<(f64, f64)> = contest
        .members
        .iter()
        .filter(|(_, is_rankable)| *is_rankable)
        .filter_map(|(peer, _)| peer.figure(indicator))
        .collect();
    let is_shrunk = matches!(indicator, Indicator::Engagement | Indicator::Dialogue);
    if !is_shrunk {
        let values = beffroi_index::stats::sorted(ranked.iter().map(|(figure, _)| *figure));
        explained.estimate = Some(figure);
        explained.recomputed = percentile(&values, figure);
        return explained;
    }
    if contest.peers.is_widened {
        explained.recomputed = Recomputed::Not {
            because: "its peers are a wider group, whose members were shrunk in narrower ones"
                .to_owned(),
        };
        return explained;
    }
    let weights: f64 = ranked.iter().map(|(_, weight)| weight).sum();
    if weights <= 0.0 {
        // The accounts do not differ: all are shrunk to the one mean, and share the middle.
        explained.recomputed = Recomputed::Value { value: 50.0 };
        return explained;
    }
    let sum: f64 = ranked.iter().map(|(figure, weight)| figure * weight).sum();
    let prior = sum / weights;
    let estimate = |(figure, weight): (f64, f64)| prior + weight * (figure - prior);
    let values = beffroi_index::stats::sorted(ranked.into_iter().map(estimate));
    let mine = estimate((figure, own_weight));
    explained.prior = Some(prior);
    explained.estimate = Some(mine);
    explained.recomputed = percentile(&values, mine);
    explained
}

fn percentile(sorted: &[f64], value: f64) -> Recomputed {
    // A mean that is computed another way may miss the account's own place by its last digits.
    let near = |it: &&f64| super::verdict::are_equal(**it, value);
    let value = sorted.iter().find(near).copied().unwrap_or(value);
    match percentile_within(sorted, value) {
        Some(value) => Recomputed::Value { value },
        None => Recomputed::Not {
            because: "nobody is ranked among its peers".to_owned(),
        },
    }
}

/// The account's figure of an indicator, from its observations alone.
fn own_figure(
    indicator: Indicator,
    version: &IndexVersion,
    published: &Published,
    inputs: &Inputs,
) -> Recomputed {
    let Some(category) = published.category else {
        return Recomputed::Not {
            because: "its collectivity is not in the registry".to_owned(),
        };
    };
    let posts = match inputs.night_lacks("posts") {
        Some(reason) if inputs.posts.is_empty() => Figure::Missing(reason),
        _ => Figure::Known(inputs.figures()),
    };
    let account = AccountFigures {
        key: published.account_id.clone(),
        platform: published.platform,
        category,
        population: published.population,
        followers: inputs.followers_at_end(),
        posts,
        threads: inputs.threads(),
        set_apart: inputs.set_apart(),
    };
    let profile = Profile::of(&account, inputs.window, version);
    let mean = |evidence: Figure<beffroi_index::score::Evidence>| match evidence {
        Figure::Known(evidence) => Figure::Known(evidence.mean),
        Figure::Missing(reason) => Figure::Missing(reason),
    };
    match indicator {
        Indicator::Audience => profile.audience.into(),
        Indicator::Activity => match profile.posts_per_week {
            Figure::Known(value) => Figure::Known(value.min(version.full_activity)).into(),
            missing => missing.into(),
        },
        Indicator::Engagement => mean(profile.engagement).into(),
        Indicator::Dialogue => match profile.dialogue {
            Figure::Known(evidence) if evidence.count < version.min_threads => {
                Recomputed::Missing {
                    missing_because: format!("{} closed threads are too few", evidence.count),
                }
            }
            evidence => mean(evidence).into(),
        },
    }
}

/// The total, the chance of the top ten, the rank shift.
fn of_total(
    metric: &str,
    version: &IndexVersion,
    published: &Published,
    peers: &[Peer],
    components: &str,
) -> ScoreExplained {
    let empty = Map::new();
    let scores = published.scores.as_ref().unwrap_or(&empty);
    let parts = parts(scores);
    let candidates = peers
        .iter()
        .filter(|peer| peer.total.is_some() && peer.components == components)
        .map(|peer| {
            let is_rankable = peer.has_posts(version) && peer.has_followers(version);
            (peer, is_rankable)
        })
        .collect();
    let contest = Contest::of(candidates, published, version);
    let recomputed = match (metric, &contest) {
        ("index_total", _) if parts.is_empty() => Recomputed::Not {
            because: "it has no total".to_owned(),
        },
        ("index_total", _) => Recomputed::Value {
            value: parts.iter().map(|part| part.weight * part.percentile).sum(),
        },
        (_, None) => Recomputed::Not {
            because: "it has too few peers".to_owned(),
        },
        ("rank_shift", Some(contest)) => rank_shift(contest, &published.account_id),
        (_, Some(contest)) => {
            let score = score(contest, version, &published.account_id);
            match score.and_then(|score| score.top_ten) {
                Some(value) => Recomputed::Value { value },
                None => Recomputed::Missing {
                    missing_because: "not ranked".to_owned(),
                },
            }
        }
    };
    ScoreExplained {
        recomputed,
        stored: stored(
            scores,
            "",
            &[
                "total",
                "total_low",
                "total_high",
                "total_sd",
                "rank_from",
                "rank_to",
                "ranked_of",
                "peers",
                "widened",
                "top_ten",
                "fans_rank",
                "index_rank",
                "rank_shift",
                "why",
                "audience_why",
                "activity_why",
                "engagement_why",
                "dialogue_why",
            ],
        ),
        own_figure: None,
        peers: contest.as_ref().map(|it| it.peers.group.to_string()),
        ranked_peers: contest.as_ref().map(|it| it.peers.size),
        prior: None,
        estimate: None,
        parts,
    }
}

/// The weights that were used, and the percentiles they weigh.
fn parts(scores: &Map<String, Value>) -> Vec<Part> {
    let weights = scores.get("parts").and_then(Value::as_object);
    let part = |indicator: Indicator| {
        let weight = weights?.get(&indicator.to_string())?.as_f64()?;
        let percentile = number(scores, &format!("{indicator}_score"))?;
        Some(Part {
            indicator: indicator.into(),
            weight,
            percentile,
        })
    };
    Indicator::ALL.into_iter().filter_map(part).collect()
}

fn rank_shift(contest: &Contest<'_>, account_id: &str) -> Recomputed {
    let ranked: Vec<(&str, u64, f64)> = contest
        .members
        .iter()
        .filter(|(_, is_rankable)| *is_rankable)
        .filter_map(|(peer, _)| Some((peer.account_id.as_str(), peer.followers?, peer.total?)))
        .collect();
    let figures: Vec<(u64, f64)> = ranked
        .iter()
        .map(|(_, fans, total)| (*fans, *total))
        .collect();
    let shifts = rank_shifts(&figures);
    let place = ranked.iter().position(|(id, _, _)| *id == account_id);
    match place.map(|place| shifts[place].shift) {
        Some(value) => Recomputed::Value { value },
        None => Recomputed::Missing {
            missing_because: "not ranked".to_owned(),
        },
    }
}

fn score(contest: &Contest<'_>, version: &IndexVersion, account_id: &str) -> Option<Score> {
    let members: Vec<Member> = contest
        .members
        .iter()
        .filter_map(|(peer, is_rankable)| {
            Some(Member {
                key: peer.account_id.clone(),
                belief: Belief {
                    mean: peer.total?,
                    sd: peer.total_sd?,
                },
                is_rankable: *is_rankable,
            })
        })
        .collect();
    let mut scores = score_group(&members, &version.reference()).into_iter();
    scores.find(|score| score.key == account_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_index::{
        engagement::Components,
        index::{IndexVersions, Judgement, judge},
        score::Evidence,
    };
    use beffroi_model::{MissingReason, Platform};
    use serde_json::json;

    /// Sixty villages: some with too few followers to be ranked, some without dialogue.
    fn profiles() -> Vec<Profile> {
        let village = |number: u32| {
            let spread = f64::from(number % 13);
            let days: Vec<f64> = (0..4 + number % 9)
                .map(|day| 1.0 + spread / 7.0 + f64::from((day * 5 + number) % 11) / 10.0)
                .collect();
            let threads: Vec<f64> = (0..10 + number % 5)
                .map(|thread| f64::from((thread * 3 + number) % 7) / 7.0)
                .collect();
            let followers = u64::from(30 + number * 11 % 700);
            Profile {
                key: format!("account-{number:02}"),
                platform: Platform::Mastodon,
                category: Category::Commune,
                population: Some(800),
                followers: Figure::Known(followers),
                audience: Figure::Known(followers as f64 / 0.8),
                posts_per_week: Figure::Known(spread),
                components: Components::ALL,
                posts: days.len() as u32 + 1,
                posts_set_apart: 0,
                engagement: Figure::from_option(Evidence::of(&days), MissingReason::NoData),
                dialogue: if number.is_multiple_of(4) {
                    Figure::Missing(MissingReason::RepliesRestricted)
                } else {
                    Figure::from_option(Evidence::of(&threads), MissingReason::NoData)
                },
            }
        };
        (0..60).map(village).collect()
    }

    fn peer(profile: &Profile, judged: &Judgement) -> Peer {
        let figure = |indicator| {
            let score = judged.indicators.get(&indicator)?.as_ref().ok()?;
            Some((score.figure, score.own_weight))
        };
        let of = |indicator| {
            (
                figure(indicator).map(|it| it.0),
                figure(indicator).map(|it| it.1),
            )
        };
        let (audience_figure, audience_own_weight) = of(Indicator::Audience);
        let (activity_figure, activity_own_weight) = of(Indicator::Activity);
        let (engagement_figure, engagement_own_weight) = of(Indicator::Engagement);
        let (dialogue_figure, dialogue_own_weight) = of(Indicator::Dialogue);
        Peer {
            account_id: profile.key.clone(),
            category: "commune".to_owned(),
            population: profile.population,
            components: "RKS".to_owned(),
            closed_posts: profile.posts,
            followers: profile.followers.known(),
            audience_figure,
            audience_own_weight,
            activity_figure,
            activity_own_weight,
            engagement_figure,
            engagement_own_weight,
            dialogue_figure,
            dialogue_own_weight,
            total: judged.total.as_ref().ok().map(|total| total.value),
            total_sd: judged.total.as_ref().ok().map(|total| total.sd),
        }
    }

    fn no_inputs() -> Inputs {
        Inputs::for_testing()
    }

    #[test]
    fn published_scores_are_placed_again_as_the_judge_placed_them() {
        let versions = IndexVersions::shipped();
        let version = versions.get("v1").unwrap();
        let profiles = profiles();
        let judged = judge(&profiles, version).unwrap();
        let peers: Vec<Peer> = profiles
            .iter()
            .zip(&judged)
            .map(|(a, b)| peer(a, b))
            .collect();
        let is = |found: &Recomputed, expected: Option<f64>, what: &str| {
            let verdict = Verdict::of(expected, found);
            assert_eq!(
                verdict,
                Verdict::Equal,
                "{what}: {found:?} for {expected:?}"
            );
        };
        let (mut placed, mut estimated) = (0, 0);
        for judgement in &judged {
            let mut scores = Map::new();
            scores.insert("components".to_owned(), json!("RKS"));
            let published = Published::for_testing(&judgement.key, 800, scores.clone());
            for (indicator, score) in &judgement.indicators {
                let Ok(score) = score else { continue };
                scores.insert(format!("{indicator}_score"), json!(score.score.percentile));
                let found =
                    of_indicator(*indicator, version, &published, &no_inputs(), &peers, "RKS");
                let what = format!("{indicator} of {}", judgement.key);
                is(&found.recomputed, Some(score.score.percentile), &what);
                assert_eq!(found.peers, Some(score.peers.group.to_string()));
                // None where the accounts do not differ: all are shrunk to one mean.
                if let Some(estimate) = found.estimate {
                    assert!((estimate - score.belief.mean).abs() < 1e-9, "{what}");
                    estimated += 1;
                }
                placed += 1;
            }
            let total = judgement.total.as_ref().unwrap();
            let parts: Map<String, Value> = total
                .parts
                .iter()
                .map(|part| (part.indicator.to_string(), json!(part.weight)))
                .collect();
            scores.insert("parts".to_owned(), Value::Object(parts));
            let published = Published::for_testing(&judgement.key, 800, scores);
            let found = |metric| of_total(metric, version, &published, &peers, "RKS").recomputed;
            is(&found("index_total"), Some(total.value), "total");
            is(&found("top_ten_probability"), total.top_ten, "top ten");
            let shift = judgement.rank_shift.map(|it| it.shift);
            is(&found("rank_shift"), shift, "rank shift");
        }
        assert!(placed > 200 && estimated > 150, "{placed}, {estimated}");
        let unranked = judged.iter().filter(|it| it.rank_shift.is_none()).count();
        assert!(unranked > 0, "some have too few followers");
    }
}
