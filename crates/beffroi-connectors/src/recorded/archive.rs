//! What the archive keeps of a visit to recorded answers: nothing that is to be hidden, wherever it is planted,
//! and all that the connector reads.

use std::fmt::Write;

use beffroi_fetch::{Recording, TakenAnswer, header::HeaderValue, played, recorded};
use beffroi_model::Measurement;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::{Connector, MeasureRequest, Measured, kept::without_visitors};

/// What is planted beside whatever answers hold.
const PLANTED: &str = "planted-canary";

/// Measures, and makes sure that what is archived of the visit hides what is to be hidden, and that another
/// connector, which knows nothing else, makes of it what was measured.
pub(crate) async fn measure_archived(
    connector: &dyn Connector,
    another: &dyn Connector,
    batch: &[MeasureRequest],
    hidden: &[&str],
) -> Vec<Measured> {
    let (measured, recording) = recorded(connector.measure(batch)).await;
    let rules = connector.kept_answers().unwrap();

    let kept = without_visitors(rules, batch, with_plants(recording.clone())).unwrap();
    assert_hides(&kept, &[hidden, &[PLANTED]].concat());

    let kept = without_visitors(rules, batch, recording).unwrap();
    assert_hides(&kept, hidden);
    let then: Vec<String> = measured.iter().map(figures).collect();
    if told_again(another, batch, kept.clone()).await.as_ref() != Some(&then) {
        // What was learnt of the credential before (a version that is refused, a token) is in no answer of
        // this visit; a replay hands it on from visit to visit, and of one that asked nothing there is
        // nothing to tell.
        let is_empty = kept.takes.is_empty();
        let now = told_again(connector, batch, kept).await;
        assert!(
            is_empty || now.is_some(),
            "more is asked now than is archived"
        );
        assert_eq!(now.unwrap_or_else(|| then.clone()), then);
    }
    measured
}

/// What a connector makes of what is archived; `None` where it asks more.
async fn told_again(
    connector: &dyn Connector,
    batch: &[MeasureRequest],
    kept: Recording,
) -> Option<Vec<String>> {
    let (again, told) = played(kept, connector.measure(batch)).await;
    told.unanswered
        .is_empty()
        .then(|| again.iter().map(figures).collect())
}

/// All that was measured, but when and by which exchanges.
fn figures(measured: &Measured) -> String {
    let measurement = Measurement {
        observed_at: Timestamp::UNIX_EPOCH,
        fetches: Vec::new(),
        ..measured.measurement.clone()
    };
    format!("{measurement:#?}")
}

/// Looks through all that is written of a visit's calls.
fn assert_hides(kept: &Recording, hidden: &[&str]) {
    let mut text = String::new();
    for take in &kept.takes {
        let asked = String::from_utf8_lossy(take.asked.as_deref().unwrap_or_default());
        let (url, headers, body) = match &take.answer {
            TakenAnswer::Reply {
                url, headers, body, ..
            } => (url, headers, body),
            TakenAnswer::Failure {
                url,
                headers,
                words,
                ..
            } => (url, headers, words),
        };
        let body = String::from_utf8_lossy(body);
        writeln!(text, "{} {asked} {url} {headers:?} {body}", take.url).unwrap();
    }
    let lower = text.to_lowercase();
    for hidden in hidden {
        assert!(
            !lower.contains(&hidden.to_lowercase()),
            "{hidden} is archived: {text}"
        );
    }
}

/// The same calls with a name in every place where a server could add one.
fn with_plants(mut recording: Recording) -> Recording {
    for take in &mut recording.takes {
        take.url
            .query_pairs_mut()
            .append_pair("access_token", PLANTED);
        let (url, headers, body) = match &mut take.answer {
            TakenAnswer::Reply {
                url, headers, body, ..
            } => (url, headers, body),
            TakenAnswer::Failure {
                url,
                headers,
                words,
                ..
            } => (url, headers, words),
        };
        url.set_path(&format!("/{PLANTED}/{PLANTED}/{PLANTED}/{PLANTED}"));
        url.query_pairs_mut().append_pair("session", PLANTED);
        url.set_fragment(Some(PLANTED));
        for name in ["set-cookie", "x-request-of", "location", "content-type"] {
            headers.insert(name, HeaderValue::from_static(PLANTED));
        }
        *body = planted(body);
    }
    recording
}

fn planted(body: &[u8]) -> Bytes {
    let text = String::from_utf8_lossy(body);
    Bytes::from(match serde_json::from_str::<Value>(&text) {
        Ok(mut value) => {
            plant(&mut value);
            value.to_string()
        }
        Err(_) => {
            let element = format!(
                "><{PLANTED} class=\"{PLANTED}\" title=\"{PLANTED}\">{PLANTED}<!-- {PLANTED} --></{PLANTED}>"
            );
            format!("{}{PLANTED}", text.replace('>', &element))
        }
    })
}

fn plant(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(plant);
            for name in ["their_name", "their_text", "session", PLANTED] {
                object.insert(name.to_owned(), Value::from(PLANTED));
            }
        }
        Value::Array(list) => {
            list.iter_mut().for_each(plant);
            list.push(Value::from(PLANTED));
            list.push(Value::from(vec![PLANTED]));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
