//! `beffroi report …` over a judged world: what each report says, in both languages and all formats, and
//! what the policies keep out of every one of them.

mod formats;
mod page;
mod platforms;
pub(crate) mod reasons;
mod seed;
mod views;

use beffroi_tests::Installation;

use self::seed::{BEFORE, NIGHT, SECRET, STRATUM, World, handle};

#[test]
fn what_was_never_judged_is_told_with_the_remedy() {
    let here = Installation::default();
    for report in [
        "presence",
        "engagement",
        "peers",
        "platforms",
        "ranking",
        "rankshift",
        "dialogue",
        "movers",
        "dormant",
    ] {
        here.run(&["report", report])
            .exited(1)
            .said(&["no night was judged yet", "`beffroi rollup --all`"]);
    }
    let account = ["report", "account", "mastodon:a@b.test"];
    here.run(&account)
        .exited(1)
        .said(&["no night was judged yet"]);
    here.run(&["report", "collectivity", "Rennes"]).exited(1);
}

#[test]
fn every_report_says_its_figures_with_n_intervals_ranks_and_flags() {
    let world = World::new();
    let report = |line: &str| {
        let mut words = vec!["report"];
        words.extend(line.split(' '));
        world.here.succeed(&words).stdout
    };
    let line = |text: &str, part: &str| {
        let found = text.lines().find(|line| line.contains(part));
        found
            .unwrap_or_else(|| panic!("no {part} in {text}"))
            .to_owned()
    };

    let ranking = report("ranking --lang en --platform mastodon");
    // The second-best: 89 with its interval, and ranks 1 to 3 of 30.
    let second = line(&ranking, &handle(28));
    assert!(
        second.contains("89 [83–95]") && second.contains("1–3 / 30"),
        "{second}"
    );
    assert!(second.contains("40"), "{second}");
    assert!(
        ranking.starts_with(&format!("Ranking, night of {NIGHT}, index v1")),
        "{ranking}"
    );
    let french = report("ranking --lang fr --platform mastodon");
    assert!(
        french.starts_with(&format!("Classement, nuit du {NIGHT}")),
        "{french}"
    );
    assert_eq!(
        report("ranking --lang en --limit 3 --platform mastodon")
            .matches("social.test")
            .count(),
        3
    );

    let bodies = report("ranking --of collectivities --lang en --limit 40");
    assert_eq!(
        bodies.matches(&format!("commune {STRATUM}")).count(),
        29,
        "{bodies}"
    );
    // The second-best, 89 with the standard deviation 4; the best would tell its account of X.
    let second = line(&bodies, "2–3 / 30");
    assert!(
        second.contains("89 [82–96]") && second.contains("mastodon"),
        "{second}"
    );
    assert!(
        !bodies.contains("1–2 / 30") && !bodies.contains("92 ["),
        "{bodies}"
    );
    assert!(
        bodies.starts_with(&format!(
            "Ranking of collectivities, night of {NIGHT}, index v1"
        )),
        "{bodies}"
    );

    let engagement = report("engagement --lang en --limit 40");
    let best = line(&engagement, &handle(29));
    assert!(
        best.contains("14.6") && best.contains("young posts"),
        "{best}"
    );
    // The partial one stands after all full ones, however large, and is marked.
    let partial = line(&engagement, "@commune29");
    assert!(
        partial.contains("RK")
            && partial.contains("partial E")
            && partial.contains("stratum not covered")
    );
    let place = |part: &str| engagement.find(part).unwrap();
    assert!(place("@commune29") > place(&handle(0)), "{engagement}");
    assert!(
        engagement.contains("* youtube: from YouTube's API"),
        "{engagement}"
    );

    let shift = report("rankshift --lang en");
    let first = shift.lines().nth(3).unwrap();
    assert!(
        first.contains("underrated") || first.contains("overrated"),
        "{shift}"
    );
    assert!(line(&shift, &handle(15)).contains("within ties"));

    let dialogue = report("dialogue --lang en");
    // Wilson's interval of 12 of 20: 0.387 to 0.781.
    assert!(
        line(&dialogue, &handle(29)).contains("60 [39–78]"),
        "{dialogue}"
    );
    assert!(
        !dialogue.contains("@commune29"),
        "nothing is known of its threads"
    );

    let movers = report("movers --lang en");
    assert_eq!(movers.matches("social.test").count(), 1, "{movers}");
    let mover = line(&movers, &handle(0));
    assert!(
        mover.contains("fell") && mover.contains("80 [74–86]") && mover.contains("5 ["),
        "{mover}"
    );
    assert!(movers.contains(BEFORE) && movers.contains(NIGHT));

    // Against the week before and the year before, with their seasons; what is withheld is in neither.
    let week = report("movers --against week --lang en");
    let mover = line(&week, &handle(29));
    assert!(
        mover.contains("2026-11-09") && mover.contains("other seasons"),
        "{week}"
    );
    let year = report("movers --against year --lang en");
    let mover = line(&year, &handle(29));
    assert!(
        mover.contains("2.25") && mover.contains("August") && mover.contains("municipal elections"),
        "{year}"
    );
    assert!(!week.contains(SECRET) && !year.contains(SECRET), "{year}");

    let dormant = report("dormant --lang en");
    assert!(line(&dormant, "2026-11-20").contains("departed"));
    assert!(
        line(&dormant, "2026-08-01").contains("dormant"),
        "{dormant}"
    );
    assert!(!report("dormant --lang en --since 2026-11-21").contains("2026-11-20"));

    let presence = report("presence --lang en --department 35");
    let stratum = line(&presence, STRATUM);
    assert!(stratum.contains("commune"), "{stratum}");
    assert!(presence.contains("mastodon 94 [83–100]"), "{presence}");
    assert!(
        !presence.contains("maire-info 2023"),
        "published figures are of all of France"
    );
    assert!(report("presence --lang en").contains("maire-info 2023"));
    let published = report("presence --published --lang fr");
    assert!(line(&published, "maire-info 2023").contains("sur un réseau au moins"));
    let data = world
        .here
        .succeed(&["report", "presence", "--format", "json"]);
    let data = data.json()["data"].as_array().unwrap().clone();
    let key = |row: &serde_json::Value| {
        ["category", "stratum", "platform"].map(|it| row[it].as_str().unwrap().to_owned())
    };
    let keys: std::collections::BTreeSet<_> = data.iter().map(key).collect();
    assert_eq!(keys.len(), data.len(), "a line is there twice");
    let of = |platform: &str| {
        let is_meant =
            |row: &&serde_json::Value| row["stratum"] == STRATUM && row["platform"] == platform;
        data.iter().find(is_meant).unwrap().clone()
    };
    let mastodon = of("mastodon");
    assert_eq!(mastodon["with_account"], 30);
    let [share, expected] = ["share", "expected_share"].map(|it| mastodon[it].as_f64().unwrap());
    assert!((expected - share / 0.9375).abs() < 1e-12, "{mastodon}");
    assert_eq!(of("website_https")["with_account"], 1);
    assert_eq!(of("telegram")["share"], 0.0);
    assert_eq!(of("telegram")["discovery_recall"], serde_json::Value::Null);
    let over_time = report("presence --over-time --lang en --platform mastodon");
    assert!(
        over_time.contains(BEFORE) && over_time.contains(NIGHT),
        "{over_time}"
    );

    // All platforms: a line a month, a column a platform.
    let months = report("presence --over-time --lang en");
    let last = months.lines().rfind(|line| line.contains(NIGHT)).unwrap();
    assert!(
        months.contains("mastodon") && months.contains("facebook"),
        "{months}"
    );
    assert!(
        last.trim_start().starts_with(NIGHT) && !last.contains("mastodon"),
        "{last}"
    );
    assert_eq!(months.matches(BEFORE).count(), 1, "{months}");

    let account = report(&format!("account mastodon:{} --lang en", handle(29)));
    assert!(
        line(&account, "views per post, median").contains("— (not given by the platform)"),
        "{account}"
    );
    assert!(line(&account, "reply rate").contains("0.600"));
    assert!(account.contains("young posts") && account.contains(BEFORE));
    let id = beffroi_model::AccountId::new(beffroi_model::Platform::X, "commune29").to_string();
    let hidden = report(&format!("account {id} --lang fr"));
    assert!(hidden.contains("non publiable"), "{hidden}");

    let peers = report("peers --lang en");
    assert!(line(&peers, STRATUM).contains("mastodon, x"), "{peers}");
    for text in [
        ranking, bodies, engagement, shift, dialogue, movers, dormant, presence, account, hidden,
        peers,
    ] {
        assert!(
            !text.contains(SECRET) && !text.contains("987\u{202f}654"),
            "{text}"
        );
    }
}

#[test]
fn wrong_options_name_what_is_known() {
    let world = World::new();
    for (line, told) in [
        (
            "ranking --department 99",
            &["no collectivity has that code", "2A"][..],
        ),
        ("ranking --region 98", &["`--region 98`", "53"]),
        (
            "ranking --of collectivities --platform x",
            &["leave `--platform` out"],
        ),
        (
            "engagement --night 2026-11-24",
            &["2026-11-24 was not judged", NIGHT, "beffroi rollup"],
        ),
        ("ranking --index v9", &["no version `v9`", "v1, v2"]),
        (
            "movers --against year --since 2026-01-01",
            &["for `--against night`"],
        ),
        (
            "movers --since 2019-01-01",
            &["no judged night at 2019-01-01"],
        ),
        ("movers --since 2027-01-01", &["is after the last night"]),
        ("presence --since 2026-01-01", &["--over-time"]),
        ("ranking --format html", &["report collectivity"]),
        (
            "engagement --output engagement.csv",
            &["a table is for the terminal", "`--format csv`"],
        ),
        ("account nobody", &["no account", "platform:handle"]),
        ("account mastodon:nobody@social.test", &["has no figures"]),
        ("collectivity Nowhere-sur-Rien", &["Nowhere-sur-Rien"]),
    ] {
        let mut words = vec!["report"];
        words.extend(line.split(' '));
        world.here.run(&words).exited(1).said(told);
    }
    for (line, told) in [
        (
            "ranking --category village",
            "known are region, collectivite_territoriale_unique",
        ),
        ("ranking --window 30", "28"),
        ("ranking --platform minitel", "known are website, facebook"),
        ("ranking --stratum huge", "known are <500"),
        ("ranking --lang de", "fr"),
    ] {
        let mut words = vec!["report"];
        words.extend(line.split(' '));
        world.here.run(&words).exited(2).said(&[told]);
    }
    // Corsica's letters in either case; published figures are not printed beside a part of France.
    let corsica = ["report", "presence", "--department", "2a"];
    assert!(!world.here.succeed(&corsica).stdout.contains("maire-info"));
}
