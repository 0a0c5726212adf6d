//! From a judgement to its row.

use beffroi_index::{
    index::{Indicator, IndicatorScore, Judgement, Unscored},
    score::Evidence,
};
use beffroi_store::{AccountScoreRow, JudgedNight, ProfileRow};

/// Why an account is not judged at all: its body is not in the registry.
const NOT_IN_REGISTRY: &str = "not_in_registry";

/// The columns of one indicator.
#[derive(Default)]
struct Columns {
    figure: Option<f64>,
    score: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    own_weight: Option<f64>,
    evidence: Option<Evidence>,
    rank_from: Option<u32>,
    rank_to: Option<u32>,
    of: Option<u32>,
    peers: String,
    widened: u8,
    why: String,
}

impl Columns {
    fn of(result: Option<&Result<IndicatorScore, Unscored>>) -> Self {
        match result {
            Some(Ok(found)) => Self {
                figure: Some(found.figure),
                score: Some(found.score.percentile),
                low: Some(found.score.interval.low),
                high: Some(found.score.interval.high),
                own_weight: Some(found.own_weight),
                evidence: found.evidence,
                rank_from: found.score.rank.map(|rank| count(rank.from)),
                rank_to: found.score.rank.map(|rank| count(rank.to)),
                of: found.score.rank.map(|rank| count(rank.of)),
                peers: found.peers.group.to_string(),
                widened: found.peers.is_widened.into(),
                why: String::new(),
            },
            Some(Err(why)) => Self {
                why: word(*why),
                ..Self::default()
            },
            None => Self {
                why: NOT_IN_REGISTRY.to_owned(),
                ..Self::default()
            },
        }
    }
}

/// The row of an account by a version; without a judgement the body is not in the registry.
pub(crate) fn row(
    night: &JudgedNight,
    version: &str,
    account: &ProfileRow,
    judgement: Option<&Judgement>,
) -> AccountScoreRow {
    let of = |indicator| {
        Columns::of(judgement.and_then(|judgement| judgement.indicators.get(&indicator)))
    };
    let (audience, activity) = (of(Indicator::Audience), of(Indicator::Activity));
    let (engagement, dialogue) = (of(Indicator::Engagement), of(Indicator::Dialogue));
    let mut row = AccountScoreRow {
        night: night.night,
        run_id: night.run_id.clone(),
        index_version: version.to_owned(),
        account_id: account.account_id,
        platform: account.platform.clone(),
        handle: account.handle.clone(),
        collectivity_id: account.collectivity_id.clone(),
        category: account.category.clone(),
        stratum: account.stratum.clone(),
        population: account.population,
        department_code: account.department_code.clone(),
        region_code: account.region_code.clone(),
        components: account.components.clone(),
        closed_posts: account.posts,
        followers: account.followers,
        audience_figure: audience.figure,
        audience_score: audience.score,
        audience_low: audience.low,
        audience_high: audience.high,
        audience_own_weight: audience.own_weight,
        audience_rank_from: audience.rank_from,
        audience_rank_to: audience.rank_to,
        audience_of: audience.of,
        audience_peers: audience.peers,
        audience_widened: audience.widened,
        audience_why: audience.why,
        activity_figure: activity.figure,
        activity_score: activity.score,
        activity_low: activity.low,
        activity_high: activity.high,
        activity_own_weight: activity.own_weight,
        activity_rank_from: activity.rank_from,
        activity_rank_to: activity.rank_to,
        activity_of: activity.of,
        activity_peers: activity.peers,
        activity_widened: activity.widened,
        activity_why: activity.why,
        engagement_figure: engagement.figure,
        engagement_score: engagement.score,
        engagement_low: engagement.low,
        engagement_high: engagement.high,
        engagement_own_weight: engagement.own_weight,
        engagement_rank_from: engagement.rank_from,
        engagement_rank_to: engagement.rank_to,
        engagement_of: engagement.of,
        engagement_peers: engagement.peers,
        engagement_widened: engagement.widened,
        engagement_why: engagement.why,
        dialogue_figure: dialogue.figure,
        dialogue_score: dialogue.score,
        dialogue_low: dialogue.low,
        dialogue_high: dialogue.high,
        dialogue_own_weight: dialogue.own_weight,
        dialogue_rank_from: dialogue.rank_from,
        dialogue_rank_to: dialogue.rank_to,
        dialogue_of: dialogue.of,
        dialogue_peers: dialogue.peers,
        dialogue_widened: dialogue.widened,
        dialogue_why: dialogue.why,
        is_covered: account.is_covered,
        engagement_count: engagement.evidence.map(|evidence| evidence.count),
        engagement_squares: engagement.evidence.map(|evidence| evidence.squares),
        dialogue_count: dialogue.evidence.map(|evidence| evidence.count),
        dialogue_squares: dialogue.evidence.map(|evidence| evidence.squares),
        ..AccountScoreRow::default()
    };
    add_total(&mut row, judgement);
    row
}

fn add_total(row: &mut AccountScoreRow, judgement: Option<&Judgement>) {
    let Some(judgement) = judgement else {
        row.why = NOT_IN_REGISTRY.to_owned();
        return;
    };
    let total = match &judgement.total {
        Ok(total) => total,
        Err(why) => {
            row.why = word(*why);
            return;
        }
    };
    row.total = Some(total.value);
    row.total_low = Some(total.interval.low);
    row.total_high = Some(total.interval.high);
    row.total_sd = Some(total.sd);
    row.rank_from = total.rank.map(|rank| count(rank.from));
    row.rank_to = total.rank.map(|rank| count(rank.to));
    row.ranked_of = total.rank.map(|rank| count(rank.of));
    row.peers = total.peers.group.to_string();
    row.widened = total.peers.is_widened.into();
    row.top_ten = total.top_ten;
    row.fans_rank = judgement.rank_shift.map(|shift| shift.by_fans);
    row.index_rank = judgement.rank_shift.map(|shift| shift.by_index);
    row.rank_shift = judgement.rank_shift.map(|shift| shift.shift);
    row.parts = total
        .parts
        .iter()
        .map(|part| (part.indicator.to_string(), part.weight))
        .collect();
}

fn count(rank: usize) -> u32 {
    u32::try_from(rank).unwrap_or(u32::MAX)
}

/// The reason in one word.
fn word(why: Unscored) -> String {
    match why {
        Unscored::Missing(reason) => reason.to_string(),
        Unscored::TooFewThreads { .. } => "too_few_threads".to_owned(),
        Unscored::TooFewPeers => "too_few_peers".to_owned(),
    }
}
