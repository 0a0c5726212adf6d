//! The scores of one peer group.

use super::{tie_groups, top_probabilities};
use crate::stats::{Interval, Standing, two_sided_z};

/// What is believed of a figure: a normal law, or an exact value where `sd` is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Belief {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation, at least 0.
    pub sd: f64,
}

/// An account in a peer group.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its key.
    pub key: String,
    /// What is believed of its figure; higher is better.
    pub belief: Belief,
    /// Whether enough is known of it to be ranked, and to be a measure for others.
    pub is_rankable: bool,
}

/// A rank that does not say more than is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// Best rank of its tie group, 1 for the first.
    pub from: usize,
    /// Last rank of its tie group.
    pub to: usize,
    /// How many are ranked.
    pub of: usize,
}

/// The score of an account among its peers.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Whose.
    pub key: String,
    /// Percentile among the rankable peers, by mid-ranks, 0 to 100.
    pub percentile: f64,
    /// Where the percentile would be if the figure were at either end of its interval, the peers
    /// staying where they are.
    pub interval: Interval,
    /// The tie group's ranks; `None` for an account that cannot be ranked.
    pub rank: Option<Rank>,
    /// Probability of being among the ten best of the peers; `None` where there is no rank.
    pub top_ten: Option<f64>,
}

/// How intervals, ties and chances are taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// Level of the intervals, 0 to 1.
    pub level: f64,
    /// From which probability on one account counts as above another.
    pub certainty: f64,
    /// Draws for the probability of being in the top ten.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
}

/// The places that "the top" has.
const TOP: usize = 10;

/// Scores a peer group. The result is in the order of keys; the order of the members does not
/// matter. Nobody is scored against an empty group.
pub fn score_group(members: &[Member], reference: &Reference) -> Vec<Score> {
    let mut members: Vec<&Member> = members.iter().collect();
    members.sort_by(|a, b| a.key.cmp(&b.key));
    let rankable = members.iter().filter(|member| member.is_rankable);
    let peers = Standing::new(rankable.map(|member| member.belief.mean));
    let ranks = ranks(&members, reference);
    let z = two_sided_z(reference.level);
    let mut ranks = ranks.into_iter();
    members
        .iter()
        .filter_map(|member| {
            let place = if member.is_rankable {
                ranks.next()
            } else {
                None
            };
            let reach = z * member.belief.sd;
            let percentile = |value| peers.percentile(value);
            Some(Score {
                key: member.key.clone(),
                percentile: percentile(member.belief.mean)?,
                interval: Interval {
                    low: percentile(member.belief.mean - reach)?,
                    high: percentile(member.belief.mean + reach)?,
                },
                rank: place.map(|(rank, _)| rank),
                top_ten: place.map(|(_, top)| top),
            })
        })
        .collect()
}

/// Rank and chance of the top ten of each rankable member, in the order of keys.
fn ranks(members: &[&Member], reference: &Reference) -> Vec<(Rank, f64)> {
    let ranked: Vec<&&Member> = members.iter().filter(|member| member.is_rankable).collect();
    let mut order: Vec<usize> = (0..ranked.len()).collect();
    // A stable sort: equal means stay in the order of keys.
    order.sort_by(|a, b| ranked[*b].belief.mean.total_cmp(&ranked[*a].belief.mean));
    let falling: Vec<Belief> = order.iter().map(|index| ranked[*index].belief).collect();
    let groups = tie_groups(&falling, reference.certainty);
    let beliefs: Vec<(&str, Belief)> = ranked
        .iter()
        .map(|member| (member.key.as_str(), member.belief))
        .collect();
    let top = top_probabilities(&beliefs, TOP, reference.draws, reference.seed);
    let mut places: Vec<(usize, Rank)> = Vec::with_capacity(order.len());
    for (index, group) in order.iter().zip(&groups) {
        let from = groups.partition_point(|other| other < group) + 1;
        let to = groups.partition_point(|other| other <= group);
        let of = order.len();
        places.push((*index, Rank { from, to, of }));
    }
    places.sort_by_key(|(index, _)| *index);
    places
        .into_iter()
        .zip(top)
        .map(|((_, rank), top)| (rank, top))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: Reference = Reference {
        level: 0.9,
        certainty: 0.95,
        draws: 400,
        seed: 1,
    };

    fn member(key: &str, mean: f64, sd: f64, is_rankable: bool) -> Member {
        Member {
            key: key.to_owned(),
            belief: Belief { mean, sd },
            is_rankable,
        }
    }

    #[test]
    fn a_score_stands_among_the_rankable_and_the_others_have_no_rank() {
        let members = [
            member("c", 3.0, 0.0, true),
            member("a", 1.0, 0.0, true),
            member("lucky", 99.0, 0.0, false),
            member("b", 2.0, 0.0, true),
            member("d", 4.0, 0.0, true),
        ];
        let scores = score_group(&members, &REFERENCE);
        let of = |key: &str| scores.iter().find(|score| score.key == key).unwrap();
        assert_eq!(of("d").percentile, 87.5);
        assert_eq!(
            of("d").rank,
            Some(Rank {
                from: 1,
                to: 1,
                of: 4
            })
        );
        assert_eq!(
            of("a").rank,
            Some(Rank {
                from: 4,
                to: 4,
                of: 4
            })
        );
        assert_eq!(of("lucky").percentile, 100.0);
        assert_eq!((of("lucky").rank, of("lucky").top_ten), (None, None));
    }

    #[test]
    fn those_who_cannot_be_told_apart_share_their_ranks() {
        let mut members: Vec<Member> = (0..30)
            .map(|n| member(&format!("{n:02}"), f64::from(n), 1.0, true))
            .collect();
        let scores = score_group(&members, &REFERENCE);
        // From 29 down to 27 nobody is 2.326 below the first.
        for score in &scores[27..] {
            assert_eq!(
                score.rank,
                Some(Rank {
                    from: 1,
                    to: 3,
                    of: 30
                })
            );
        }
        assert_eq!(scores[26].rank.unwrap().from, 4);
        assert!(scores[29].top_ten.unwrap() > 0.99);
        assert!(scores[0].top_ten.unwrap() < 0.01);
        let total: f64 = scores.iter().filter_map(|score| score.top_ten).sum();
        assert!((total - 10.0).abs() < 1e-9, "{total}");
        // 1.645 either way: the members between.
        assert!(scores[15].interval.holds(scores[15].percentile));
        assert_eq!(scores[15].interval.low, 100.0 * 14.0 / 30.0);
        members.reverse();
        assert_eq!(score_group(&members, &REFERENCE), scores);
    }

    #[test]
    fn an_empty_group_measures_nobody() {
        assert!(score_group(&[member("a", 1.0, 1.0, false)], &REFERENCE).is_empty());
        assert!(score_group(&[], &REFERENCE).is_empty());
    }
}
