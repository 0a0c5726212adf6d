//! What is drawn, and what is not.

use beffroi_index::index::Indicator;
use jiff::civil::date;

use super::*;

fn weeks(followers: &[Option<f64>]) -> Vec<Week> {
    let week = |(index, followers): (usize, &Option<f64>)| Week {
        monday: date(2026, 7, 20)
            .checked_add(jiff::Span::new().weeks(i64::try_from(index).unwrap()))
            .unwrap(),
        followers: *followers,
        e: None,
        is_covered: true,
    };
    followers.iter().enumerate().map(week).collect()
}

#[test]
fn what_is_not_known_breaks_the_line_and_august_is_marked() {
    let weeks = weeks(&[Some(10.0), Some(12.0), None, Some(13.0)]);
    let calendar = Calendar::shipped();
    let svg = line(
        "f",
        "Abonnés",
        &weeks,
        |it| it.followers,
        &calendar,
        Lang::Fr,
    );
    let path = svg
        .split(" d=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!(path.matches('M').count(), 2, "{path}");
    assert!(
        svg.contains("août") && svg.contains("class=\"august\""),
        "{svg}"
    );
    assert!(
        svg.contains("<title id=\"f-title\">") && svg.contains("<desc id=\"f-desc\">3 semaines")
    );
    assert_eq!(marked(&weeks, &calendar), ["august"]);
    let none = line("e", "E", &weeks, |it| it.e, &calendar, Lang::Fr);
    assert_eq!(none, "");
}

#[test]
fn a_week_whose_stratum_was_not_covered_has_a_hollow_point_and_is_told() {
    let mut weeks = weeks(&[Some(10.0), Some(12.0), Some(13.0)]);
    let calendar = Calendar::shipped();
    let draw = |weeks: &[Week]| line("f", "F", weeks, |it| it.followers, &calendar, Lang::En);
    assert!(!draw(&weeks).contains("hollow"));
    weeks[1].is_covered = false;
    let svg = draw(&weeks);
    assert_eq!(svg.matches("class=\"hollow\"").count(), 1, "{svg}");
    assert!(
        svg.contains("; hollow points (stratum not covered): 1"),
        "{svg}"
    );
}

#[test]
fn one_week_has_one_label_and_a_point_that_is_seen() {
    let calendar = Calendar::shipped();
    let draw = |weeks: &[Week]| line("f", "F", weeks, |it| it.followers, &calendar, Lang::Fr);
    let one = draw(&weeks(&[Some(10.0)]));
    assert_eq!(one.matches(">2026-07-20<").count(), 1, "{one}");
    assert!(
        one.contains("r=\"2.6\"") && one.contains("1 semaine connue : 10"),
        "{one}"
    );
    let two = draw(&weeks(&[Some(10.0), Some(11.0)]));
    assert!(!two.contains("r=\"2.6\""), "{two}");
    assert!(
        two.contains(">2026-07-20<") && two.contains(">2026-07-27<"),
        "{two}"
    );
}

#[test]
fn bands_stay_within_the_axis() {
    let all = weeks(&[Some(1.0), Some(2.0), Some(3.0)]);
    let svg = line(
        "f",
        "F",
        &all,
        |it| it.followers,
        &Calendar::shipped(),
        Lang::En,
    );
    let bands: Vec<&str> = svg.split("class=\"august\"").skip(1).collect();
    // Two weeks next to each other are one band.
    assert_eq!(bands.len(), 1, "{svg}");
    for band in bands {
        let number = |name: &str| -> f64 {
            let (_, rest) = band.split_once(&format!(" {name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let right = number("x") + number("width");
        assert!(
            number("x") >= LINE_LEFT && right <= LINE_RIGHT + 0.1,
            "{band}"
        );
    }
}

#[test]
fn a_bar_has_its_interval_and_an_unknown_one_has_none() {
    let score = |value| Score {
        indicator: Indicator::Dialogue,
        value,
        rank: None,
        peers: String::new(),
    };
    let known = bars(&[score(Some((78.0, 61.0, 90.0)))], Lang::En);
    assert!(
        known.contains("78 [61–90]") && known.contains("class=\"range\""),
        "{known}"
    );
    let unknown = bars(&[score(None)], Lang::En);
    assert!(
        unknown.contains("not known") && !unknown.contains("class=\"bar\""),
        "{unknown}"
    );
}

#[test]
fn a_hostile_name_stays_a_text() {
    assert_eq!(
        escaped("<script>'\"&\u{7}"),
        "&lt;script&gt;&#39;&quot;&amp;"
    );
}

#[test]
fn axes_have_round_numbers_around_the_values() {
    for (low, high, lines) in [
        (700.0, 1029.0, &[700.0, 800.0, 900.0, 1000.0, 1100.0][..]),
        (3.0, 16.0, &[0.0, 5.0, 10.0, 15.0, 20.0]),
        (98.0, 103.0, &[98.0, 100.0, 102.0, 104.0]),
        (10.0, 10.0, &[10.0, 10.05, 10.1]),
        (0.0, 0.0, &[0.0, 0.0025, 0.005]),
    ] {
        let found = axis(low, high);
        assert_eq!(found.len(), lines.len(), "{low} {high}: {found:?}");
        for (found, expected) in found.iter().zip(lines) {
            assert!((found - expected).abs() < 1e-9, "{low} {high}: {found}");
        }
    }
}
