//! How long the judgement of a whole country takes on one core, without the store: 6,000 and 150,000
//! made-up accounts by each version of the index. Fails when nobody is ranked.

use std::{process::ExitCode, time::Instant};

use beffroi_index::{
    engagement::Components,
    index::{IndexVersions, Profile, Total, judge},
    score::Evidence,
    stats::Draws,
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

fn main() -> ExitCode {
    for count in [6_000, 150_000] {
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
