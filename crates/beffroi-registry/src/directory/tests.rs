//! The directory's import on bodies written for these tests, in each of its packings.

use std::io::Write;

use bzip2::{Compression, write::BzEncoder};
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::{BodyKey, Severity, Verdict};

fn town_hall(code: &str, more: Value) -> Value {
    let mut body = json!({
        "id": format!("00000000-0000-4000-8000-0000000{code}"),
        "nom": "Mairie - Exempleville",
        "ancien_code_pivot": format!("mairie-{code}-01"),
        "pivot": [{"type_service_local": "mairie", "code_insee_commune": [code]}],
        "siren": "",
        "affectation_personne": [{"nom": "Nom-Secret"}],
        "telephone": [{"valeur": "00 00 00 00 00"}],
        "adresse_courriel": ["secret@exempleville.example"],
        "site_internet": [{"libelle": "", "valeur": "https://www.exempleville.example"}],
        "reseau_social": [],
        "url_service_public": "https://annuaire.example/exempleville",
        "date_modification": "22/12/2025 10:38:56",
    });
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn import_bytes(bytes: &[u8]) -> Import {
    import("annuaire", bytes, &DirectorySettings::default())
}

fn import_bodies(bodies: &[Value]) -> Import {
    import_bytes(json!({ "service": bodies }).to_string().as_bytes())
}

fn websites(import: &Import) -> Vec<(String, &str)> {
    import
        .websites
        .iter()
        .map(|site| (site.body.to_string(), site.raw.as_str()))
        .collect()
}

fn accounts(import: &Import) -> Vec<&str> {
    import
        .accounts
        .iter()
        .map(|account| account.url.as_str())
        .collect()
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_cksum();
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_packing_gives_the_same_rows() {
    let list = json!([town_hall("99001", json!({}))]);
    let json = json!({ "service": list }).to_string();
    let tar = archive(&[
        ("2026-07-14_003346-data.gouv_commune/99001.json", b"{}"),
        ("2026-07-14_003346-data.gouv_local.json", json.as_bytes()),
    ]);
    let plain = import_bytes(json.as_bytes());
    assert_eq!(plain.issues, []);
    assert_eq!(
        websites(&plain),
        [(
            "commune:99001".to_owned(),
            "https://www.exempleville.example"
        )]
    );
    let api = json!({"total_count": 1, "results": list}).to_string();
    for packed in [
        bzip2(&tar),
        tar.clone(),
        gzip(&tar),
        gzip(json.as_bytes()),
        bzip2(json.as_bytes()),
        list.to_string().into_bytes(),
        api.into_bytes(),
        format!("\u{feff}{json}").into_bytes(),
    ] {
        assert_eq!(import_bytes(&packed), plain);
    }
}

#[test]
fn the_encoding_of_the_api_gives_the_rows_of_the_archive() {
    let composite = json!({
        "site_internet": [{"libelle": "Site officiel", "valeur": "https://a.example"}],
        "reseau_social": [{"valeur": "https://www.facebook.com/a", "custom_dico2": "Facebook"}],
    });
    let archive = town_hall("99001", composite);
    let mut api = archive.clone();
    for field in ["pivot", "site_internet", "reseau_social"] {
        api[field] = json!(archive[field].to_string());
    }
    api["siren"] = Value::Null;
    api["code_insee_commune"] = json!("99001");
    assert_eq!(import_bodies(&[api]), import_bodies(&[archive]));
}

#[test]
fn empty_fields_give_no_rows_and_no_issues() {
    for empty in [json!(null), json!(""), json!("[]"), json!([])] {
        let fields = json!({"site_internet": empty, "reseau_social": empty});
        let import = import_bodies(&[town_hall("99001", fields)]);
        assert!(import.websites.is_empty() && import.accounts.is_empty());
        assert_eq!(import.issues, [], "{empty}");
    }
    let bare = json!({"pivot": [{"type_service_local": "mairie", "code_insee_commune": "99001"}]});
    assert_eq!(import_bodies(&[bare]).issues, []);
}

#[test]
fn a_windows_1252_file_is_read() {
    let json = json!([town_hall("99001", json!({"nom": "Mairie déléguée - X"}))]).to_string();
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&json);
    assert!(std::str::from_utf8(&bytes).is_err());
    let counts = import_bytes(&bytes).directory.unwrap();
    assert_eq!((counts.of_interest, counts.delegated), (1, 1));
}

#[test]
fn of_several_town_halls_the_main_one_speaks_for_the_commune() {
    let site = |name: &str| json!([{"libelle": "", "valeur": format!("https://{name}.example")}]);
    let delegated = json!({
        "nom": "Mairie déléguée - Hameau",
        "ancien_code_pivot": "mairie-99001-01",
        "site_internet": site("delegated"),
    });
    let annex = json!({"ancien_code_pivot": "mairie-99001-02", "site_internet": site("annex")});
    let of_another = json!({
        "ancien_code_pivot": "mairie-99009-01",
        "site_internet": site("other"),
    });
    let older = json!({
        "date_modification": "01/01/2020 00:00:00",
        "site_internet": site("older"),
    });
    let main = json!({"site_internet": site("main")});
    let mut halls: Vec<Value> = [delegated, annex, of_another, older, main]
        .into_iter()
        .map(|fields| town_hall("99001", fields))
        .collect();
    for _ in 0..halls.len() {
        let import = import_bodies(&halls);
        assert_eq!(
            websites(&import),
            [("commune:99001".to_owned(), "https://main.example")]
        );
        let counts = import.directory.unwrap();
        assert_eq!(
            (counts.of_interest, counts.delegated, counts.secondary),
            (5, 1, 3)
        );
        halls.rotate_left(1);
    }
}

#[test]
fn a_commune_called_after_a_quarter_has_its_town_hall() {
    let import = import_bodies(&[town_hall("63293", json!({"nom": "Mairie - Le Quartier"}))]);
    assert_eq!(import.websites.len(), 1);
}

#[test]
fn a_town_hall_of_several_communes_speaks_for_each() {
    let pivot = json!([{"type_service_local": "mairie", "code_insee_commune": ["99001", "99002"]}]);
    let import = import_bodies(&[
        town_hall("99001", json!({"pivot": pivot})),
        town_hall("99002", json!({"site_internet": "https://own.example"})),
    ]);
    assert_eq!(
        websites(&import),
        [
            (
                "commune:99001".to_owned(),
                "https://www.exempleville.example"
            ),
            ("commune:99002".to_owned(), "https://own.example"),
        ]
    );
}

#[test]
fn slips_in_the_website_field_are_repaired_or_told() {
    let import = import_bodies(&[
        town_hall(
            "99001",
            json!({"site_internet": [{"valeur": "www.bare.example"}]}),
        ),
        town_hall(
            "99002",
            json!({"site_internet": [{"valeur": "https:/slash.example"}]}),
        ),
        town_hall(
            "99003",
            json!({"site_internet": [{"valeur": "mairie@mail.example"}]}),
        ),
        town_hall("99004", json!({"site_internet": "[{"})),
    ]);
    let sites = import.websites.iter();
    let urls: Vec<_> = sites.flat_map(|site| &site.url).map(Url::as_str).collect();
    assert_eq!(urls, ["http://www.bare.example/", "https://slash.example/"]);
    let told: Vec<_> = import
        .issues
        .iter()
        .map(|issue| (issue.severity, issue.place))
        .collect();
    assert_eq!(
        told,
        [
            (Severity::Warning, Place::Body(1)),
            (Severity::Warning, Place::Body(2)),
            (Severity::Error, Place::Body(3)),
            (Severity::Error, Place::Body(4)),
        ]
    );
    let e_mail = &import.issues[2];
    assert_eq!(e_mail.column.as_ref().unwrap().name, "site_internet");
    assert!(e_mail.reason.contains("99003`"), "{}", e_mail.reason);
    assert!(!e_mail.to_string().contains("mairie@"));
}

#[test]
fn other_links_are_no_websites_and_several_sites_stay_in_order() {
    let import = import_bodies(&[town_hall(
        "99001",
        json!({"site_internet": [
            {"libelle": "Prise de rendez-vous en ligne", "valeur": "https://rdv.example/x"},
            {"libelle": "Site officiel de la commune", "valeur": "https://first.example"},
            {"libelle": "", "valeur": ["https://second.example", "https://first.example"]},
            {"libelle": "Facebook", "valeur": "https://www.facebook.com/x"},
        ]}),
    )]);
    let raw: Vec<_> = import
        .websites
        .iter()
        .map(|site| site.raw.as_str())
        .collect();
    assert_eq!(raw, ["https://first.example", "https://second.example"]);
    assert_eq!(accounts(&import), ["https://www.facebook.com/x"]);
}

#[test]
fn a_page_of_a_network_as_the_only_site_is_kept_for_the_account_parsers() {
    let page = "https://www.facebook.com/profile.php?id=1000001";
    let import = import_bodies(&[town_hall(
        "99001",
        json!({"site_internet": [{"valeur": page}]}),
    )]);
    assert_eq!(import.websites[0].url.as_ref().unwrap().as_str(), page);
}

#[test]
fn a_site_shared_by_many_communes_is_kept_for_each() {
    let bodies: Vec<Value> = (0..253)
        .map(|n| {
            let site = json!([{"valeur": format!("https://shared.example/commune/{n}")}]);
            town_hall(&format!("{}", 99_000 + n), json!({"site_internet": site}))
        })
        .collect();
    assert_eq!(import_bodies(&bodies).websites.len(), 253);
}

#[test]
fn network_addresses_are_kept_as_written_and_bare_handles_are_completed() {
    let written = [
        (
            "https://m.facebook.com/ville/?ref=page&utm_source=x",
            "Facebook",
        ),
        ("https://fr-fr.facebook.com/ville/", "Facebook"),
        ("https://www.tiktok.com/@ville", "TikTok"),
        // The label contradicts the host: both are kept, the host is to be believed.
        ("https://www.instagram.com/ville", "Facebook"),
    ];
    let networks: Vec<Value> = written
        .iter()
        .map(|(url, label)| json!({"valeur": url, "custom_dico2": label, "description": "X"}))
        .chain([
            json!({"valeur": "@ville", "custom_dico2": "Twitter"}),
            json!({"valeur": "@ville", "custom_dico2": "Inconnu"}),
            json!({"valeur": "  "}),
            json!({"valeur": "?"}),
        ])
        .collect();
    let import = import_bodies(&[town_hall("99001", json!({"reseau_social": networks}))]);
    let mut expected: Vec<&str> = written.iter().map(|(url, _)| *url).collect();
    expected.push("https://x.com/ville");
    assert_eq!(accounts(&import), expected);
    let last = &import.accounts[3];
    assert_eq!(
        (last.label.as_deref(), last.verdict),
        (Some("Facebook"), Verdict::Own)
    );
    assert_eq!(
        last.page.as_deref(),
        Some("https://annuaire.example/exempleville")
    );
    let told: Vec<_> = import
        .issues
        .iter()
        .map(|issue| (issue.severity, &*issue.value))
        .collect();
    // The network of the first is known, that of the second is not.
    assert_eq!(
        told,
        [
            (Severity::Warning, "@ville"),
            (Severity::Error, "@ville"),
            (Severity::Error, "?")
        ]
    );
}

#[test]
fn councils_are_known_by_siren_or_by_name() {
    let council = |type_word: &str, name: &str, siren: &str| {
        json!({
            "nom": name, "siren": siren,
            "pivot": [{"type_service_local": type_word, "code_insee_commune": ["01053"]}],
            "site_internet": [{"valeur": format!("https://{type_word}.example")}],
        })
    };
    let import = import_bodies(&[
        council("epci", "Métropole - Exemple", "239710015"),
        council("cg", "Conseil départemental - Ain", ""),
        council("dept-new-word", "Conseil départemental - Allier", ""),
        council("cr", "Conseil régional - Bretagne", "239710016"),
        council(
            "cdad",
            "Conseil départemental de l'accès au droit - Ain",
            "",
        ),
    ]);
    let keys: Vec<BodyKey> = import
        .websites
        .iter()
        .map(|site| site.body.clone())
        .collect();
    assert_eq!(
        keys,
        [
            BodyKey::Siren("239710015".parse().unwrap()),
            BodyKey::Named(crate::BodyKind::Departement, "Ain".into()),
            BodyKey::Named(crate::BodyKind::Departement, "Allier".into()),
        ]
    );
    assert_eq!(import.issues.len(), 1);
    assert!(import.issues[0].reason.contains("check digit"));
    let counts = import.directory.unwrap();
    assert_eq!(counts.other_types.get("cdad"), Some(&1));
}

#[test]
fn other_types_are_counted_by_type() {
    let other = |word: &str| json!({"pivot": [{"type_service_local": word}]});
    let import = import_bodies(&[
        other("tresorerie"),
        other("mission_locale"),
        other("tresorerie"),
        json!({}),
    ]);
    let counts = import.directory.unwrap();
    let by_type: Vec<_> = counts
        .other_types
        .iter()
        .map(|(word, n)| (word.as_str(), *n))
        .collect();
    assert_eq!(by_type, [("", 1), ("mission_locale", 1), ("tresorerie", 2)]);
    assert_eq!((import.source.rows, counts.of_interest), (4, 0));
}

#[test]
fn the_list_of_types_is_a_setting() {
    let pivot = json!([{"type_service_local": "mairie_com", "code_insee_commune": ["98735"]}]);
    let json = json!([town_hall("98735", json!({"pivot": pivot}))]).to_string();
    let mut settings = DirectorySettings::default();
    settings
        .types
        .insert("mairie_com".into(), crate::BodyKind::Commune);
    let import = import("annuaire", json.as_bytes(), &settings);
    assert_eq!(import.websites.len(), 1);
}

#[test]
fn a_body_that_cannot_be_read_spoils_itself_alone() {
    let good = town_hall("99001", json!({})).to_string();
    let text = format!(r#"[3, {{"id": "a", "id": "b"}}, {good}, null]"#);
    let import = import_bytes(text.as_bytes());
    assert_eq!(import.websites.len(), 1);
    let places: Vec<_> = import.issues.iter().map(|issue| issue.place).collect();
    assert_eq!(places, [Place::Body(1), Place::Body(2), Place::Body(4)]);
}

#[test]
fn a_cut_or_corrupt_file_is_refused_whole() {
    let list: Vec<Value> = (0..500)
        .map(|n| town_hall(&format!("{}", 10_000 + n), json!({})))
        .collect();
    let json = json!({ "service": list }).to_string();
    let cut = import_bytes(&json.as_bytes()[..json.len() / 2]);
    assert!((200..300).contains(&cut.source.rows));
    assert_refused(&cut, "cut");
    assert!(matches!(cut.issues[0].place, Place::Body(200..300)));
    let packed = bzip2(&archive(&[("x-data.gouv_local.json", json.as_bytes())]));
    assert_eq!(import_bytes(&packed).websites.len(), 500);
    for end in [20, packed.len() / 2, packed.len() - 40] {
        assert_refused(&import_bytes(&packed[..end]), "again");
    }
    let unpacked = archive(&[("x-data.gouv_local.json", json.as_bytes())]);
    assert_refused(&import_bytes(&unpacked[..unpacked.len() / 2]), "cut");
    let mut corrupt = json.into_bytes();
    corrupt[40_000] = 0;
    assert_refused(&import_bytes(&corrupt), "not the directory's JSON");
}

#[test]
fn a_directory_that_holds_no_collectivity_is_refused_whole() {
    for empty in ["[]", r#"{"results":[]}"#, r#"{"service":[]}"#] {
        assert_refused(&import_bytes(empty.as_bytes()), "list of bodies is empty");
    }
    let other = json!({"pivot": [{"type_service_local": "tresorerie"}]});
    assert_refused(&import_bodies(&[other]), "`tresorerie`");
    assert_refused(&import_bytes(b"[3, null]"), "none has a type");
    let page = json!({"total_count": 35_000, "results": [town_hall("99001", json!({}))]});
    assert_refused(&import_bytes(page.to_string().as_bytes()), "one page");
}

fn assert_refused(import: &Import, word: &str) {
    let fatal: Vec<_> = import
        .issues
        .iter()
        .filter(|issue| issue.severity == Severity::Fatal)
        .collect();
    assert_eq!(fatal.len(), 1, "{:?}", import.issues);
    assert!(fatal[0].reason.contains(word), "{}", fatal[0]);
    assert_eq!((import.websites.len(), import.accounts.len()), (0, 0));
}

#[test]
fn an_archive_without_the_member_names_what_it_holds() {
    let import = import_bytes(&bzip2(&archive(&[("lisez-moi.txt", b"")])));
    let reason = &import.issues[0].reason;
    assert!(reason.contains("data.gouv_local.json") && reason.contains("`lisez-moi.txt`"));
}

#[test]
fn persons_telephones_and_e_mails_never_leave_the_parser() {
    let shown = format!("{:?}", import_bodies(&[town_hall("99001", json!({}))]));
    for secret in ["Nom-Secret", "00 00 00", "secret@"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}
