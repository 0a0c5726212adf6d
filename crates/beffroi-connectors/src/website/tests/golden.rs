//! Golden pages in the manner of the systems that French bodies use: which accounts are theirs.

use beffroi_model::{Category, CollectivityId, Subject};
use url::Url;

use crate::website::{
    accounts_on_page,
    attribute::{Gatherer, Owner, Roof},
    extract::extract,
    names::Names,
    page::base_of,
};

pub(super) fn subject(name: &str) -> Subject {
    Subject {
        collectivity_id: CollectivityId::from_stored("213400012".to_owned()),
        name: name.to_owned(),
        category: Category::Commune,
        insee_code: Some("45900".parse().unwrap()),
        postal_codes: vec!["45000".to_owned()],
    }
}

/// Accepted accounts, and those that were found and not accepted.
fn accounts(html: &str, name: &str, roof: Roof) -> (Vec<String>, Vec<String>) {
    let page: Url = "https://www.exemple.example/".parse().unwrap();
    let facts = extract(html, "www.exemple.example", 1_000);
    let subject = subject(name);
    let owners = [Owner {
        collectivity_id: subject.collectivity_id.clone(),
        names: Names::of_subject(&subject),
        is_known: true,
    }];
    let mut gatherer = Gatherer::default();
    gatherer.add_page(&facts, &page, &base_of(&facts, &page), &owners);
    let finds = gatherer.finds(&owners, roof);
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for find in finds {
        let text = format!("{}:{}", find.account.platform, find.account.handle);
        if find.confidence.is_accepted() {
            accepted.push(text);
        } else {
            refused.push(text);
        }
    }
    accepted.sort();
    refused.sort();
    (accepted, refused)
}

const NAME: &str = "Exemple-sur-Loire";

#[test]
fn a_wordpress_site_names_its_own_accounts_and_others() {
    let (accepted, refused) = accounts(include_str!("../testdata/wordpress.html"), NAME, Roof::Own);
    assert_eq!(
        accepted,
        [
            "facebook:exemplesurloire",
            "instagram:exemple_sur_loire",
            "panneaupocket:250252113",
            "youtube:UCabcdefghijklmnopqrstuv",
        ]
    );
    assert_eq!(
        refused,
        ["facebook:amicaledesboulistes", "facebook:pixelagence"]
    );
}

#[test]
fn a_spip_site_links_to_its_prefecture_too() {
    let (accepted, refused) = accounts(
        include_str!("../testdata/spip.html"),
        "Saint-Modele-le-Vieux",
        Roof::Own,
    );
    assert_eq!(
        accepted,
        [
            "facebook:mairiesaintmodelelevieux",
            "mastodon:saintmodele@social.exemple.example"
        ]
    );
    assert_eq!(refused, ["facebook:prefet45"]);
}

#[test]
fn widgets_of_a_joomla_site_name_its_accounts() {
    let (accepted, _) = accounts(include_str!("../testdata/joomla.html"), NAME, Roof::Own);
    assert_eq!(
        accepted,
        [
            "facebook:mairieexemplesurloire",
            "x:exemplesurloire",
            "youtube:UCzyxwvutsrqponmlkjihgfe"
        ]
    );
}

#[test]
fn wrapped_and_protocol_relative_links_are_opened() {
    let (accepted, _) = accounts(include_str!("../testdata/drupal.html"), NAME, Roof::Own);
    assert_eq!(
        accepted,
        [
            "bluesky:exemple-sur-loire.bsky.social",
            "facebook:villeexemplesurloire",
            "instagram:exemplesurloire",
        ]
    );
}

#[test]
fn a_page_on_the_portal_of_an_epci_does_not_inherit_its_accounts() {
    let (accepted, refused) = accounts(include_str!("../testdata/typo3.html"), NAME, Roof::Foreign);
    assert_eq!(accepted, ["facebook:exemplesurloire"]);
    assert_eq!(refused, ["facebook:cctroisrives", "instagram:troisrives"]);
}

#[test]
fn the_data_of_a_page_without_links_is_searched() {
    let (accepted, refused) = accounts(include_str!("../testdata/wix.html"), NAME, Roof::Own);
    assert_eq!(accepted, ["facebook:exemplesurloire"]);
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn the_builder_of_a_site_is_not_its_owner() {
    let (accepted, _) = accounts(include_str!("../testdata/emonsite.html"), NAME, Roof::Own);
    assert_eq!(accepted.len(), 1, "{accepted:?}");
    assert!(accepted[0].starts_with("facebook:exemple"));
}

#[test]
fn broken_markup_is_read_all_the_same() {
    let (accepted, _) = accounts(include_str!("../testdata/broken.html"), NAME, Roof::Own);
    assert_eq!(
        accepted,
        ["facebook:exemplesurloire", "instagram:exemplesurloire"]
    );
}

#[test]
fn an_account_of_a_namesakes_postcode_is_not_ours() {
    let page = r#"<footer>
        <a href="https://app.panneaupocket.com/ville/340053572-brigade-de-gendarmerie-de-bayeux-14400">x</a>
        <a href="https://app.panneaupocket.com/ville/123456789-exemple-sur-loire-45000">y</a></footer>"#;
    let (accepted, _) = accounts(page, NAME, Roof::Own);
    assert_eq!(accepted, ["panneaupocket:123456789"]);
}

#[test]
fn the_port_of_an_instance_is_no_postcode() {
    let page = r#"<footer>
        <a rel="me" href="http://video.example:14400/c/exemplesurloire">x</a>
        <a rel="me" href="http://social.example:14400/@exemplesurloire">y</a></footer>"#;
    let (accepted, _) = accounts(page, NAME, Roof::Own);
    assert_eq!(
        accepted,
        [
            "mastodon:exemplesurloire@social.example:14400",
            "peertube:channel:exemplesurloire@video.example:14400",
        ]
    );
}

#[test]
fn an_ambiguous_name_in_a_text_is_not_enough() {
    let text =
        |href: &str| format!("<article><p>Voir <a href='{href}'>cette page</a></p></article>");
    let alone = accounts(
        &text("https://www.facebook.com/saintmartin"),
        "Saint-Martin",
        Roof::Own,
    );
    assert_eq!(alone.0, Vec::<String>::new());
    let with_postcode = accounts(
        &text("https://www.facebook.com/saintmartin45000"),
        "Saint-Martin",
        Roof::Own,
    );
    assert_eq!(with_postcode.0, ["facebook:saintmartin45000"]);
}

#[test]
fn the_accounts_of_other_bodies_are_not_the_communes() {
    let page = r#"<footer><div class="social-links">
        <a href="https://www.facebook.com/exemplesurloire">a</a>
        <a href="https://x.com/gouvernementFR">b</a>
        <a href="https://www.instagram.com/mairiedautrebourg/">c</a>
        <a href="https://www.facebook.com/officedetourismetroisrives">d</a>
        <a href="https://www.facebook.com/CCTroisRives">e</a></div></footer>"#;
    assert_eq!(
        accounts(page, NAME, Roof::Own).0,
        ["facebook:exemplesurloire"]
    );
}

#[test]
fn a_page_alone_tells_the_accounts_of_an_unknown_body() {
    let page: Url = "https://www.exemple.example/".parse().unwrap();
    let found = accounts_on_page(include_str!("../testdata/drupal.html"), &page);
    assert_eq!(found.len(), 3);
    assert!(
        found.iter().all(|account| account.confidence >= 0.5),
        "{found:?}"
    );
}
