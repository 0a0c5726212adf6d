//! An indicator: the own figure, and its percentile among the peers.

use beffroi_index::{
    index::{AccountFigures, IndexVersion, Indicator, Profile},
    score::{Evidence, Prior},
    stats::{percentile_within, sorted},
};
use beffroi_model::Figure;
use serde_json::Map;

use super::{
    OwnFigure, ScoreExplained, number,
    peers::{Contest, Peer},
    stored,
};
use crate::commands::explain::{
    figures::Recomputed,
    inputs::Inputs,
    read::Published,
    verdict::{Verdict, are_equal},
};

/// Its percentile, from the figures of its peers. In the order of ids, in which the judge sums them.
pub(super) fn of_indicator(
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
    let mut candidates: Vec<(&Peer, bool)> = peers
        .iter()
        .filter(|peer| peer.figure(indicator).is_some())
        .filter(|peer| !is_engagement || peer.components == components)
        .map(|peer| {
            let has_posts = !is_engagement || peer.has_posts(version);
            (peer, has_posts && peer.has_followers(version))
        })
        .collect();
    candidates.sort_by(|(a, _), (b, _)| a.account_id.cmp(&b.account_id));
    let Some(contest) = Contest::of(candidates, published, version) else {
        return explained;
    };
    explained.peers = Some(contest.peers.group.to_string());
    explained.ranked_peers = Some(contest.peers.size);
    let mine = contest
        .members
        .iter()
        .find(|(peer, _)| peer.account_id == published.account_id);
    let Some(mine) = mine.map(|(peer, _)| *peer) else {
        return explained;
    };
    let ranked = || {
        let members = contest.members.iter();
        members.filter_map(|(peer, is_rankable)| is_rankable.then_some(*peer))
    };
    let is_shrunk = matches!(indicator, Indicator::Engagement | Indicator::Dialogue);
    if !is_shrunk {
        let values = sorted(ranked().filter_map(|peer| peer.figure(indicator)));
        explained.estimate = mine.figure(indicator);
        if let Some(figure) = explained.estimate {
            explained.recomputed = percentile(&values, figure);
        }
        return explained;
    }
    let evidence: Option<Vec<Evidence>> = ranked().map(|peer| peer.evidence(indicator)).collect();
    let (Some(evidence), Some(own)) = (evidence, mine.evidence(indicator)) else {
        explained.recomputed = Recomputed::Not {
            because:
                "the night was judged before the evidence of its scores was kept; `beffroi judge` \
                      judges it again"
                    .to_owned(),
        };
        return explained;
    };
    let Some(prior) = Prior::fit(&evidence) else {
        return explained;
    };
    let mine = prior.posterior(&own).mean;
    let values = sorted(evidence.iter().map(|it| prior.posterior(it).mean));
    explained.prior = Some(prior.mean);
    explained.estimate = Some(mine);
    explained.recomputed = percentile(&values, mine);
    explained
}

fn percentile(sorted: &[f64], value: f64) -> Recomputed {
    // A mean that is computed another way may miss the account's own place by its last digits.
    let near = |it: &&f64| are_equal(**it, value);
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
    let mean = |evidence: Figure<Evidence>| match evidence {
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
