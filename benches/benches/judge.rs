//! How long the judgement of a whole country takes on one core, without the store: 6,000 and 150,000
//! made-up accounts by each version of the index, and the alerts and the year's comparison of as many. Fails
//! when nobody is ranked, or nothing is told.

use std::{process::ExitCode, time::Instant};

use beffroi_index::{
    engagement::Components,
    index::{IndexVersions, Profile, Total, judge},
    score::Evidence,
    stats::Draws,
    trends::{
        Calendar, Compared, Day, LogWeeks, PeerChange, Season, Week, WeekGrid, YearFigures,
        YearMetric, follower_jumps, raids, week_alerts, year_alert,
    },
};
use beffroi_model::{Category, Figure, Platform};

/// Accounts as a night has them: seven networks, nine of ten of them communes', half of these villages'.
fn profiles(count: usize) -> Vec<Profile> {
    let platforms = [
        Platform::Facebook,
        Platform::Facebook,
        Platform::Facebook,
        Platform::Instagram,
        Platform::X,
        Platform::Youtube,
        Platform::Linkedin,
    ];
    (0..count)
        .map(|n| {
            let mut draws = Draws::new(1, "scale", &n.to_string());
            let population = (120.0 * (2.2 * draws.unit().powi(2) * 3.0).exp()) as u32;
            let followers = (f64::from(population) * 0.3 * (0.8 * draws.normal()).exp()) as u64;
            let days = 1 + (60.0 * draws.unit()) as u32;
            let evidence = |count: u32, mean: f64, sd: f64| Evidence {
                count,
                mean,
                squares: sd * sd * f64::from(count.saturating_sub(1)),
            };
            let truth = 2.0 + 0.7 * draws.normal();
            let engagement = truth + 0.9 / f64::from(days).sqrt() * draws.normal();
            let threads = (40.0 * draws.unit()) as u32;
            Profile {
                key: format!("{n:08}"),
                platform: platforms[n % platforms.len()],
                category: match n % 30 {
                    0..27 => Category::Commune,
                    27 | 28 => Category::CommunauteCommunes,
                    _ => Category::Departement,
                },
                population: Some(population),
                followers: Figure::Known(followers),
                audience: Figure::Known(followers as f64 / f64::from(population) * 1_000.0),
                posts_per_week: Figure::Known(7.0 * draws.unit().powi(2)),
                components: Components::ALL,
                posts: days + days / 2,
                posts_set_apart: 0,
                engagement: Figure::Known(evidence(days, engagement, 0.9)),
                dialogue: Figure::Known(evidence(threads.max(1), draws.unit(), 0.4)),
            }
        })
        .collect()
}

/// Weeks looked at.
const WEEKS: usize = 72;

/// An account's weeks, up to eight posts each; on one of a hundred posts get four times as much of late.
fn weeks(draws: &mut Draws, is_risen: bool) -> Vec<Option<Week>> {
    let most = 1.0 + 8.0 * draws.unit().powi(2);
    let week = |index: usize| {
        let posts = (most * draws.unit()).round() as u32;
        let level = if is_risen && index > 56 { 5.0 } else { 3.6 };
        let mean = level + 1.1 / f64::from(posts.max(1)).sqrt() * draws.normal();
        Week {
            posts,
            counted: posts,
            interactions: Some((f64::from(posts) * mean.exp()) as u64),
            log_sum: f64::from(posts) * mean,
        }
    };
    (0..WEEKS).map(week).map(Some).collect()
}

/// An account's days, a comment now and then.
fn days(draws: &mut Draws, first: jiff::civil::Date) -> Vec<Day> {
    let day = |n: i64| Day {
        date: first.saturating_add(jiff::ToSpan::days(n)),
        followers: Some(1_000 + n as u64),
        posts: u32::from(n % 2 == 0),
        reactions: Some((20.0 * draws.unit()) as u64),
        comments: Some((60.0 * draws.unit().powi(4)) as u64),
        shares: Some((4.0 * draws.unit()) as u64),
        threads: None,
    };
    (0..176).map(day).collect()
}

/// Alerts of so many accounts of one platform, and the time that they take, what is made up apart.
fn alerts(count: usize) -> (usize, f64) {
    let grid = WeekGrid::ending(jiff::civil::date(2026, 11, 9), WEEKS, &Calendar::shipped());
    let (mut secs, mut told) = (0.0, 0);
    let mut held = Vec::with_capacity(count);
    for n in 0..count {
        let mut draws = Draws::new(2, "alerts", &n.to_string());
        let weeks = weeks(&mut draws, n % 100 == 0);
        let days = days(&mut draws, grid.monday(WEEKS - 25));
        let began = Instant::now();
        told += raids(&days).len() + follower_jumps(&days).len();
        let logs = LogWeeks::of(&weeks);
        let year = YearFigures::of(&weeks, logs.as_ref(), (Some(1_200), Some(1_000)));
        held.push((logs, year));
        secs += began.elapsed().as_secs_f64();
    }
    let began = Instant::now();
    let logs: Vec<&LogWeeks> = held.iter().filter_map(|(logs, _)| logs.as_ref()).collect();
    let season = Season::of(&logs, &grid);
    let changes: Vec<Compared> = held
        .iter()
        .filter_map(|(_, year)| year.engagement.ok())
        .collect();
    let peers = PeerChange::of(&changes);
    for (logs, year) in &held {
        if let Some(logs) = logs {
            told += week_alerts(logs, &season, 50, &grid).len();
        }
        if let (Ok(compared), Some(peers)) = (&year.engagement, &peers) {
            let alert = year_alert(YearMetric::Engagement, compared, peers, &grid);
            told += usize::from(alert.is_some());
        }
    }
    (told, secs + began.elapsed().as_secs_f64())
}

fn main() -> ExitCode {
    for count in [6_000, 150_000] {
        let (told, secs) = alerts(count);
        if told == 0 {
            eprintln!("of {count} accounts nothing is told");
            return ExitCode::FAILURE;
        }
        println!("{count} accounts, alerts: {secs:.2} s, {told} told");
        let profiles = profiles(count);
        for version in IndexVersions::shipped().iter() {
            let began = Instant::now();
            let judged = match judge(&profiles, version) {
                Ok(judged) => judged,
                Err(conflict) => {
                    eprintln!("{conflict}");
                    return ExitCode::FAILURE;
                }
            };
            let secs = began.elapsed().as_secs_f64();
            let is_ranked = |total: &Total| total.rank.is_some();
            let ranked = judged
                .iter()
                .filter(|one| one.total.as_ref().is_ok_and(is_ranked))
                .count();
            if ranked == 0 {
                eprintln!("of {count} accounts none is ranked");
                return ExitCode::FAILURE;
            }
            println!(
                "{count} accounts by {}: {secs:.2} s ({ranked} ranked)",
                version.name
            );
        }
    }
    ExitCode::SUCCESS
}
