use beffroi_model::Platform;
use jiff::civil::date;
use strum::IntoEnumIterator as _;

use crate::{Metric, Policies, Shown, Storage};

fn problems(text: &str) -> Vec<String> {
    let wrong = Policies::with_file(text).unwrap_err();
    wrong.0.iter().map(ToString::to_string).collect()
}

const RULES: &str = "\
store = { days = 7, source = 'S', read = 2026-11-01 }
combine = { allowed = true, source = 'S', read = 2026-11-01 }
publish = { how = 'yes', source = 'S', read = 2026-11-01 }
";

#[test]
fn the_shipped_file_rules_every_metric_of_every_platform() {
    let policies = Policies::default();
    for platform in Platform::iter().filter(|platform| !platform.is_presence_only()) {
        for metric in Metric::of(platform) {
            assert!(
                policies.get(platform, metric).is_some(),
                "{platform} {metric}"
            );
        }
    }
    let ruled = policies.iter().count();
    assert_eq!(ruled, 12 * 10 + 4);
    assert!(policies.amendments().is_empty());
}

#[test]
fn every_shipped_notice_is_there_in_french_too() {
    let policies = Policies::default();
    let mut told = 0;
    for (platform, metric, policy) in policies.iter() {
        let publication = &policy.publish.is;
        if publication.notice.is_empty() {
            assert_eq!(publication.notice_fr, "", "{platform} {metric}");
            continue;
        }
        assert_ne!(
            publication.notice_fr, publication.notice,
            "{platform} {metric}"
        );
        told += 1;
    }
    assert!(told > 40, "{told}");
    // An operator's file may leave it out: the words stay as they are.
    let own = RULES.replace("how = 'yes'", "how = 'notice', notice = 'words'");
    let policies = Policies::with_file(&format!("[platforms.x]\n{own}")).unwrap();
    let notices = policies.notices(Platform::X, &[Metric::Followers]);
    assert_eq!((notices[0].en, notices[0].fr), ("words", "words"));
}

#[test]
fn youtube_is_kept_for_thirty_days_alone_and_labelled() {
    let policies = Policies::default();
    let policy = policies.get(Platform::Youtube, Metric::Followers).unwrap();
    assert_eq!(policy.store.is.days, Storage::Days(30));
    assert!(
        policy
            .store
            .source
            .source
            .starts_with("https://developers.google.com/")
    );
    let metrics = [Metric::Followers, Metric::Reactions];
    assert!(
        policies
            .refuses_to_combine(Platform::Youtube, &metrics)
            .is_some()
    );
    assert!(
        policies
            .refuses_to_combine(Platform::Mastodon, &metrics)
            .is_none()
    );
    assert!(
        policies
            .refuses_to_show(Platform::Youtube, &metrics)
            .is_none()
    );
    assert_eq!(policies.notices(Platform::Youtube, &metrics).len(), 1);
}

#[test]
fn what_may_only_be_aggregated_is_not_shown_of_one_account() {
    let policies = Policies::default();
    let metrics = [Metric::Followers];
    let rule = policies.refuses_to_show(Platform::X, &metrics).unwrap();
    assert_eq!(rule.is.how, Shown::Aggregated);
    assert!(
        policies
            .refuses_to_aggregate(Platform::X, &metrics)
            .is_none()
    );
}

#[test]
fn a_platform_that_is_named_is_replaced_whole_and_the_others_stay() {
    let text = format!(
        "[platforms.linkedin]\n{RULES}[platforms.linkedin.metrics.views]\n\
         publish = {{ how = 'no', source = 'T', read = '2026-11-02' }}"
    );
    let policies = Policies::with_file(&text).unwrap();
    let of = |metric| policies.get(Platform::Linkedin, metric).unwrap();
    assert_eq!(of(Metric::Followers).store.is.days, Storage::Days(7));
    assert_eq!(of(Metric::Views).publish.is.how, Shown::No);
    assert_eq!(of(Metric::Views).publish.source.read, date(2026, 11, 2));
    assert_eq!(of(Metric::Views).store.is.days, Storage::Days(7));
    // The shipped file has a rule of its own for it.
    assert!(of(Metric::Dialogue).combine.is.allowed);
    let metrics = [Metric::Views, Metric::Followers];
    assert!(
        policies
            .refuses_to_aggregate(Platform::Linkedin, &metrics)
            .is_some()
    );
    let shipped = Policies::default();
    assert_eq!(
        policies.get(Platform::Youtube, Metric::Followers),
        shipped.get(Platform::Youtube, Metric::Followers)
    );
}

#[test]
fn an_amendment_changes_what_it_names_and_says_so() {
    let text = "[[amendments]]\nplatform = 'youtube'\ncombine = true\nstore_days = 'unbounded'\n\
                metrics = ['followers', 'posts']\ndocument = 'letter 12'\nsigned = 2026-12-01";
    let policies = Policies::with_file(text).unwrap();
    let followers = policies.get(Platform::Youtube, Metric::Followers).unwrap();
    assert!(followers.combine.is.allowed);
    assert_eq!(followers.combine.source.source, "letter 12");
    assert_eq!(followers.store.is.days, Storage::Unbounded);
    let views = policies.get(Platform::Youtube, Metric::Views).unwrap();
    assert!(!views.combine.is.allowed);
    assert_eq!(views.store.is.days, Storage::Days(30));
    assert_eq!(policies.amendments().len(), 1);
}

#[test]
fn errors_name_the_line_the_key_and_what_was_expected() {
    for (text, told) in [
        (
            "platforms = 3",
            "line 1: `platforms`: found `3`, expected a table",
        ),
        ("[platforms\n", "line 1: no TOML: "),
        (
            "\n[platform.x]\n",
            "line 2: `platform`: there is no such key, expected one of `platforms`",
        ),
        (
            "[platforms.myspace]\n",
            "line 1: `platforms.myspace`: found `myspace`, expected a platform with figures: `website`",
        ),
        (
            "[platforms.whatsapp]\n",
            "line 1: `platforms.whatsapp`: found `whatsapp`, expected a platform",
        ),
        (
            "\n[platforms.x]\n",
            "line 2: `platforms.x.store`: missing; a platform that is named needs `store`",
        ),
        (
            "[platforms.x]\nstore.days = 0",
            "line 2: `platforms.x.store.days`: found `0`, expected a whole number of days from 1",
        ),
        (
            "[platforms.x]\nstore.days = 'ever'",
            "line 2: `platforms.x.store.days`: found `ever`, expected a whole number",
        ),
        (
            "[platforms.x]\nstore = { days = 3, read = 2026-01-01 }",
            "line 2: `platforms.x.store.source`: missing, expected a text",
        ),
        (
            "[platforms.x]\nstore = { days = 3, source = 'S', read = 'soon' }",
            "line 2: `platforms.x.store.read`: found `soon`, expected a day",
        ),
        (
            "[platforms.x]\ncombine.allowed = 'no'",
            "line 2: `platforms.x.combine.allowed`: found `no`, expected `true` or `false`",
        ),
        (
            "[platforms.x]\npublish.how = 'maybe'",
            "line 2: `platforms.x.publish.how`: found `maybe`, expected one of `yes`, `notice`, `aggregated`, `no`",
        ),
        (
            "[platforms.x]\npublish.how = 'notice'",
            "line 2: `platforms.x.publish.notice`: missing, expected the words",
        ),
        (
            "[platforms.x]\nkeep = 3",
            "line 2: `platforms.x.keep`: there is no such key, expected one of `store`",
        ),
        (
            "[platforms.x.metrics.site]\n",
            "line 1: `platforms.x.metrics.site`: found `site`, expected a metric of x: `followers`",
        ),
        ("amendments = 3", "line 1: `amendments`: expected tables"),
        (
            "\n[[amendments]]\nplatform = 'myspace'",
            "line 3: `amendments.1.platform`: found `myspace`, expected a platform",
        ),
        (
            "[[amendments]]\nplatform = 'youtube'\ndocument = 'D'\nsigned = 2026-01-01",
            "line 1: `amendments.1`: consents to nothing; expected",
        ),
    ] {
        let told_all = problems(text);
        assert!(
            told_all.iter().any(|line| line.starts_with(told)),
            "{text}: {told_all:#?}"
        );
        assert!(
            told_all.iter().all(|line| !line.contains('\n')),
            "{told_all:?}"
        );
    }
}

#[test]
fn everything_wrong_is_told_at_once_by_line() {
    let text = format!("[platforms.x]\n{RULES}keep = 1\n[platforms.nowhere]\n[other]");
    let lines = problems(&text);
    let starts = [
        "line 5: `platforms.x.keep`",
        "line 6: `platforms.nowhere`",
        "line 7: `other`",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{lines:#?}");
    }
}

#[test]
fn counters_do_not_outlive_their_posts() {
    let text = format!(
        "[platforms.x]\n{RULES}[platforms.x.metrics.views]\n\
         store = {{ days = 8, source = 'S', read = 2026-11-01 }}"
    );
    let told = problems(&text);
    assert_eq!(told.len(), 1);
    assert!(
        told[0]
            .starts_with("line 1: `platforms.x.store`: `views` is stored for longer than `posts`"),
        "{told:?}"
    );
}

#[test]
fn what_would_be_too_old_before_the_next_night_goes_tonight() {
    let policies = Policies::default();
    let expiries = policies.expiries(date(2026, 11, 30));
    let up_to = |platform, metric| {
        let of = |expiry: &&crate::Expiry| expiry.platform == platform && expiry.metric == metric;
        expiries.iter().find(of).map(|expiry| expiry.up_to)
    };
    // Seen in the night of 1 November, it is 30 days old in the next night.
    assert_eq!(
        up_to(Platform::Youtube, Metric::Followers),
        Some(date(2026, 11, 1))
    );
    assert_eq!(up_to(Platform::Mastodon, Metric::Followers), None);
}
