//! What is kept of each kind of value, and of addresses, headers and bodies that are not as they should be.

use super::*;
use beffroi_fetch::{Recording, Take, TakenAnswer, header::HeaderMap};
use beffroi_model::BodyHash;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;

static NODE: Keep = Keep::Object(&[
    ("id", Keep::Message),
    ("by", Keep::Author),
    ("at", Keep::Value),
    ("edited", Keep::Mark),
    ("below", Keep::List(&Keep::As(&NODE))),
]);
static RULES: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "account",
            keep: Keep::Object(&[("id", Keep::Own), ("fans", Keep::Value)]),
        },
        KeptAnswer {
            path: "posts/*/replies",
            keep: Keep::List(&Keep::As(&NODE)),
        },
    ],
    refusals: Keep::Object(&[("error", Keep::Value)]),
    parameters: &[
        ("page", Part::Place),
        ("in", Part::Message),
        ("n", Part::Plain),
    ],
    places_asked: &["place"],
    headers: &[("link", Keep::Place)],
};

fn take(url: &str, status: u16, body: &str) -> Take {
    let url: url::Url = url.parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("set-cookie", "who=Jeanne".parse().unwrap());
    headers.insert(
        "link",
        "<https://a.example/account?who=Jeanne&n=2>; rel=next"
            .parse()
            .unwrap(),
    );
    Take {
        url: url.clone(),
        asked: None,
        at: Timestamp::UNIX_EPOCH,
        duration_ms: 1,
        answer: TakenAnswer::Reply {
            url,
            status,
            headers,
            body: Bytes::from(body.to_owned()),
            body_bytes: body.len() as u64,
            body_hash: BodyHash::of(body.as_bytes()),
        },
    }
}

fn kept(takes: Vec<Take>) -> Option<Vec<Take>> {
    let recording = Recording {
        began: Timestamp::UNIX_EPOCH,
        takes,
        is_cut: false,
    };
    Some(without_visitors(&RULES, &[], recording)?.takes)
}

fn bodies(takes: Vec<Take>) -> Option<Vec<Value>> {
    let kept = kept(takes)?;
    let body = |take: &Take| match &take.answer {
        TakenAnswer::Reply { body, headers, .. } => {
            assert!(!headers.contains_key("set-cookie") && headers.contains_key("link"));
            serde_json::from_slice(body).unwrap()
        }
        TakenAnswer::Failure { .. } => Value::Null,
    };
    Some(kept.iter().map(body).collect())
}

#[test]
fn nothing_of_visitors_is_kept_but_who_replied_to_what_when() {
    let replies = json!([
        {"id": "77", "by": 9, "at": 5, "name": "Jeanne", "text": "Bonjour",
         "below": [{"id": "78", "by": "1", "at": 6, "edited": {"by": "Jeanne"}, "below": []}]},
        {"id": "77", "by": {"name": "Jeanne"}, "at": 7, "below": "Jeanne"},
    ]);
    let kept = bodies(vec![
        take(
            "https://a.example/posts/3/replies",
            200,
            &replies.to_string(),
        ),
        take(
            "https://a.example/v1/account",
            200,
            r#"{"id":1,"fans":"12","bio":"Jeanne"}"#,
        ),
        take(
            "https://a.example/v1/account",
            404,
            r#"{"error":"gone","who":"Jeanne"}"#,
        ),
    ])
    .unwrap();
    assert_eq!(
        kept[0],
        json!([
            {"id": "message-1", "by": "visitor", "at": 5,
             "below": [{"id": "message-2", "by": "1", "at": 6, "edited": {}, "below": []}]},
            {"id": "message-1", "by": false, "at": 7, "below": false},
        ])
    );
    assert_eq!(kept[1], json!({"id": 1, "fans": "12"}));
    assert_eq!(kept[2], json!({"error": "gone"}));
}

#[test]
fn a_visit_that_asked_what_is_not_known_is_not_kept() {
    assert_eq!(
        bodies(vec![take("https://a.example/other", 200, "{}")]),
        None
    );
    assert_eq!(
        bodies(vec![take("https://a.example/posts//replies", 200, "{}")]),
        None
    );
}

#[test]
fn of_a_page_in_the_place_of_json_it_is_kept_that_it_was_one() {
    for (body, expected) in [
        ("<html>Jeanne</html>", "<html></html>"),
        (" <html>Jeanne: just a moment...", "<html>captcha</html>"),
        ("Jeanne", "?"),
        ("{\"id\":1,\"fans\":\"Je", "?"),
        ("", ""),
        ("\u{feff}{\"id\":1}", "{\"id\":1}"),
    ] {
        let takes = kept(vec![take("https://a.example/account", 200, body)]).unwrap();
        let TakenAnswer::Reply { body, .. } = &takes[0].answer else {
            panic!("a reply is a reply");
        };
        assert_eq!(body, expected);
    }
}

#[test]
fn addresses_name_nobody_and_are_those_that_the_kept_answers_lead_to() {
    let replies = json!([{"id": "77", "by": 9, "at": 5}]).to_string();
    let mut told_again = take(
        "https://jeanne:pw@a.example/posts/3/replies?page=77&in=77&n=a+b&token=Jeanne#Jeanne",
        200,
        &replies,
    );
    told_again.asked = Some(Bytes::from_static(b"{\"n\":1,\"place\":\"Jeanne\"}"));
    if let TakenAnswer::Reply { url, .. } = &mut told_again.answer {
        *url = "https://a.example/welcome/jeanne?n=Jeanne".parse().unwrap();
    }
    let takes = kept(vec![told_again]).unwrap();
    let expected = "https://a.example/posts/3/replies?page=place-1&in=message-1&n=a+b";
    assert_eq!(takes[0].url.as_str(), expected);
    assert_eq!(
        takes[0].asked.as_deref(),
        Some(&b"{\"n\":1,\"place\":\"place-2\"}"[..])
    );
    let TakenAnswer::Reply {
        url, headers, body, ..
    } = &takes[0].answer
    else {
        panic!("a reply is a reply");
    };
    assert_eq!(url.as_str(), expected, "a server may send on to anything");
    assert_eq!(
        headers["link"],
        "<https://a.example/account?n=2>; rel=\"next\""
    );
    assert_eq!(body, r#"[{"at":5,"by":"visitor","id":"message-1"}]"#);
}

#[test]
fn a_name_in_the_place_of_something_else_is_not_kept() {
    const KINDS: [Keep; 16] = [
        Keep::Number,
        Keep::Time,
        Keep::Flag,
        Keep::OneOf(&["open"]),
        Keep::Phrases(&["open"]),
        Keep::Spoken(&["open"]),
        Keep::Text(|_| "text".to_owned()),
        Keep::Author,
        Keep::Message,
        Keep::TellingMessage(|_, number| Some(number.to_string())),
        Keep::Place,
        Keep::Mark,
        Keep::Something,
        Keep::Person,
        Keep::Either(&Keep::Number, &Keep::List(&Keep::Number)),
        Keep::Map(&Keep::Number, &Keep::Number),
    ];
    let name = "Jeanne";
    for keep in KINDS {
        for value in [
            json!(name),
            json!([name, [name]]),
            json!({"name": name, "host": name, name: name, "12": name}),
        ] {
            let mut scrubber = scrubber::Scrubber::default();
            scrubber.learn(&keep, &value);
            let kept = scrubber.kept(&keep, &value).to_string();
            assert!(!kept.contains(name), "{keep:?}: {kept}");
        }
    }
}

#[test]
fn values_of_their_kind_are_kept_as_they_are_read() {
    let mut scrubber = scrubber::Scrubber::default();
    scrubber.learn_state(&json!({"id": "own-1", "posts": {"own-2": 5}}));
    scrubber.learn_own("ville@a.example");
    let published = Keep::Published(
        "by",
        &["id"],
        &[("id", Keep::Message), ("by", Keep::Author)],
    );
    let posts = json!([{"id": "7", "by": "OWN-1"}, {"id": 8}, {"id": "9", "by": "Jeanne"}]);
    for post in posts.as_array().unwrap() {
        scrubber.learn(&published, post);
    }
    for (keep, value, kept) in [
        (Keep::Number, json!("1,234"), json!("1,234")),
        (Keep::Number, json!(-1), json!(-1)),
        (Keep::Number, json!(true), json!(true)),
        (
            Keep::Time,
            json!("2026-11-20T09:15:00+0100"),
            json!("2026-11-20T09:15:00+0100"),
        ),
        (Keep::Flag, json!(false), json!(false)),
        (Keep::OneOf(&["open"]), json!("open"), json!("open")),
        (Keep::OneOf(&["open"]), json!("closed"), json!("?")),
        (
            Keep::Phrases(&["is gone", "was"]),
            json!("It IS Gone, Jeanne"),
            json!("is gone"),
        ),
        (
            Keep::Spoken(&["user"]),
            json!("Users OWN-1, Jeanne"),
            json!("user; own-1"),
        ),
        (Keep::Author, json!("own-1"), json!("own-1")),
        (Keep::Message, json!("own-2"), json!("own-2")),
        (Keep::Message, json!("other"), json!("message-1")),
        (Keep::Place, json!(""), json!("")),
        (Keep::Something, json!("token"), json!("?")),
        (
            Keep::Person,
            json!({"name": "Ville", "host": "A.example"}),
            json!({"name": "Ville", "host": "A.example"}),
        ),
        (
            Keep::Person,
            json!({"name": "jeanne", "host": "a.example"}),
            json!({"name": "visitor", "host": "visitor"}),
        ),
        (
            Keep::List(&Keep::Message),
            json!(["7", 8, "9"]),
            json!(["7", 8, "message-2"]),
        ),
        (Keep::Object(&[]), json!(null), json!(null)),
        (Keep::Object(&[]), json!("Jeanne"), json!(false)),
    ] {
        assert_eq!(scrubber.kept(&keep, &value), kept, "{keep:?}");
    }
}
