//! A measurement held against the truth, figure by figure, both ways.

use std::collections::{BTreeMap, HashMap, HashSet};

use beffroi_model::{Figure, FigureName, Measurement, MissingReason, Post};
use beffroi_sim::{FigureTruth, PostTruth, SocialTruth};
use jiff::{Timestamp, ToSpan};

/// What was compared, and what differs.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Days before the run whose posts are measured.
    window_days: i64,
    /// Figures compared, by name.
    pub(crate) compared: BTreeMap<&'static str, usize>,
    /// Outcomes, by word.
    pub(crate) outcomes: BTreeMap<String, usize>,
    pub(crate) differences: Vec<String>,
}

impl Comparison {
    /// Compares all accounts of a night.
    pub(crate) fn of(
        truths: &BTreeMap<String, SocialTruth>,
        measurements: &BTreeMap<String, Measurement>,
        (as_of, window_days): (Timestamp, i64),
    ) -> Self {
        let mut comparison = Self {
            window_days,
            ..Self::default()
        };
        assert_eq!(truths.len(), measurements.len());
        for (handle, truth) in truths {
            comparison.account(handle, truth, &measurements[handle], as_of);
        }
        comparison
    }

    /// Stops the test where anything differs.
    pub(crate) fn assert_equal(&self, night: &str) {
        println!("{night}: {:?} {:?}", self.outcomes, self.compared);
        let shown: Vec<_> = self.differences.iter().take(30).collect();
        assert!(
            self.differences.is_empty(),
            "{night}: {} differences: {shown:#?}",
            self.differences.len()
        );
    }

    pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
        &mut self,
        figure: &'static str,
        of: &str,
        stored: T,
        truth: T,
    ) {
        *self.compared.entry(figure).or_default() += 1;
        if stored != truth {
            self.differences
                .push(format!("{of} {figure}: stored {stored:?}, true {truth:?}"));
        }
    }

    /// Compares one account.
    pub(crate) fn account(
        &mut self,
        of: &str,
        truth: &SocialTruth,
        found: &Measurement,
        as_of: Timestamp,
    ) {
        let outcome = (
            found.outcome.kind().as_str(),
            found.outcome.reason().unwrap_or_default(),
        );
        let expected = (
            truth.outcome.as_str(),
            truth.reason.as_deref().unwrap_or_default(),
        );
        let word = if expected.1.is_empty() {
            expected.0
        } else {
            expected.1
        };
        *self.outcomes.entry(word.to_owned()).or_default() += 1;
        self.equal("outcome", of, outcome, expected);
        let figures = found.figures;
        for (name, stored, truth) in [
            ("followers", figures.followers, truth.followers),
            ("following", figures.following, truth.following),
            ("posts_total", figures.posts_total, truth.posts_total),
        ] {
            self.figure(name, of, stored, truth);
        }
        if expected.0 != "measured" || outcome.0 != "measured" {
            self.equal("posts", of, found.posts.len(), 0);
            return;
        }
        self.identity(of, truth, found);
        let missing = found.unavailable.get(&FigureName::Posts).copied();
        self.equal("posts missing", of, missing, truth.posts_missing);
        let begin = as_of.checked_sub((24 * self.window_days).hours()).unwrap();
        let in_window = |post: &&PostTruth| post.published_at > begin && post.published_at <= as_of;
        let expected: Vec<&PostTruth> = truth.posts.iter().filter(in_window).collect();
        let ids = |posts: &[&str]| posts.join(" ");
        let stored_ids: Vec<&str> = found.posts.iter().map(|it| it.post_id.as_str()).collect();
        let true_ids: Vec<&str> = expected.iter().map(|it| it.id.as_str()).collect();
        self.equal("list of posts", of, ids(&stored_ids), ids(&true_ids));
        let stored: HashMap<&str, &Post> = found
            .posts
            .iter()
            .map(|post| (post.post_id.as_str(), post))
            .collect();
        for post in &expected {
            if let Some(stored) = stored.get(post.id.as_str()) {
                self.post(&format!("{of} {}", post.id), post, stored);
            }
        }
        self.dialogue(of, truth, found, &true_ids);
    }

    /// Of answers that are spoilt much may be missing, but what is stored is true. Gives the number
    /// of figures that are missing and could be had.
    pub(crate) fn assert_nothing_false(truth: &SocialTruth, found: &Measurement) -> usize {
        let of = &found.account.handle;
        let mut lost = 0;
        let mut check =
            |name: &str, stored: Figure<u64>, truth: FigureTruth| match (stored, truth.known()) {
                (Figure::Known(stored), Some(truth)) => assert_eq!(stored, truth, "{of} {name}"),
                (Figure::Missing(_), Some(_)) => lost += 1,
                (_, None) => {}
            };
        let figures = found.figures;
        check("followers", figures.followers, truth.followers);
        check("following", figures.following, truth.following);
        check("posts_total", figures.posts_total, truth.posts_total);
        for post in &found.posts {
            let truth = truth.posts.iter().find(|it| it.id == post.post_id);
            let truth = truth.unwrap_or_else(|| panic!("{of} {}", post.post_id));
            assert_eq!(post.published_at, truth.published_at);
            check("reactions", post.reactions, truth.reactions);
            check("comments", post.comments, truth.comments);
            check("shares", post.shares, truth.shares);
            check("views", post.views, truth.views);
        }
        lost
    }

    fn figure(&mut self, name: &'static str, of: &str, stored: Figure<u64>, truth: FigureTruth) {
        let truth = match truth {
            FigureTruth::Known(value) => Figure::Known(value),
            FigureTruth::Missing(reason) => Figure::Missing(reason),
        };
        self.equal(name, of, stored, truth);
    }

    fn identity(&mut self, of: &str, truth: &SocialTruth, found: &Measurement) {
        let identity = &found.identity;
        self.equal(
            "permanent_id",
            of,
            &identity.permanent_id,
            &truth.permanent_id,
        );
        self.equal("renamed_to", of, &identity.renamed_to, &truth.renamed_to);
        self.equal("created_at", of, identity.created_at, truth.created_at);
    }

    fn post(&mut self, of: &str, truth: &PostTruth, stored: &Post) {
        self.equal("published_at", of, stored.published_at, truth.published_at);
        self.equal("kind", of, stored.kind, truth.kind);
        self.figure("reactions", of, stored.reactions, truth.reactions);
        self.figure("comments", of, stored.comments, truth.comments);
        self.figure("shares", of, stored.shares, truth.shares);
        self.figure("views", of, stored.views, truth.views);
    }

    fn dialogue(&mut self, of: &str, truth: &SocialTruth, found: &Measurement, shown: &[&str]) {
        let shown: HashSet<&str> = shown.iter().copied().collect();
        let missing = truth.dialogue_missing.as_ref().filter(|missing| {
            let ids = &missing.post_ids;
            ids.is_empty() || ids.iter().any(|id| shown.contains(id.as_str()))
        });
        let reason: Option<MissingReason> = missing.map(|missing| missing.reason);
        self.equal("dialogue missing", of, found.threads.missing(), reason);
        let Figure::Known(threads) = &found.threads else {
            return;
        };
        let mut stored: Vec<_> = threads
            .iter()
            .map(|it| (it.post_id.as_str(), it.opened_at, it.replied_at))
            .collect();
        let mut expected: Vec<_> = truth
            .threads
            .iter()
            .filter(|thread| shown.contains(thread.root_id.as_str()))
            .map(|it| (it.root_id.as_str(), it.opened_at, it.replied_at))
            .collect();
        stored.sort_unstable();
        expected.sort_unstable();
        self.equal("number of threads", of, stored.len(), expected.len());
        for (stored, expected) in stored.iter().zip(&expected) {
            self.equal("thread", of, stored, expected);
        }
    }
}
