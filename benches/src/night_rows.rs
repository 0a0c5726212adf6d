//! The rows that jobs of a night leave, without the night.

use beffroi_model::{
    AccountFind, AccountRef, BodyHash, Confidence, Evidence, FeedKind, FetchRecord, Figure,
    Figures, FindMethod, Job, Measurement, MissingReason, Outcome, Platform, Post,
    PublicationSource, SiteObservation, Thread,
};
use beffroi_store::JobRows;
use jiff::{SignedDuration, Timestamp};

use crate::{feeds, server, towns::Night};

/// Posts of an account in 28 days; French town halls write about one a day.
const POSTS: i64 = 25;

/// The rows of as many jobs, websites and Bluesky accounts in turn.
pub fn of_jobs(label: &str, jobs: usize) -> Vec<JobRows> {
    let night = Night::new(label, 80);
    let now = Timestamp::now();
    (0..jobs)
        .map(|number| {
            let (job, measurement) = if number % 2 == 0 {
                let job = night.site_job(number);
                let measurement = site(&night, &job, number, now);
                (job, measurement)
            } else {
                let job = night.bluesky_job(number);
                let measurement = account(&night, &job, number, now);
                (job, measurement)
            };
            JobRows::of(&job, &measurement, "bench", now)
        })
        .collect()
}

fn site(night: &Night, job: &Job, number: usize, now: Timestamp) -> Measurement {
    let home = &job.account.url;
    let find = |platform: Platform, host: &str| AccountFind {
        collectivity_id: job.subjects[0].collectivity_id.clone(),
        account: AccountRef {
            platform,
            handle: server::town(number),
            url: format!("https://{host}/{}", server::town(number))
                .parse()
                .expect("plain"),
        },
        confidence: Confidence::new(0.9),
        evidence: vec![Evidence {
            page: home.to_string(),
            how: FindMethod::Anchor,
        }],
    };
    Measurement {
        site: Some(SiteObservation {
            reachable: true,
            https: false,
            certificate_problem: None,
            final_url: Some(home.to_string()),
            redirected_to_domain: None,
            home_status: Some(200),
            home_bytes: Some(50_000),
            cms: Some("wordpress".to_owned()),
            charset: Some("utf-8".to_owned()),
            feed_url: Some(format!("{home}feed/")),
            feed_kind: Some(FeedKind::Rss),
            sitemap: None,
            publication_source: Some(PublicationSource::Feed),
            posts_28d: Figure::Known(9),
            last_published_at: Figure::Known(now),
            legal_notice_url: Some(format!("{home}mentions-legales/")),
            newsletter: Some(true),
            contact: Some(true),
        }),
        finds: vec![
            find(Platform::Facebook, "www.facebook.com"),
            find(Platform::Instagram, "www.instagram.com"),
        ],
        posts: posts(home.as_str(), 9, now),
        fetches: fetches(night.site_requests(number), now),
        state: Some(format!(
            r#"{{"home_url":"{home}","home":{{"etag":"\"{number:x}\""}}}}"#
        )),
        ..Measurement::without_figures(job.account.clone(), Outcome::Measured, now)
    }
}

fn account(night: &Night, job: &Job, number: usize, now: Timestamp) -> Measurement {
    let did = feeds::did(&server::town(number));
    let posts = posts(&format!("at://{did}/app.bsky.feed.post/"), POSTS, now);
    let thread = |post: &Post| Thread {
        post_id: post.post_id.clone(),
        opened_at: post.published_at + SignedDuration::from_mins(number as i64 % 600),
        replied_at: number
            .is_multiple_of(3)
            .then_some(post.published_at + SignedDuration::from_hours(9)),
    };
    Measurement {
        figures: Figures {
            followers: Figure::Known(100 + number as u64),
            following: Figure::Known(37),
            posts_total: Figure::Known(655),
        },
        threads: Figure::Known(posts.iter().step_by(3).map(thread).collect()),
        posts,
        fetches: fetches(vec![night.bluesky_request(number)], now),
        state: Some(format!(r#"{{"did":"{did}","conversations":{{}}}}"#)),
        ..Measurement::without_figures(job.account.clone(), Outcome::Measured, now)
    }
}

fn posts(prefix: &str, count: i64, now: Timestamp) -> Vec<Post> {
    let post = |number: i64| Post {
        kind: None,
        post_id: format!("{prefix}3lbxyz{number:04}"),
        url: Some(format!("{prefix}public/3lbxyz{number:04}")),
        published_at: now - SignedDuration::from_hours(26 * number + 1),
        reactions: Figure::Known(number as u64),
        comments: Figure::Known(number as u64 / 4),
        shares: Figure::Known(number as u64 / 3),
        views: Figure::Missing(MissingReason::NotGivenByPlatform),
    };
    (0..count).map(post).collect()
}

fn fetches(urls: Vec<url::Url>, now: Timestamp) -> Vec<FetchRecord> {
    urls.into_iter()
        .map(|url| FetchRecord {
            at: now,
            status: Some(200),
            error_class: None,
            body_bytes: 50_000,
            body_hash: Some(BodyHash::of(url.as_str().as_bytes())),
            duration_ms: 12,
            url,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_a_night_has_rows() {
        let mut all = JobRows::default();
        for mut rows in of_jobs("test", 6) {
            all.append(&mut rows);
        }
        assert_eq!(all.outcomes.len(), 6);
        for count in [
            all.accounts.len(),
            all.account_observations.len(),
            all.posts.len(),
            all.post_observations.len(),
            all.dialogues.len(),
            all.site_observations.len(),
            all.fetches.len(),
            all.states.len(),
        ] {
            assert!(count > 0, "{all:?}");
        }
    }
}
