//! What became of the accounts of each network, in shares of our choice: large enough that every
//! sad case stands in a small France.

use beffroi_model::Platform;

use super::super::social::Case;
use crate::draw::Draw;

/// What became of an account. What a client is told of it is the platform's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Sound,
    /// It never was, or its name is nobody's any more.
    NotFound,
    /// Closed by its owner.
    Gone,
    /// Taken down by the platform.
    Suspended,
    /// For those alone whom its owner admits; a personal account where only professional ones are
    /// shown; a person's on Facebook; on Snapchat, without a public profile.
    Private,
    /// Not for everybody: age, country, too few followers, no preview on the web.
    Restricted,
    /// It bears another name today; its permanent id is the same.
    Renamed,
    /// Its number leads to the page into which it was merged (Facebook).
    Merged,
}

/// Share of the accounts on X that were closed when collectivities left it in January 2025, and of
/// those that stand since then without a word (our choice).
const CLOSED_ON_X: f64 = 0.12;
const SILENT_ON_X: f64 = 0.35;

/// The fate and, for what befalls a whole network, the case. A planted case stands on a sound
/// account.
pub(super) fn draw(platform: Platform, case: Case, draw: &mut Draw) -> (Fate, Case) {
    if case != Case::Ordinary {
        return (Fate::Sound, case);
    }
    if platform == Platform::X {
        if draw.chance(CLOSED_ON_X) {
            return (Fate::Gone, case);
        }
        if draw.chance(SILENT_ON_X) {
            return (Fate::Sound, Case::Departed);
        }
    }
    let [gone, suspended, private, restricted, renamed, merged] = match platform {
        Platform::Facebook => [0., 0., 1., 3., 2., 3.],
        Platform::Instagram => [1., 0., 6., 2., 2., 0.],
        Platform::Threads => [1., 0., 3., 6., 1., 0.],
        Platform::X => [0., 3., 3., 1., 3., 0.],
        Platform::Youtube => [3., 2., 0., 0., 3., 0.],
        Platform::Linkedin => [3., 0., 0., 0., 3., 0.],
        Platform::Snapchat => [2., 0., 8., 0., 1., 0.],
        Platform::Tiktok => [1., 2., 3., 1., 2., 0.],
        Platform::Telegram => [2., 0., 2., 6., 1., 0.],
        Platform::Peertube => [3., 2., 0., 0., 0., 0.],
        _ => [0.; 6],
    };
    let weights = [
        86., 3., gone, suspended, private, restricted, renamed, merged,
    ];
    let fate = match draw.weighted(&weights) {
        1 => Fate::NotFound,
        2 => Fate::Gone,
        3 => Fate::Suspended,
        4 => Fate::Private,
        5 => Fate::Restricted,
        6 => Fate::Renamed,
        7 => Fate::Merged,
        _ => Fate::Sound,
    };
    (fate, case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_have_left_x_since_january_2025_and_the_planted_stand() {
        let mut gone = 0;
        let mut silent = 0;
        for key in 0..2_000 {
            let mut stream = Draw::new(1, "fates", key);
            match draw(Platform::X, Case::Ordinary, &mut stream) {
                (Fate::Gone, _) => gone += 1,
                (_, Case::Departed) => silent += 1,
                _ => {}
            }
            let planted = draw(Platform::X, Case::Raid, &mut stream);
            assert_eq!(planted, (Fate::Sound, Case::Raid));
        }
        assert!((180..300).contains(&gone), "{gone}");
        assert!((520..720).contains(&silent), "{silent}");
    }

    #[test]
    fn what_a_platform_does_not_know_does_not_happen_there() {
        for key in 0..2_000 {
            let mut stream = Draw::new(1, "fates", key);
            let (fate, _) = draw(Platform::Peertube, Case::Ordinary, &mut stream);
            assert!(!matches!(
                fate,
                Fate::Renamed | Fate::Merged | Fate::Private
            ));
        }
    }
}
