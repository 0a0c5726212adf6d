//! Allowances that are spent or nearly so, and servers in trouble.

use super::*;
use jiff::SignedDuration;

fn in_minutes(minutes: i64) -> Timestamp {
    Timestamp::now()
        .checked_add(SignedDuration::from_mins(minutes))
        .unwrap()
}

/// Whether a moment is as many minutes away, give or take one.
fn is_in_minutes(moment: Timestamp, minutes: i64) -> bool {
    moment > in_minutes(minutes - 1) && moment < in_minutes(minutes + 1)
}

/// Measures two pages one after the other, the first of which is refused so.
async fn two_pages(refusal: Answer) -> (Vec<Measured>, Vec<String>) {
    let graph = Graph::with_page(page(talking())).with("premiere", refusal);
    let server = graph.start().await;
    let connector = connector(&server, settings(&server));
    let batch = [request("premiere"), request(HANDLE)];
    let measured = measure(&server, &connector, &batch).await;
    (measured, server.take_paths())
}

#[tokio::test]
async fn a_spent_allowance_stops_all_calls_for_an_hour() {
    let quota = Outcome::Failed(Failed::QuotaSpent);
    let rate = Outcome::Failed(Failed::RateLimited);
    for (code, subcode, expected) in [
        (4, None, quota),
        (17, Some(2_446_079), quota),
        (32, None, quota),
        (613, Some(1996), rate),
    ] {
        for status in [400, 403] {
            let refusal = error(status, code, subcode, "Request limit reached");
            let (measured, paths) = two_pages(refusal).await;
            assert_eq!(paths, ["/v25.0/premiere"], "{code}");
            for measured in measured {
                assert_eq!(measured.measurement.outcome, expected, "{code}");
                let not_before = measured.retry.unwrap().not_before.unwrap();
                assert!(is_in_minutes(not_before, 60), "{not_before}");
            }
        }
    }
}

#[tokio::test]
async fn a_pages_own_allowance_stops_that_page_alone() {
    let usage = r#"{"777":[{"type":"pages","call_count":100,"total_cputime":20,"total_time":20,
                    "estimated_time_to_regain_access":19}]}"#;
    let too_many = "(#80001) There have been too many calls to this Page account";
    for (told, minutes) in [(Some(usage), 19), (None, 60)] {
        let mut refusal = error(400, 80001, None, too_many);
        if let Some(usage) = told {
            refusal = refusal.header("x-business-use-case-usage", usage.replace('\n', " "));
        }
        let (measured, _) = two_pages(refusal).await;
        assert_eq!(
            measured[0].measurement.outcome,
            Outcome::Failed(Failed::QuotaSpent)
        );
        let not_before = measured[0].retry.unwrap().not_before.unwrap();
        assert!(is_in_minutes(not_before, minutes), "{not_before}");
        assert_eq!(measured[1].measurement.outcome, Outcome::Measured);
    }
}

#[tokio::test]
async fn an_allowance_that_is_nearly_spent_is_left_to_recover() {
    let usage = r#"{"call_count":96,"total_cputime":25,"total_time":25}"#;
    let nearly = Answer::json(page(talking())).header("x-app-usage", usage);
    let (measured, paths) = two_pages(nearly).await;
    assert_eq!(paths, ["/v25.0/premiere"]);
    assert_eq!(measured[0].measurement.outcome, Outcome::Measured);
    assert_eq!(
        measured[1].measurement.outcome,
        Outcome::Failed(Failed::QuotaSpent)
    );
    assert!(measured[1].retry.unwrap().not_before.is_some());
}

#[tokio::test]
async fn a_page_whose_allowance_is_nearly_spent_is_read_no_further() {
    let usage = r#"{"1":[{"type":"pages","call_count":95,"total_cputime":2,"total_time":2,
                    "estimated_time_to_regain_access":0}]}"#;
    let mut long = page(talking());
    long["posts"]["paging"]["next"] = json!("https://graph.facebook.com/x");
    let answer = Answer::json(long).header("x-business-use-case-usage", usage.replace('\n', " "));
    let (measured, paths) = two_pages(answer).await;
    assert_eq!(paths, ["/v25.0/premiere", "/v25.0/mairieexemple"]);
    let seen = &measured[0].measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.posts.len(), 1);
    let reason = MissingReason::NotAsked;
    assert_eq!(seen.unavailable.get(&FigureName::Posts), Some(&reason));
    assert_eq!(seen.threads, Figure::Missing(reason));
    assert_eq!(measured[1].measurement.outcome, Outcome::Measured);
}

#[tokio::test]
async fn a_status_429_is_obeyed_as_everywhere() {
    let limited = error(429, 4, None, "Too many calls").header("retry-after", "1800");
    let measured = visit(Graph::default().with(HANDLE, limited)).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::RateLimited)
    );
    let not_before = measured.retry.unwrap().not_before.unwrap();
    assert!(is_in_minutes(not_before, 30), "{not_before}");
}

#[tokio::test]
async fn too_much_data_is_asked_for_in_smaller_portions() {
    let message = "Please reduce the amount of data you're asking for, then retry your request";
    let portion = |asked: &Asked| {
        let fields = asked.query("fields").concat();
        let (_, posts) = fields.split_once("until(").unwrap();
        let (_, limit) = posts.split_once(".limit(").unwrap();
        let (limit, _) = limit.split_once(')').unwrap();
        (limit.to_owned(), posts.contains("from{id}"))
    };
    for too_much in [error(500, 1, None, message), error(400, 1, Some(99), "")] {
        let mut counted = page(talking());
        counted["posts"]["data"][0]["comments"]["data"] = json!([]);
        let answers = vec![too_much.clone(), too_much, Answer::json(counted)];
        let comments = json!({"data": talking()[0]["comments"]["data"]});
        let graph = Graph::default()
            .with_each(HANDLE, answers)
            .with(&format!("{PAGE_ID}_10/comments"), Answer::json(comments));
        let server = graph.start().await;
        let connector = connector(&server, settings(&server));
        let measured = measure(&server, &connector, &[request(HANDLE)])
            .await
            .remove(0);
        assert_eq!(delays(&measured), [Some(2400), None]);
        let asked = server.asked();
        assert_eq!(asked.len(), 4);
        assert!(asked[3].path().ends_with("/comments"));
        let portions: Vec<_> = asked[..3].iter().map(portion).collect();
        let expected = [("25", true), ("13", true), ("13", false)];
        assert_eq!(
            portions,
            expected.map(|(limit, nested)| (limit.to_owned(), nested))
        );
    }
}

#[tokio::test]
async fn a_server_in_trouble_is_tried_again_later() {
    for answer in [
        error(500, 2, None, "An unexpected error has occurred"),
        Answer::page(503, "<html>Sorry, something went wrong.</html>"),
        error(400, 2, None, "Service temporarily unavailable"),
    ] {
        let measured = visit(Graph::default().with(HANDLE, answer.clone())).await;
        let Outcome::Failed(reason) = measured.measurement.outcome else {
            panic!("{:?}", measured.measurement.outcome);
        };
        assert!(
            matches!(reason, Failed::Http5xx | Failed::Http4xx),
            "{answer:?}"
        );
        assert!(measured.retry.is_some(), "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_that_fails_whatever_is_asked_is_not_asked_thrice_for_every_page() {
    let down = error(500, 2, None, "An unexpected error has occurred");
    let graph = Graph::default()
        .with("premiere", down.clone())
        .with(HANDLE, down);
    let server = graph.start().await;
    let connector = connector(&server, settings(&server));
    let batch = [request("premiere"), request(HANDLE)];
    for measured in measure(&server, &connector, &batch).await {
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Failed(Failed::Http5xx));
        assert!(measured.retry.is_some());
    }
    let asked = server.take_paths();
    let premiere = "/v25.0/premiere";
    assert_eq!(
        asked,
        [premiere, premiere, premiere, "/v25.0/mairieexemple"]
    );
}
