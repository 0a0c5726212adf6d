//! The total, the chance of the top ten, the rank shift.

use beffroi_index::{
    index::{IndexVersion, Indicator, rank_shifts},
    score::{Belief, Member, Score, score_group},
};
use serde_json::{Map, Value};

use super::{
    Part, ScoreExplained, number,
    peers::{Contest, Peer},
    stored,
};
use crate::commands::explain::{figures::Recomputed, read::Published};

/// The total, the chance of the top ten, the rank shift.
pub(super) fn of_total(
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
