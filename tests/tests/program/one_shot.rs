//! The commands that look once and need no store: what they print, and how they end.

use std::io::Write;

use beffroi_tests::{Answer, Installation, Web};
use flate2::{Compression, write::GzEncoder};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

/// May visit these servers and no other, without waiting between requests.
fn visitor(servers: &[&Web]) -> Installation {
    let allowed: Vec<String> = servers.iter().map(|server| server.address()).collect();
    Installation::new(&format!(
        "[fetch]\nallow_addresses = {allowed:?}\nhost_interval = \"1ms\"\ngroup_interval = \"1ms\"\n\
         retry_base = \"1ms\"\n\n[platforms.mastodon]\nrequests = 1000\nper = \"10s\"\n"
    ))
}

fn without_robots(path: &str, answer: impl Fn(&str) -> Answer) -> Answer {
    if path == "/robots.txt" {
        Answer::not_found()
    } else {
        answer(path)
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// All these keys and no other, in whatever order.
fn assert_keys(value: &Value, expected: &[&str]) {
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    let mut found = keys(value);
    found.sort_unstable();
    assert_eq!(found, expected);
}

const FETCH_KEYS: [&str; 10] = [
    "url",
    "final_url",
    "status",
    "outcome",
    "error_class",
    "redirects",
    "bytes",
    "duration_ms",
    "content_type",
    "charset",
];

/// What `fetch` says of an address: exit status, outcome, class.
fn fetched(here: &Installation, url: &str) -> (Option<i32>, Value) {
    let ended = here.run(&["fetch", url, "--json"]);
    let report = ended.json();
    assert_keys(&report, &FETCH_KEYS);
    assert_eq!(report["url"], url);
    (ended.code, report)
}

fn assert_fails(here: &Installation, url: &str, outcome: &str, class: &str) -> Value {
    let (code, report) = fetched(here, url);
    assert_eq!(
        (&report["outcome"], &report["error_class"]),
        (&outcome.into(), &class.into()),
        "{report}"
    );
    assert_eq!(code, Some(1), "{report}");
    report
}

#[test]
fn a_document_is_fetched_and_described() {
    let site = Web::serve(|path| {
        without_robots(path, |path| match path {
            "/old" => Answer::redirect("/new"),
            "/new" => Answer::new(200, "text/html; charset=iso-8859-1", *b"<p>\xe9t\xe9</p>"),
            _ => Answer::not_found(),
        })
    });
    let here = visitor(&[&site]);
    let (code, report) = fetched(&here, &site.url("/old"));
    assert_eq!(code, Some(0));
    assert_eq!(report["final_url"], site.url("/new"));
    assert_eq!(report["redirects"], json!([site.url("/old")]));
    assert_eq!(
        (&report["status"], &report["bytes"]),
        (&200.into(), &10.into())
    );
    assert_eq!(
        (&report["outcome"], &report["error_class"]),
        (&"measured".into(), &Value::Null)
    );
    // The encoding standard's name of what pages call iso-8859-1.
    assert_eq!(report["charset"], "windows-1252");
    assert_eq!(
        site.asked().first().map(String::as_str),
        Some("/robots.txt")
    );
    assert_fails(&here, &site.url("/nothing"), "absent", "not_found");
}

#[test]
fn every_end_of_a_fetch_has_its_outcome_and_class() {
    let site = Web::serve(|path| {
        without_robots(path, |path| match path {
            "/gone" => Answer::new(410, "text/plain", ""),
            "/wall" => Answer::new(403, "text/plain", ""),
            "/sick" => Answer::new(500, "text/plain", ""),
            "/teapot" => Answer::new(418, "text/plain", ""),
            "/loop" => Answer::redirect("/loop"),
            "/ftp" => Answer::redirect("ftp://127.0.0.1/"),
            "/garbled" => Answer::html("this is no gzip").with("Content-Encoding", "gzip"),
            "/wordy" => Answer::html("").with("X-Long", &"x".repeat(100_000)),
            _ => Answer::not_found(),
        })
    });
    let here = visitor(&[&site]);
    for (path, outcome, class) in [
        ("/gone", "absent", "gone"),
        ("/wall", "forbidden", "blocked"),
        ("/sick", "failed", "http_5xx"),
        ("/teapot", "failed", "http_4xx"),
        ("/loop", "failed", "too_many_redirects"),
        ("/ftp", "forbidden", "refused_url"),
        ("/garbled", "failed", "bad_encoding"),
        ("/wordy", "failed", "headers_too_large"),
    ] {
        assert_fails(&here, &site.url(path), outcome, class);
    }
    assert_fails(&here, "ftp://127.0.0.1/", "forbidden", "refused_url");
    assert_fails(
        &here,
        &site.url("/").replace("http://", "http://user:word@"),
        "forbidden",
        "refused_url",
    );
}

#[test]
fn an_address_is_taken_as_people_type_it_and_what_is_none_is_said_in_json_too() {
    let site = Web::serve(|path| without_robots(path, |_| Answer::html("<p>été</p>")));
    let here = visitor(&[&site]);
    let bare = site.address();
    // The server speaks no TLS: `fetch` asks what is written, `discover` finds the way.
    let (code, report) = fetched(&here, &bare);
    assert_eq!(
        (code, &report["final_url"]),
        (Some(1), &format!("https://{bare}/").into()),
        "{report}"
    );
    let quoted = format!(" <{}>, ", site.url("/"));
    assert_eq!(fetched(&here, &quoted).0, Some(0));
    let found = here.succeed(&["discover", &bare, "--json"]).json();
    assert_eq!(found["final_url"], site.url("/"), "{found}");

    for (typed, word) in [
        ("no address", "space"),
        ("http://", "host"),
        ("https://a.test https://b.test", "one address at a time"),
        ("mairie@exemple.test", "e-mail"),
    ] {
        let told = format!("`{typed}` is no address");
        let ended = here.run(&["fetch", typed, "--json"]).exited(1);
        let report = ended.said(&[&told, word]).json();
        assert_keys(&report, &FETCH_KEYS);
        assert_eq!(
            (&report["url"], &report["outcome"], &report["error_class"]),
            (&typed.into(), &"forbidden".into(), &"refused_url".into())
        );
        here.run(&["discover", typed])
            .exited(1)
            .said(&[&told, word]);
    }
}

#[test]
fn a_private_address_is_never_asked_unless_it_is_allowed_exactly() {
    let secret = Web::serve(|_| Answer::html("secret"));
    let closed = Installation::default();
    assert_fails(&closed, &secret.url("/"), "forbidden", "private_address");
    let port = secret.address().rsplit(':').next().unwrap().to_owned();
    for host in [
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
    ] {
        let (code, report) = fetched(&closed, &format!("http://{host}:{port}/"));
        assert_eq!(code, Some(1), "{report}");
        // `localhost` is also refused where no name server knows it.
        assert!(
            host == "localhost" || report["error_class"] == "private_address",
            "{report}"
        );
    }
    assert!(secret.asked().is_empty(), "{:?}", secret.asked());

    let open = visitor(&[&secret]);
    open.succeed(&["fetch", &secret.url("/")])
        .said(&["THE ADDRESS GUARD IS OPEN"]);
}

#[test]
fn a_redirect_into_a_private_address_is_refused() {
    let secret = Web::serve(|_| Answer::html("secret"));
    let target = secret.url("/admin");
    let site = Web::serve(move |path| without_robots(path, |_| Answer::redirect(&target)));
    let here = visitor(&[&site]);
    let report = assert_fails(&here, &site.url("/"), "forbidden", "private_address");
    assert_eq!(report["final_url"], secret.url("/admin"));
    assert!(secret.asked().is_empty());
}

#[test]
fn a_gzip_bomb_is_cut_short_in_little_memory() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b'0'; 1 << 20];
    (0..512).for_each(|_| bomb.write_all(&zeros).unwrap());
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let site = Web::serve(move |path| {
        without_robots(path, |_| {
            Answer::new(200, "text/html", bomb.clone()).with("Content-Encoding", "gzip")
        })
    });
    let here = visitor(&[&site]);
    let url = site.url("/");
    let ended = here.run(&["fetch", &url, "--json"]).exited(1);
    assert_eq!(ended.json()["error_class"], "too_large");
    assert!(ended.peak_memory_mb < 150, "{} MiB", ended.peak_memory_mb);
}

#[test]
fn what_robots_txt_closes_is_not_fetched() {
    let site = Web::serve(|path| match path {
        "/robots.txt" => Answer::new(
            200,
            "text/plain",
            "User-agent: beffroi\nDisallow: /closed\n",
        ),
        _ => Answer::html("open"),
    });
    let here = visitor(&[&site]);
    assert_fails(
        &here,
        &site.url("/closed/page"),
        "forbidden",
        "robots_disallowed",
    );
    assert_eq!(fetched(&here, &site.url("/open")).0, Some(0));
    assert_eq!(site.asked(), ["/robots.txt", "/robots.txt", "/open"]);
    let sick = Web::serve(|path| match path {
        "/robots.txt" => Answer::new(503, "text/plain", ""),
        _ => Answer::html("open"),
    });
    assert_fails(
        &visitor(&[&sick]),
        &sick.url("/"),
        "failed",
        "robots_unreachable",
    );
    assert!(
        sick.asked().iter().all(|path| path == "/robots.txt"),
        "{:?}",
        sick.asked()
    );
}

#[test]
fn robots_check_says_one_word_a_line() {
    let here = Installation::default();
    here.write(
        "robots.txt",
        "User-agent: *\nDisallow: /\n\nUser-agent: beffroi\nAllow: /\nDisallow: /prive/*.pdf$\n",
    );
    let check = |agent: &str, urls: &[&str]| {
        let arguments = [
            &[
                "robots",
                "check",
                "--robots",
                "robots.txt",
                "--agent",
                agent,
            ],
            urls,
        ]
        .concat();
        here.succeed(&arguments).stdout
    };
    let urls = [
        "https://www.exemple.test/",
        "/prive/a.pdf",
        "/prive/a.pdf?x",
        "/robots.txt",
    ];
    assert_eq!(check("beffroi", &urls), "allow\ndisallow\nallow\nallow\n");
    assert_eq!(check("other", &urls[..1]), "disallow\n");
    here.run(&["robots", "check", "--robots", "missing.txt", "/"])
        .exited(1)
        .said(&["missing.txt"]);
}

#[test]
fn accounts_are_recognised_one_a_line_from_arguments_and_standard_input() {
    let here = Installation::default();
    let urls = [
        (
            "https://www.facebook.com/ExempleVille/",
            "account",
            "facebook",
        ),
        ("https://bsky.app/profile/exemple.fr", "account", "bluesky"),
        (
            "https://www.facebook.com/sharer/sharer.php?u=x",
            "share",
            "facebook",
        ),
        ("https://x.com/exemple/status/1", "post", "x"),
    ];
    let mut arguments = vec!["account", "parse", "--json"];
    arguments.extend(urls.iter().map(|(url, ..)| *url));
    arguments.push("https://www.exemple.test/mairie");
    let printed = here.succeed(&arguments).stdout;
    let lines: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 5, "{printed}");
    for (line, (url, kind, platform)) in lines.iter().zip(urls) {
        assert_keys(
            line,
            &["input", "platform", "handle", "url", "kind", "reason"],
        );
        assert_eq!(
            (&line["input"], &line["kind"], &line["platform"]),
            (&url.into(), &kind.into(), &platform.into())
        );
    }
    assert_eq!(
        (&lines[0]["handle"], &lines[4]["kind"]),
        (&"exempleville".into(), &"not_social".into())
    );

    let list = here.write(
        "urls.txt",
        "https://bsky.app/profile/exemple.fr\n\nnonsense\n",
    );
    let mut command = here.command(&["account", "parse", "-", "--json"]);
    let output = command
        .stdin(std::fs::File::open(list).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().lines().count(),
        3,
        "one line each, whatever it is"
    );
}

#[test]
fn a_site_is_discovered_with_its_accounts_and_their_evidence() {
    let site = Web::serve(|path| {
        without_robots(path, |path| match path {
            "/" => Answer::html(
                "<html lang=fr><head><title>Mairie d'Exempleville</title></head><body>\
                 <h1>Commune d'Exempleville</h1><p>Bienvenue sur le site officiel de la commune.</p>\
                 <a href='/mentions-legales'>Mentions légales</a>\
                 <footer>Suivez-nous : <a href='https://www.facebook.com/exempleville'>Facebook</a>\
                 <a href='https://www.facebook.com/sharer/sharer.php?u=x'>Partager</a></footer></body></html>",
            ),
            "/mentions-legales" => {
                Answer::html("<h1>Mentions légales</h1><p>Éditeur : la mairie.</p>")
            }
            _ => Answer::not_found(),
        })
    });
    let here = visitor(&[&site]);
    let url = site.url("/");
    let report = here.succeed(&["discover", &url, "--json"]).json();
    assert_keys(
        &report,
        &["url", "final_url", "outcome", "reason", "site", "accounts"],
    );
    assert_eq!(
        (&report["outcome"], &report["reason"]),
        (&"measured".into(), &Value::Null)
    );
    assert_eq!(
        (&report["site"]["reachable"], &report["site"]["https"]),
        (&true.into(), &false.into())
    );
    assert_eq!(
        report["site"]["legal_notice_url"],
        site.url("/mentions-legales")
    );
    let accounts = report["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 1, "{report}");
    assert_keys(
        &accounts[0],
        &["platform", "handle", "url", "confidence", "evidence"],
    );
    assert_eq!(
        (&accounts[0]["platform"], &accounts[0]["handle"]),
        (&"facebook".into(), &"exempleville".into())
    );
    assert!(accounts[0]["confidence"].as_f64() >= Some(0.5), "{report}");
    assert_keys(&accounts[0]["evidence"][0], &["page", "how"]);

    let nobody = here
        .run(&["discover", "http://127.0.0.1:9/", "--json"])
        .exited(1)
        .json();
    assert_eq!(
        (&nobody["outcome"], &nobody["reason"]),
        (&"forbidden".into(), &"private_address".into())
    );
}

/// A Mastodon instance with one account: one post two days old, a visitor's question and its answer.
fn instance() -> Web {
    let hours_ago = |hours: i64| (Timestamp::now() - hours.hours()).to_string();
    let (posted, asked, answered) = (hours_ago(48), hours_ago(47), hours_ago(46));
    Web::serve(move |path| {
        let own = json!({
            "id": "42", "username": "mairie", "acct": "mairie", "display_name": "Mairie", "note": "",
            "url": "http://social.test/@mairie", "uri": "http://social.test/users/mairie",
            "created_at": "2023-01-01T00:00:00.000Z", "last_status_at": posted[..10],
            "followers_count": 812, "following_count": 35, "statuses_count": 1450,
            "locked": false, "bot": false, "group": false, "fields": [],
        });
        let visitor = json!({"id": "citizen-7", "acct": "citizen@other.test"});
        let status = |id: &str, at: &str, parent: Option<&str>, account: &Value| {
            json!({
                "id": id, "created_at": at, "in_reply_to_id": parent, "visibility": "public",
                "url": format!("http://social.test/@mairie/{id}"), "reblog": null, "account": account,
                "replies_count": if parent.is_none() { 1 } else { 0 }, "reblogs_count": 5,
                "favourites_count": 9, "content": "<p>citizen words</p>",
            })
        };
        let answer = match path.split('?').next().unwrap_or_default() {
            "/api/v1/accounts/lookup" => own,
            "/api/v1/accounts/42/statuses" => json!([status("10", &posted, None, &own)]),
            "/api/v1/statuses/10/context" => json!({"ancestors": [], "descendants": [
                status("11", &asked, Some("10"), &visitor), status("12", &answered, Some("11"), &own),
            ]}),
            _ => return Answer::not_found(),
        };
        Answer::json(&answer.to_string())
    })
}

#[test]
fn a_mastodon_account_is_measured_over_plain_http_at_a_port() {
    let instance = instance();
    let here = visitor(&[&instance]);
    let ended = here.succeed(&["measure", &instance.url("/@mairie"), "--json"]);
    let report = ended.json();
    for key in [
        "account",
        "outcome",
        "reason",
        "figures",
        "posts",
        "dialogue",
        "unavailable",
    ] {
        assert!(keys(&report).contains(&key), "{key} is missing: {report}");
    }
    assert_keys(&report["account"], &["platform", "handle", "account_id"]);
    assert_eq!(
        report["account"]["handle"],
        format!("mairie@{}", instance.address())
    );
    assert_eq!(report["outcome"], "measured");
    assert_eq!(
        report["figures"],
        json!({"followers": 812, "following": 35, "posts_total": 1450})
    );
    let post = &report["posts"][0];
    assert_eq!(
        (&post["id"], &post["reactions"], &post["comments"]),
        (&"10".into(), &9.into(), &1.into()),
        "{report}"
    );
    assert_eq!((&post["shares"], &post["views"]), (&5.into(), &Value::Null));
    let dialogue = json!({"threads_opened": 1, "threads_answered": 1, "reply_delays_secs": [3600]});
    assert_eq!(report["dialogue"], dialogue);
    assert!(report["unavailable"]["views"].is_string(), "{report}");
    assert!(!ended.stdout.contains("citizen"), "{}", ended.stdout);
}

#[test]
fn an_instance_that_asks_for_a_login_forbids_and_is_not_absent() {
    let instance = Web::serve(|_| Answer::new(401, "application/json", r#"{"error":"login"}"#));
    let here = visitor(&[&instance]);
    let report = here
        .run(&["measure", &instance.url("/@mairie"), "--json"])
        .exited(1)
        .json();
    assert_eq!(
        (&report["outcome"], &report["reason"]),
        (&"forbidden".into(), &"login_required".into())
    );
    assert_eq!(
        report["figures"],
        json!({"followers": null, "following": null, "posts_total": null})
    );
    assert_eq!(
        report["unavailable"]["followers"], "not_measured",
        "unknown is never zero"
    );
}

#[test]
fn what_cannot_be_measured_says_why() {
    let here = Installation::default();
    let measure = |url: &str| here.run(&["measure", url, "--json"]).exited(1);
    measure("https://app.panneaupocket.com/ville/250252113-exemple")
        .said(&["panneaupocket are recorded as presence", "facebook"]);
    let facebook = measure("https://www.facebook.com/exempleville").json();
    assert_eq!(facebook["outcome"], "forbidden");
    assert_eq!(facebook["reason"], "credential_missing");
    measure("https://www.facebook.com/sharer.php?u=x").said(&["is no account's address"]);
    measure("mairie").said(&["`mairie` is no account's address"]);
}
