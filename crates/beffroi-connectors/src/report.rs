//! A measurement as `beffroi measure --json` prints it. What is missing is `null` and named with
//! its reason in `unavailable`: the measurement's, or a post's where not all posts lack it.

use std::collections::BTreeMap;

use beffroi_model::{
    AccountId, AccountRef, Figure, FigureName, Identity, Measurement, MissingReason, OutcomeKind,
    Platform, PostKind, Thread,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::availability::{missing_from_post, note_missing_figures};

/// One account's measurement, for people and programs outside.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Which account.
    pub account: ReportedAccount,
    /// How the measurement ended.
    pub outcome: OutcomeKind,
    /// Why, for other ends than `measured` and `unchanged`.
    pub reason: Option<&'static str>,
    /// Who the account is.
    pub identity: Identity,
    /// Its counters.
    pub figures: ReportedFigures,
    /// Its posts of the window, newest first.
    pub posts: Vec<ReportedPost>,
    /// How it talks with visitors under these posts.
    pub dialogue: ReportedDialogue,
    /// The account's successor or others that it names.
    pub finds: Vec<AccountRef>,
    /// Missing figures, and why.
    pub unavailable: BTreeMap<FigureName, MissingReason>,
}

/// The account asked for.
#[derive(Debug, Serialize)]
pub struct ReportedAccount {
    /// Where.
    pub platform: Platform,
    /// Its canonical handle.
    pub handle: String,
    /// Its id, the same in every run.
    pub account_id: AccountId,
}

/// Counters of the account.
#[derive(Debug, Serialize)]
pub struct ReportedFigures {
    /// People who follow it.
    pub followers: Option<u64>,
    /// Step to which the platform cuts them; not shown where they are exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers_step: Option<u64>,
    /// Accounts it follows.
    pub following: Option<u64>,
    /// Posts since its creation, as the platform counts them.
    pub posts_total: Option<u64>,
}

/// Counters of a post.
#[derive(Debug, Serialize)]
pub struct ReportedPost {
    /// The platform's id.
    pub id: String,
    /// Its public address.
    pub url: Option<String>,
    /// When it was published.
    pub published_at: Timestamp,
    /// What it shows, where the platform tells.
    pub kind: Option<PostKind>,
    /// Likes, favourites, reactions.
    pub reactions: Option<u64>,
    /// Comments or direct replies.
    pub comments: Option<u64>,
    /// Shares, reposts, boosts and quotes.
    pub shares: Option<u64>,
    /// Views.
    pub views: Option<u64>,
    /// Missing figures, and why, but for what the measurement says of all its posts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unavailable: BTreeMap<FigureName, MissingReason>,
}

/// The dialogue under the posts of the window; all `null` when it is unknown.
#[derive(Debug, Serialize)]
pub struct ReportedDialogue {
    /// Threads that visitors opened.
    pub threads_opened: Option<usize>,
    /// Those that the account answered.
    pub threads_answered: Option<usize>,
    /// Seconds from the visitor's words to the account's first reply, by time of opening.
    pub reply_delays_secs: Option<Vec<u64>>,
}

impl Report {
    /// The report of a measurement.
    pub fn new(mut measurement: Measurement) -> Self {
        note_missing_figures(&mut measurement);
        let dialogue = ReportedDialogue::new(&measurement);
        let Measurement {
            account,
            outcome,
            identity,
            figures,
            followers_step,
            posts,
            finds,
            unavailable,
            ..
        } = measurement;
        Self {
            outcome: outcome.kind(),
            reason: outcome.reason(),
            identity,
            figures: ReportedFigures {
                followers: figures.followers.known(),
                followers_step,
                following: figures.following.known(),
                posts_total: figures.posts_total.known(),
            },
            posts: posts
                .into_iter()
                .map(|post| ReportedPost {
                    unavailable: missing_from_post(&post, &unavailable),
                    id: post.post_id,
                    url: post.url,
                    published_at: post.published_at,
                    kind: post.kind,
                    reactions: post.reactions.known(),
                    comments: post.comments.known(),
                    shares: post.shares.known(),
                    views: post.views.known(),
                })
                .collect(),
            dialogue,
            finds: finds.into_iter().map(|find| find.account).collect(),
            unavailable,
            account: ReportedAccount {
                platform: account.platform,
                account_id: account.account_id(),
                handle: account.handle,
            },
        }
    }
}

impl ReportedDialogue {
    fn new(measurement: &Measurement) -> Self {
        let Figure::Known(threads) = &measurement.threads else {
            return Self {
                threads_opened: None,
                threads_answered: None,
                reply_delays_secs: None,
            };
        };
        let mut by_opening: Vec<&Thread> = threads.iter().collect();
        by_opening.sort_by_key(|thread| thread.opened_at);
        let is_answered = |thread: &&Thread| thread.replied_at.is_some();
        let delays = by_opening
            .iter()
            .filter_map(|thread| thread.reply_delay_secs());
        Self {
            threads_opened: Some(threads.len()),
            threads_answered: Some(threads.iter().filter(is_answered).count()),
            reply_delays_secs: Some(delays.collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_model::{Absent, Figures, Outcome, Post};
    use serde_json::json;

    fn measurement(outcome: Outcome) -> Measurement {
        let account = AccountRef {
            platform: Platform::Mastodon,
            handle: "mairie@social.example".to_owned(),
            url: "https://social.example/@mairie".parse().unwrap(),
        };
        Measurement::without_figures(account, outcome, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_report_shows_figures_and_names_the_missing_ones() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let thread = |opened, replied: Option<i64>| Thread {
            post_id: "7".to_owned(),
            opened_at: at(opened),
            replied_at: replied.map(at),
        };
        let mut measurement = measurement(Outcome::Measured);
        measurement.figures = Figures {
            followers: Figure::Known(812),
            following: Figure::Missing(MissingReason::HiddenByOwner),
            posts_total: Figure::Known(0),
        };
        measurement.posts = vec![Post {
            post_id: "7".to_owned(),
            url: None,
            published_at: at(50),
            kind: Some(PostKind::ShortVideo),
            reactions: Figure::Known(3),
            comments: Figure::Known(2),
            shares: Figure::Known(0),
            views: Figure::Missing(MissingReason::NotGivenByPlatform),
        }];
        measurement.threads = Figure::Known(vec![thread(200, None), thread(100, Some(160))]);
        assert_eq!(
            serde_json::to_value(Report::new(measurement)).unwrap(),
            json!({
                "account": {
                    "platform": "mastodon",
                    "handle": "mairie@social.example",
                    "account_id": "233d06d8-0f00-5b24-bf33-20d56eb390d1",
                },
                "outcome": "measured",
                "reason": null,
                "identity": {
                    "permanent_id": null, "renamed_to": null, "created_at": null,
                    "is_limited": false, "is_automated": false, "profile_links": [],
                },
                "figures": {"followers": 812, "following": null, "posts_total": 0},
                "posts": [{
                    "id": "7", "url": null, "published_at": "1970-01-01T00:00:50Z",
                    "kind": "short_video",
                    "reactions": 3, "comments": 2, "shares": 0, "views": null,
                }],
                "dialogue": {
                    "threads_opened": 2, "threads_answered": 1, "reply_delays_secs": [60],
                },
                "finds": [],
                "unavailable": {"following": "hidden_by_owner", "views": "not_given_by_platform"},
            })
        );
    }

    #[test]
    fn a_figure_that_some_posts_lack_is_explained_beside_each() {
        let post = |id: &str, comments| Post {
            post_id: id.to_owned(),
            url: None,
            published_at: Timestamp::UNIX_EPOCH,
            kind: None,
            reactions: Figure::Known(3),
            comments,
            shares: Figure::Known(0),
            views: Figure::Missing(MissingReason::NotGivenByPlatform),
        };
        let mut measurement = measurement(Outcome::Measured);
        measurement.posts = vec![
            post("2", Figure::Missing(MissingReason::RepliesRestricted)),
            post("1", Figure::Known(0)),
        ];
        let report = serde_json::to_value(Report::new(measurement)).unwrap();
        assert_eq!(report["unavailable"].get("comments"), None);
        let (restricted, open) = (&report["posts"][0], &report["posts"][1]);
        assert_eq!(restricted["comments"], json!(null));
        assert_eq!(
            restricted["unavailable"],
            json!({"comments": "replies_restricted"})
        );
        assert_eq!(open.get("unavailable"), None);
    }

    #[test]
    fn an_absent_account_has_no_figures_and_no_zeros() {
        let gone = measurement(Outcome::Absent(Absent::Gone));
        let report = serde_json::to_value(Report::new(gone)).unwrap();
        assert_eq!(report["outcome"], "absent");
        assert_eq!(report["reason"], "gone");
        assert_eq!(report["figures"]["followers"], json!(null));
        assert_eq!(report["dialogue"]["threads_opened"], json!(null));
        assert_eq!(report["unavailable"]["followers"], "not_measured");
        assert_eq!(report["unavailable"]["dialogue"], "not_measured");
    }
}
