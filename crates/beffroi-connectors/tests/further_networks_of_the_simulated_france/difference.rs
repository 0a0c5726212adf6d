//! What differs between what was stored of an account and what is true.

use std::{collections::BTreeMap, fmt::Debug};

use beffroi_connectors::Measured;
use beffroi_model::{Figure, FigureName, Measurement, MissingReason, Post};
use beffroi_sim::{FigureTruth, PostTruth, SocialTruth};
use jiff::{SignedDuration, Timestamp};

use crate::france::Expected;

/// What a connector leaves out at a second visit by its own rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gaps {
    /// Nothing.
    None,
    /// The counters of accounts whose turn it is not.
    Counters,
}

struct Findings {
    of: String,
    wrong: Vec<String>,
}

impl Findings {
    fn equal<T: PartialEq + Debug>(&mut self, what: &str, stored: T, truth: T) {
        if stored != truth {
            let of = &self.of;
            self.wrong
                .push(format!("{of}: {what} is {stored:?}, truly {truth:?}"));
        }
    }
}

/// Every difference, in words.
pub(crate) fn differences(
    expected: &Expected,
    found: &Measured,
    as_of: Timestamp,
    gaps: Gaps,
) -> Vec<String> {
    let truth = &expected.truth;
    let measurement = &found.measurement;
    let mut findings = Findings {
        of: format!("{} ({:?})", expected.account.handle, truth.case),
        wrong: Vec::new(),
    };
    findings.equal("a retry", found.retry.is_some(), false);
    let outcome = measurement.outcome;
    findings.equal(
        "outcome",
        (outcome.kind().as_str(), outcome.reason().map(Into::into)),
        (truth.outcome.as_str(), truth.reason.clone()),
    );
    if truth.outcome == "measured" && outcome.reason().is_none() {
        counters(&mut findings, truth, measurement, gaps);
        identity(&mut findings, truth, measurement);
        let shown = posts(&mut findings, truth, measurement, as_of);
        dialogue(&mut findings, truth, measurement, &shown);
    }
    findings.wrong
}

fn known(figure: Figure<u64>) -> FigureTruth {
    match figure {
        Figure::Known(number) => FigureTruth::Known(number),
        Figure::Missing(reason) => FigureTruth::Missing(reason),
    }
}

fn counters(findings: &mut Findings, truth: &SocialTruth, found: &Measurement, gaps: Gaps) {
    let figures = [
        (
            FigureName::Followers,
            found.figures.followers,
            truth.followers,
        ),
        (
            FigureName::Following,
            found.figures.following,
            truth.following,
        ),
        (
            FigureName::PostsTotal,
            found.figures.posts_total,
            truth.posts_total,
        ),
    ];
    let not_asked = MissingReason::NotAsked;
    let is_left_out = gaps == Gaps::Counters && figures[0].1 == Figure::Missing(not_asked);
    for (name, stored, truth) in figures {
        let truth = match truth {
            // What is never given is known without asking.
            FigureTruth::Missing(MissingReason::NotGivenByPlatform) => truth,
            _ if is_left_out => FigureTruth::Missing(not_asked),
            _ => truth,
        };
        findings.equal(name.into(), known(stored), truth);
        unavailable(findings, name, truth.missing(), found);
    }
    unavailable(findings, FigureName::Posts, truth.posts_missing, found);
}

fn unavailable(
    findings: &mut Findings,
    name: FigureName,
    truth: Option<MissingReason>,
    found: &Measurement,
) {
    let what = format!("why {name} are missing");
    findings.equal(&what, found.unavailable.get(&name).copied(), truth);
}

fn identity(findings: &mut Findings, truth: &SocialTruth, found: &Measurement) {
    if let Some(permanent_id) = &truth.permanent_id {
        let identity = &found.identity;
        findings.equal(
            "permanent_id",
            identity.permanent_id.as_ref(),
            Some(permanent_id),
        );
        findings.equal("renamed_to", &identity.renamed_to, &truth.renamed_to);
    }
    if truth.created_at.is_some() {
        findings.equal("created_at", found.identity.created_at, truth.created_at);
    }
}

/// Compares the posts of the window, and returns the ids of those that are true.
fn posts<'a>(
    findings: &mut Findings,
    truth: &'a SocialTruth,
    found: &Measurement,
    as_of: Timestamp,
) -> Vec<&'a str> {
    let begin = as_of - SignedDuration::from_hours(28 * 24);
    let in_window: Vec<&PostTruth> = truth
        .posts
        .iter()
        .filter(|post| post.published_at > begin)
        .collect();
    let ids: Vec<&str> = in_window.iter().map(|post| post.id.as_str()).collect();
    let mut stored: Vec<&str> = found
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    if ids != stored {
        // The same at one moment in another order is as right.
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        stored.sort_unstable();
        findings.equal("the list of posts", stored, sorted);
    }
    let by_id: BTreeMap<&str, &Post> = found
        .posts
        .iter()
        .map(|post| (post.post_id.as_str(), post))
        .collect();
    for post in in_window {
        let Some(stored) = by_id.get(post.id.as_str()) else {
            continue;
        };
        let of = |name: FigureName| format!("{name} of {}", post.id);
        findings.equal(
            &format!("the time of {}", post.id),
            stored.published_at,
            post.published_at,
        );
        findings.equal(&format!("the kind of {}", post.id), stored.kind, post.kind);
        for (name, stored, truth) in [
            (FigureName::Reactions, stored.reactions, post.reactions),
            (FigureName::Comments, stored.comments, post.comments),
            (FigureName::Shares, stored.shares, post.shares),
            (FigureName::Views, stored.views, post.views),
        ] {
            findings.equal(&of(name), known(stored), truth);
        }
    }
    ids
}

fn dialogue(findings: &mut Findings, truth: &SocialTruth, found: &Measurement, shown: &[&str]) {
    let missing = truth.dialogue_missing.as_ref().filter(|missing| {
        let ids = &missing.post_ids;
        ids.is_empty() || ids.iter().any(|id| shown.contains(&id.as_str()))
    });
    let reason = missing.map(|missing| missing.reason);
    unavailable(findings, FigureName::Dialogue, reason, found);
    let stored = match &found.threads {
        Figure::Known(threads) => threads,
        Figure::Missing(stored) => {
            return findings.equal("why threads are missing", Some(*stored), reason);
        }
    };
    findings.equal("missing threads", None, reason);
    let mut stored: Vec<_> = stored
        .iter()
        .map(|thread| (thread.post_id.as_str(), thread.opened_at, thread.replied_at))
        .collect();
    let mut truly: Vec<_> = truth
        .threads
        .iter()
        .filter(|thread| shown.contains(&thread.root_id.as_str()))
        .map(|thread| (thread.root_id.as_str(), thread.opened_at, thread.replied_at))
        .collect();
    stored.sort_unstable();
    truly.sort_unstable();
    findings.equal("threads", stored, truly);
}
