//! The collectivity's own page.

use super::seed::{NIGHT, SECRET, World};

/// Elements that stay open.
const VOID: [&str; 3] = ["!DOCTYPE", "meta", "br"];

/// Every element is closed, in order, and none is closed that was not opened.
fn assert_well_formed(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    for piece in [before, after]
        .iter()
        .flat_map(|part| part.split('<').skip(1))
    {
        let tag = piece.split('>').next().unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "at <{piece}");
            continue;
        }
        let name = tag.split_whitespace().next().unwrap().trim_end_matches('/');
        if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_page_says_indicators_peers_changes_and_stands_alone() {
    let world = World::new();
    let write = |lang: &str| {
        let file = format!("page-{lang}.html");
        let words = [
            "report",
            "collectivity",
            &world.body,
            "--format",
            "html",
            "--output",
            &file,
            "--lang",
            lang,
        ];
        world.here.succeed(&words);
        let page = std::fs::read_to_string(world.here.folder().join(&file)).unwrap();
        if let Some(folder) = std::env::var_os("BEFFROI_TEST_PAGES") {
            std::fs::write(std::path::Path::new(&folder).join(&file), &page).unwrap();
        }
        page
    };
    let page = write("fr");
    assert_well_formed(&page);
    assert!(
        page.starts_with("<!DOCTYPE html>\n<html lang=\"fr\">"),
        "{page}"
    );
    for part in [
        "<script",
        "src=",
        "@import",
        "url(",
        "javascript:",
        "<link",
        "<img",
        "onload",
    ] {
        assert!(!page.contains(part), "{part}");
    }
    for part in [
        "@page{size:A4 portrait",
        "Quatre indicateurs",
        "92 [84–100]",
        "3–7 / 30",
        "Ce qu'elle fait bien",
        "Ce qui a changé",
        "Cinquante-deux semaines",
        "août",
        "élections municipales",
        "saut d&#39;abonnés à la hausse",
        "élections",
        "<title id=\"bars-title\">",
        "<desc id=\"followers-desc\">",
        "commune29 &lt;b&gt; (strate mal couverte)",
        "circle class=\"hollow\"",
        "51 semaines connues, de",
        "; points creux (strate mal couverte) : 1",
        "2026-01-05 ?</th>",
        "Point creux",
        "a quitté le réseau",
        "1 000 → 1 400 abonnés en un jour",
        "publ. jeunes",
        "non publiable",
        "strate mal couverte",
        "Licence Ouverte 2.0",
        "Bonsón",
        NIGHT,
        "* x",
        "* youtube\u{a0}: issu de l&#39;API de YouTube",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // Titles are texts of ours, written as they are.
    assert!(page.contains(&beffroi_name(&world.name)));
    assert!(!page.contains(SECRET) && !page.contains("987\u{202f}654"));
    let english = write("en");
    assert_well_formed(&english);
    for part in [
        "lang=\"en\"",
        "Four indicators",
        "What changed",
        "August",
        "departed",
    ] {
        assert!(english.contains(part), "{part}");
    }
    assert!(!english.contains("Quatre indicateurs"));
    // Its posts and threads together would tell those of the account on X.
    assert!(!page.contains("Ensemble, sur") && !english.contains("Together, over"));
    let other = world.here.sql(
        "SELECT collectivity_id FROM v_collectivity_figure WHERE interactions = 100 AND window_days = 90 LIMIT 1",
    );
    let other = other[0]["collectivity_id"].as_str().unwrap();
    let text = ["report", "collectivity", other, "--lang", "fr"];
    let text = world.here.succeed(&text).stdout;
    let together = "Ensemble, sur 90 jours (mastodon) : 3,50 publications par semaine, 0,500 interactions pour mille \
         habitants et par semaine, réponse à 60 % des fils (délai médian 10 h).";
    assert!(text.contains(together), "{text}");
}

/// A name as HTML has it.
fn beffroi_name(name: &str) -> String {
    name.replace('&', "&amp;").replace('\'', "&#39;")
}

#[test]
fn a_body_without_accounts_has_a_page_that_says_so() {
    let world = World::new();
    let page = world
        .here
        .succeed(&[
            "report",
            "collectivity",
            "213502388",
            "--format",
            "html",
            "--lang",
            "en",
        ])
        .stdout;
    assert_well_formed(&page);
    assert!(page.contains("No account and no website known"), "{page}");
    let several = world.here.run(&["report", "collectivity", "Saint-Martin"]);
    several.exited(1).said(&["in their names", "ask by SIREN"]);
    let only = world.here.succeed(&["report", "collectivity", "rennes"]);
    assert!(
        only.stdout.starts_with("Rennes (commune, SIREN 213502388)"),
        "{}",
        only.stdout
    );
}

#[test]
fn a_total_is_withheld_where_it_would_tell_one_account() {
    let world = World::new();
    let total = || {
        let words = ["report", "collectivity", &world.body, "--format", "json"];
        world.here.succeed(&words).json()["index"][0].clone()
    };
    // The account of X is the one hidden account in the mean of two.
    assert_eq!(total()["is_withheld"], 1);
    assert_eq!(total()["total"], serde_json::Value::Null);
    assert_eq!(total()["rank_from"], serde_json::Value::Null);
    assert_eq!(total()["effective_networks"], serde_json::Value::Null);
    let text = || {
        let words = ["report", "collectivity", &world.body, "--lang", "fr"];
        world.here.succeed(&words).stdout
    };
    assert!(text().contains("Indice d'ensemble non publiable"));
    let update = |what: &str| {
        world.engine.query(&format!(
            "ALTER TABLE beffroi.collectivity_score UPDATE {what} WHERE collectivity_id = '{}' SETTINGS mutations_sync = 2",
            world.body
        ));
    };
    update(
        "total_platforms = ['mastodon'], dispersion_platforms = ['mastodon', 'bluesky'], accounts = 1",
    );
    assert_eq!(total()["total"], 92.0);
    // The rank of its tie group, and that its peers are a wider group.
    let told = text();
    for part in [
        "Indice d'ensemble : 92 sur 100 (entre 85 et 99), moyenne de 1 compte.",
        "Rang 1 à 2 (ex æquo) sur 30 pairs (commune 2000-3499, groupe élargi",
        "Non combinés, par leurs conditions : youtube.",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    // Judged before the platforms of a total were kept.
    update("total_platforms = [], peers = ''");
    assert_eq!(total()["total"], serde_json::Value::Null);
    assert!(text().contains("`beffroi judge`"), "{}", text());
    // Without a total there is a reason.
    update("accounts = 0, total = NULL, total_sd = NULL, why = 'no_ranked_account'");
    assert!(
        text().contains("Pas d'indice d'ensemble : aucun compte classé."),
        "{}",
        text()
    );
}
