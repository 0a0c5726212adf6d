//! Many accounts in one query, page by page.

use super::*;

fn three() -> Tiktok {
    let mut tiktok = Tiktok::new(Vec::new());
    tiktok.users = ["ville.a", "ville_b", "villec"].map(user).to_vec();
    tiktok.videos = vec![
        video("VilleC", 5, "2026-11-21T10:00:00Z"),
        video("ville.a", 4, "2026-11-20T10:00:00Z"),
        video("villec", 3, "2026-11-19T10:00:00Z"),
        video("ville.a", 2, "2026-11-18T10:00:00Z"),
        video("somebody", 1, "2026-11-17T10:00:00Z"),
    ];
    tiktok
}

fn batch() -> [MeasureRequest; 4] {
    ["villec", "ville.a", "inconnue", "ville_b"].map(request)
}

#[tokio::test]
async fn one_query_serves_all_accounts_that_are_there_and_each_gets_its_own() {
    let server = three().start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &batch()).await;
    let counts: Vec<_> = measured
        .iter()
        .map(|it| it.measurement.posts.len())
        .collect();
    assert_eq!(counts, [2, 2, 0, 0]);
    let outcomes: Vec<_> = measured.iter().map(|it| it.measurement.outcome).collect();
    let not_found = Outcome::Absent(Absent::NotFound);
    assert_eq!(outcomes[2], not_found);
    assert_eq!(outcomes[3], Outcome::Measured);
    let asked = server.asked();
    let queries: Vec<_> = asked.iter().filter(|asked| asked.path() == QUERY).collect();
    assert_eq!(queries.len(), 1);
    let body: Value = serde_json::from_str(&queries[0].body).unwrap();
    let names = &body["query"]["and"][0]["field_values"];
    assert_eq!(*names, json!(["ville.a", "ville_b", "villec"]));
    let records = &measured[3].measurement.fetches;
    assert!(records.iter().any(|record| record.url.path() == QUERY));
}

#[tokio::test]
async fn pages_are_read_to_the_end_and_a_video_given_twice_counts_once() {
    let mut tiktok = three();
    tiktok.per_page = 2;
    tiktok.videos.insert(1, tiktok.videos[0].clone());
    let server = tiktok.start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &batch()).await;
    let counts: Vec<_> = measured
        .iter()
        .map(|it| it.measurement.posts.len())
        .collect();
    assert_eq!(counts, [2, 2, 0, 0]);
    let pages = server.take_paths().iter().filter(|it| *it == QUERY).count();
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn a_list_beyond_our_limit_is_truncated_for_all() {
    let mut tiktok = three();
    tiktok.per_page = 2;
    let server = tiktok.start().await;
    let two_pages = TiktokSettings {
        max_pages: std::num::NonZeroU16::MIN,
        ..settings(&server)
    };
    let connector = connector(&server, two_pages);
    for measured in measure(&connector, &batch()).await {
        let seen = measured.measurement;
        if seen.outcome == Outcome::Measured {
            let reason = seen.unavailable[&FigureName::Posts];
            assert_eq!(reason, MissingReason::Truncated);
        }
    }
}

#[tokio::test]
async fn a_lost_cursor_has_the_days_read_in_halves_without_loss() {
    let mut tiktok = three();
    tiktok.per_page = 2;
    let lost = refusal(400, "invalid_params", "Invalid count or cursor");
    let first = server::data(
        json!({"videos": tiktok.videos[..2], "cursor": 2, "has_more": true,
        "search_id": "7201388525814961198"}),
    );
    let tiktok = tiktok.answering_first(QUERY, vec![first, lost]);
    let server = tiktok.start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &batch()).await;
    let counts: Vec<_> = measured
        .iter()
        .map(|it| it.measurement.posts.len())
        .collect();
    assert_eq!(counts, [2, 2, 0, 0]);
    for measured in &measured {
        let unavailable = &measured.measurement.unavailable;
        assert!(!unavailable.contains_key(&FigureName::Posts));
    }
    let bodies = server.asked().into_iter().filter(|it| it.path() == QUERY);
    let days: Vec<_> = bodies
        .map(|asked| serde_json::from_str::<Value>(&asked.body).unwrap())
        .map(|body| format!("{}-{}", body["start_date"], body["end_date"]).replace('"', ""))
        .collect();
    assert_eq!(
        days,
        [
            "20261026-20261123",
            "20261026-20261123",
            "20261110-20261123",
            "20261110-20261123",
            "20261026-20261109"
        ]
    );
}

#[tokio::test]
async fn a_cursor_that_is_always_lost_comes_to_an_end() {
    let lost = refusal(400, "invalid_params", "Invalid count or cursor");
    let server = three().answering(QUERY, lost).start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &batch()).await;
    let seen = &measured[0].measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::CallFailed
    );
    let queries = server.take_paths().iter().filter(|it| *it == QUERY).count();
    assert!(queries <= 6, "{queries}");
}

#[tokio::test]
async fn accounts_of_two_runs_are_asked_for_apart() {
    let server = three().start().await;
    let connector = connector(&server, settings(&server));
    let mut later = request("ville.a");
    later.as_of = nights_later(1);
    let measured = measure(&connector, &[request("villec"), later]).await;
    assert!(measured.iter().all(|it| it.measurement.posts.len() == 2));
    let queries = server.take_paths().iter().filter(|it| *it == QUERY).count();
    assert_eq!(queries, 2);
}
