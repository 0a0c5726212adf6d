//! A judged world written straight into the tables of figures: thirty communes of Ille-et-Vilaine on
//! Mastodon, each a little better than the one before, and the first of them on YouTube (whose figures
//! carry a notice) and X (whose figures may only be published in aggregates) too.

use beffroi_model::{AccountId, Platform};
use beffroi_tests::{Engine, Installation};

/// The judged nights of the tests: the last one, and the one before it.
pub(crate) const NIGHT: &str = "2026-11-25";
pub(crate) const BEFORE: &str = "2026-10-25";

/// The stratum of the thirty communes.
pub(crate) const STRATUM: &str = "2000-3499";

/// A figure of X that no output may show.
pub(crate) const SECRET: &str = "987654";

/// The commune of which most is known: the last of the thirty.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) here: Installation,
    /// Its SIREN.
    pub(crate) body: String,
    /// Its name.
    pub(crate) name: String,
}

/// The handle of the commune of that number.
pub(crate) fn handle(number: usize) -> String {
    format!("commune{number}@social.test")
}

impl World {
    /// Writes it.
    pub(crate) fn new() -> Self {
        let engine = Engine::start();
        let here = Installation::new("[policies]\nfile = 'policies.toml'\n").with_engine(&engine);
        here.write("policies.toml", "");
        here.succeed(&["registry", "show", "Rennes"]);
        let bodies: Vec<(String, String)> = here
            .sql(&format!(
                "SELECT collectivity_id, name FROM v_collectivity WHERE category = 'commune' \
                 AND department_code = '35' AND stratum = '{STRATUM}' ORDER BY collectivity_id LIMIT 30"
            ))
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                (text("collectivity_id"), text("name"))
            })
            .collect();
        assert_eq!(bodies.len(), 30);
        let (body, name) = bodies[29].clone();
        let world = Self {
            engine,
            here,
            body,
            name,
        };
        let ids: Vec<String> = bodies.into_iter().map(|(id, _)| id).collect();
        for night in [BEFORE, NIGHT] {
            world.write_night(night, &ids);
        }
        world.write_trends();
        world.write_history();
        world.write_findings();
        world.write_uncovered();
        world
    }

    fn insert(&self, table: &str, columns: &str, rows: &[String]) {
        let rows = rows.join(", ");
        self.engine.query(&format!(
            "INSERT INTO beffroi.{table} ({columns}) VALUES {rows}"
        ));
    }

    fn write_night(&self, night: &str, bodies: &[String]) {
        let mut figures = Vec::new();
        let mut scores = Vec::new();
        let mut presences = Vec::new();
        let mut totals = Vec::new();
        for (number, body) in bodies.iter().enumerate() {
            let place = format!(
                "'{body}', 'commune', '{STRATUM}', {}, '35', '53'",
                2100 + number
            );
            let id = AccountId::new(Platform::Mastodon, &handle(number));
            let score = 5.0 + 3.0 * number as f64;
            // The first rose: its index was far lower before.
            let total = match (number, night) {
                (0, BEFORE) => 80.0,
                _ => score,
            };
            let e = 0.5 * number as f64 + 0.125;
            let young = u8::from(number == 29);
            for window in [7, 90] {
                figures.push(format!(
                    "('{night}', '{night}', {window}, '{id}', 'mastodon', '{}', {place}, {}, 0.01, 50, 3.5, {e}, {e}, 6.5, 20, 0.6, 0.2, 0.4, 10, 20, 0.5, 'RKS', 0, 40, {young}, 20, map('views_median', 'not_given_by_platform'))",
                    handle(number),
                    1000 + number,
                ));
            }
            scores.push(format!(
                "('{night}', '{night}', 'v1', '{id}', 'mastodon', '{}', {place}, 'RKS', 40, {}, {}, {total}, {}, {}, {}, {}, 30, 'commune {STRATUM}', 0.3, {}, {}, {}, map('engagement', 0.5), '')",
                handle(number),
                1000 + number,
                indicators(score),
                total - 6.0,
                total + 6.0,
                (30 - number).saturating_sub(1).max(1),
                (30 - number + 1).min(30),
                number + 1,
                30 - number,
                2 * number as i64 - 29,
            ));
            presences.push(presence(
                night,
                &place,
                Platform::Mastodon,
                &handle(number),
                "active",
                "1000",
            ));
            totals.push(format!(
                "('{night}', '{night}', 'v1', '{body}', 'Commune', 'commune', '{STRATUM}', {}, '35', '53', {total}, 4, 1, {})",
                2100 + number,
                if number == 29 {
                    // The mean of two accounts, one of which no output may tell.
                    format!("2, 4, ['youtube'], {SECRET}, 0.25, ['mastodon', 'x'], ['mastodon', 'x'], 1, 2, 30, 'commune {STRATUM}', 1, 0.9, ''")
                } else {
                    let (from, to) = (30 - number, (31 - number).min(30));
                    format!("1, 1, [], 1, NULL, ['mastodon'], ['mastodon'], {from}, {to}, 30, 'commune {STRATUM}', 0, 0.3, ''")
                }
            ));
        }
        self.write_figures_of_bodies(night, bodies);
        let place = format!("'{}', 'commune', '{STRATUM}', 2129, '35', '53'", self.body);
        let x = AccountId::new(Platform::X, "commune29");
        let youtube = AccountId::new(Platform::Youtube, "@commune29");
        for window in [7, 90] {
            figures.push(format!(
                "('{night}', '{night}', {window}, '{x}', 'x', 'commune29', {place}, {SECRET}, 0.5, {SECRET}, {SECRET}, {SECRET}, {SECRET}, {SECRET}, {SECRET}, 0.98765, 0.98765, 0.98765, {SECRET}, {SECRET}, {SECRET}, 'RKS', 0, 40, 0, 20, map())"
            ));
            figures.push(format!(
                "('{night}', '{night}', {window}, '{youtube}', 'youtube', '@commune29', {place}, 800, 0.02, 40, 1.5, 9.5, 9.25, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'RK', 1, 12, 0, 0, map('v3', 'not_given_by_platform', 'reply_rate', 'no_data'))"
            ));
        }
        scores.push(format!(
            "('{night}', '{night}', 'v1', '{x}', 'x', 'commune29', {place}, 'RKS', 40, {SECRET}, {}, {SECRET}, {SECRET}, {SECRET}, 1, 1, 30, 'commune {STRATUM}', 0.3, 1, 1, 0, map('engagement', 0.5), '')",
            [SECRET; 24].join(", ")
        ));
        presences.push(presence(
            night,
            &place,
            Platform::X,
            "commune29",
            "active",
            SECRET,
        ));
        presences.push(presence(
            night,
            &place,
            Platform::Youtube,
            "@commune29",
            "active",
            "800",
        ));
        presences.push(presence(
            night,
            &place,
            Platform::Facebook,
            "commune29",
            "dormant",
            "NULL",
        ));
        presences.push(presence(
            night,
            &place,
            Platform::Website,
            "www.commune29.test",
            "active",
            "NULL",
        ));
        self.insert("account_figure", FIGURES, &figures);
        self.insert("account_score", &score_columns(), &scores);
        self.insert("presence_figure", PRESENCES, &presences);
        self.insert("collectivity_score", TOTALS, &totals);
        let coverage = |platform: &str, share: f64| {
            format!(
                "('{night}', '{night}', '{platform}', 'commune', '{STRATUM}', 100, {}, {share}, {})",
                (100.0 * share) as u32,
                u8::from(share >= 0.8)
            )
        };
        let covered = [
            coverage("mastodon", 0.99),
            coverage("youtube", 0.5),
            coverage("x", 0.9),
        ];
        self.insert(
            "stratum_coverage",
            "night, run_id, platform, category, stratum, planned, ended_with_figures, share, is_covered",
            &covered,
        );
        let recall = format!(
            "('{night}', '{night}', 'mastodon', 'all', 5, 5, 20, 32, 30, 36, 0.9375, 0.8333, 1)"
        );
        self.insert("discovery_recall", RECALLS, &[recall]);
    }

    /// Of the last commune the posts and threads on Mastodon are summed with those on X, which no output may
    /// tell; interactions may not be combined.
    fn write_figures_of_bodies(&self, night: &str, bodies: &[String]) {
        let mut rows = Vec::new();
        for (number, body) in bodies.iter().enumerate() {
            let place = format!(
                "'{body}', 'commune', '{STRATUM}', {}, '35', '53'",
                2100 + number
            );
            for window in [7, 90] {
                let figures = if number == 29 {
                    format!(
                        "3, {SECRET}, NULL, NULL, {SECRET}, 0.98765, 0.98765, 0.98765, {SECRET}, {SECRET}, {SECRET}, \
                         {SECRET}, 0, ['mastodon', 'x'], [], ['mastodon', 'x'], ['x', 'youtube'], 0, \
                         map('interactions', 'not_to_be_combined', 'interactions_per_inhabitant', 'not_to_be_combined')"
                    )
                } else {
                    format!(
                        "1, 3.5, {}, {}, 20, 0.6, 0.2, 0.4, NULL, 10, 20, 20, 0, ['mastodon'], ['mastodon'], \
                         ['mastodon'], [], 1, map('reply_delay_quartile', 'truncated')",
                        100 + number,
                        0.5 + number as f64
                    )
                };
                rows.push(format!(
                    "('{night}', '{night}', {window}, {place}, {figures})"
                ));
            }
        }
        let columns = "night, run_id, window_days, collectivity_id, category, stratum, population, department_code, \
            region_code, accounts, posts_per_week, interactions, interactions_per_inhabitant, threads, reply_rate, \
            answered_2h, answered_24h, reply_delay_quartile, reply_delay_median, reply_delay_upper_quartile, \
            closed_threads, is_partial, posts_platforms, interactions_platforms, dialogue_platforms, not_combined, \
            is_covered, unavailable";
        self.insert("collectivity_figure", columns, &rows);
    }

    /// What changed for the last commune's accounts; the one on X is withheld.
    fn write_trends(&self) {
        let row = |id: AccountId, platform: &str, value: &str, why: &str| {
            format!(
                "('{NIGHT}', '{NIGHT}', '{id}', '{platform}', '2026-11-09', {value}, 50, 2, 1.125, 9.5, [], \
                 ['election_municipal'], '2026-08-17', ['august'], ['august', 'election_municipal'], {value}, 4, 2.25, \
                 0.75, 6.5, '{platform}, {STRATUM}', NULL, NULL, '{why}')"
            )
        };
        let columns = "night, run_id, account_id, platform, week, week_interactions, week_before, week_ratio, \
            week_peers_ratio, week_deviation, week_seasons, week_before_seasons, year_from, year_seasons, \
            year_before_seasons, engagement, engagement_before, engagement_ratio, engagement_peers_ratio, \
            engagement_deviation, engagement_peers, followers_ratio, followers_deviation, followers_why";
        let mastodon = AccountId::new(Platform::Mastodon, &handle(29));
        let x = AccountId::new(Platform::X, "commune29");
        let rows = [
            row(mastodon, "mastodon", "102.5", "no_data"),
            row(x, "x", SECRET, ""),
        ];
        self.insert("account_trend", columns, &rows);
    }

    /// A year of weeks of the last commune's account, one week missing.
    fn write_history(&self) {
        let id = AccountId::new(Platform::Mastodon, &handle(29));
        self.engine.query(&format!(
            "INSERT INTO beffroi.account_figure (night, run_id, window_days, account_id, platform, handle, collectivity_id, followers, e, components) \
             SELECT toDate('2025-11-30') + 7 * number AS night, toString(night), 7, '{id}', 'mastodon', '{}', '{}', \
             700 + 6 * number, if(number % 9 = 4, NULL, 12 + 4 * sin(number)), 'RKS' FROM numbers(51) WHERE number != 20",
            handle(29),
            self.body
        ));
        self.engine.query(
            "INSERT INTO beffroi.stratum_coverage (night, run_id, platform, category, stratum, planned, ended_with_figures, share, is_covered) \
             SELECT DISTINCT night, run_id, 'mastodon', 'commune', '500-1999', 10, 10, 1, 1 FROM beffroi.account_figure \
             WHERE night NOT IN (SELECT night FROM beffroi.stratum_coverage)",
        );
    }

    /// What a roll-up says of accounts whose stratum was not covered: the one on YouTube, the one on Mastodon
    /// in a week of its history, the one that left Facebook on the night in which that was seen.
    fn write_uncovered(&self) {
        let youtube = AccountId::new(Platform::Youtube, "@commune29");
        let mastodon = AccountId::new(Platform::Mastodon, &handle(29));
        let x = AccountId::new(Platform::X, "commune29");
        let row = |night: &str, id: AccountId| format!("('{night}', '{night}', '{id}')");
        let rows = [
            row(BEFORE, youtube),
            row(NIGHT, youtube),
            row("2026-01-11", mastodon),
            row("2026-11-20", x),
        ];
        self.insert("uncovered_account", "night, run_id, account_id", &rows);
    }

    fn write_findings(&self) {
        let id = AccountId::new(Platform::X, "commune29");
        let body = &self.body;
        self.insert(
            "presence_event",
            "night, run_id, collectivity_id, platform, account_id, event, previous_night, detail, written_at",
            &[format!(
                "('2026-11-20', '2026-11-20', '{body}', 'facebook', '{id}', 'departed', '2026-11-19', 'commune29 <b>', '2026-11-20 05:00:00')"
            )],
        );
        let mastodon = AccountId::new(Platform::Mastodon, &handle(29));
        let alert = |id: AccountId, platform: &str, says: &str| {
            format!(
                "('{NIGHT}', '{NIGHT}', '{id}', '{platform}', '{body}', 'follower_jump_up', '2026-11-21', '{says} en un jour', '{says} in a day', map('before', 10, 'after', 20))"
            )
        };
        self.insert(
            "alert",
            "night, run_id, account_id, platform, collectivity_id, kind, day, says_fr, says_en, figures",
            &[
                alert(mastodon, "mastodon", "1 000 → 1 400 abonnés"),
                alert(id, "x", SECRET),
            ],
        );
    }
}

const FIGURES: &str = "night, run_id, window_days, account_id, platform, handle, collectivity_id, category, \
    stratum, population, department_code, region_code, followers, weekly_growth, coverage, posts_per_week, e, \
    e_post_median, applause, threads, reply_rate, answered_2h, answered_24h, reply_delay_median, \
    reply_delay_upper_quartile, overperformance, components, is_partial, closed_posts, young_posts, closed_threads, \
    unavailable";

const PRESENCES: &str = "night, run_id, collectivity_id, category, stratum, population, department_code, region_code, \
    platform, account_id, handle, url, confidence, sources, first_seen, state, last_post_at, followers, hosting_only, \
    reachable, https, stale";

const TOTALS: &str = "night, run_id, index_version, collectivity_id, name, category, stratum, population, \
    department_code, region_code, total, total_sd, is_covered, accounts, networks, not_combined, \
    effective_networks, dispersion_evenness, total_platforms, dispersion_platforms, rank_from, rank_to, ranked_of, peers, \
    widened, top_ten, why";

const RECALLS: &str = "night, run_id, platform, stratum, directory_only, website_only, both, estimate, low, high, \
    recall, recall_low, recall_high";

fn score_columns() -> String {
    let indicators = ["audience", "activity", "engagement", "dialogue"];
    let ends = ["score", "low", "high", "rank_from", "rank_to", "of"];
    let each: Vec<String> = indicators
        .iter()
        .flat_map(|indicator| ends.map(|end| format!("{indicator}_{end}")))
        .collect();
    format!(
        "night, run_id, index_version, account_id, platform, handle, collectivity_id, category, stratum, population, \
         department_code, region_code, components, closed_posts, followers, {}, total, total_low, total_high, rank_from, \
         rank_to, ranked_of, peers, top_ten, fans_rank, index_rank, rank_shift, parts, why",
        each.join(", ")
    )
}

/// Score, interval and ranks of the four indicators.
fn indicators(score: f64) -> String {
    let of = |score: f64| {
        let score = score.clamp(0.0, 100.0);
        let (low, high) = ((score - 8.0).max(0.0), (score + 8.0).min(100.0));
        format!("{score}, {low}, {high}, 3, 7, 30")
    };
    [of(score), of(100.0 - score), of(score), of(score / 2.0)].join(", ")
}

fn presence(
    night: &str,
    place: &str,
    platform: Platform,
    handle: &str,
    state: &str,
    followers: &str,
) -> String {
    let id = AccountId::new(platform, handle);
    let is_site = platform == Platform::Website;
    let site = if is_site {
        "1, 1, 0"
    } else {
        "NULL, NULL, NULL"
    };
    format!(
        "('{night}', '{night}', {place}, '{platform}', '{id}', '{handle}', 'https://{platform}.test/{handle}', 0.9, \
         ['discovery'], '2026-01-01', '{state}', '2026-08-01 10:00:00', {followers}, 0, {site})"
    )
}
