//! Many accounts in one call.

use super::*;

/// Two accounts, each with a post and a visitor's reply.
fn two_towns() -> X {
    let mut to_other = reply(CITIZEN, ago(3), ago(4), ago(4));
    to_other["in_reply_to_user_id"] = json!(OTHER_ID);
    X {
        users: vec![user(ID, "VilleDeTest", 1), user(OTHER_ID, OTHER, 1)],
        posts: vec![post(ago(10), 1), post_of(OTHER_ID, ago(4), 1)],
        replies: vec![reply(CITIZEN, ago(7), ago(10), ago(10)), to_other],
        ..X::default()
    }
}

fn outcomes(measured: &[Measured]) -> Vec<Outcome> {
    let outcomes = measured.iter().map(|measured| measured.measurement.outcome);
    outcomes.collect()
}

#[tokio::test]
async fn a_batch_joins_answers_in_any_order() {
    let suspended = ["Forbidden", "User has been suspended: [suspendu]."];
    let x = two_towns().without("suspendu", suspended[0], suspended[1], "resource-not-found");
    let server = x.start().await;
    let handles = [
        OTHER,
        "suspendu",
        "nom-invalide",
        HANDLE,
        "inconnue",
        "id:1002",
    ];
    let batch = handles.map(|handle| request(handle, 0));
    let measured = measure(&server, settings(&server), &batch).await;
    assert_eq!(
        outcomes(&measured),
        [
            Outcome::Measured,
            Outcome::Absent(Absent::Suspended),
            Outcome::Absent(Absent::NotAnAccount),
            Outcome::Measured,
            Outcome::Absent(Absent::NotFound),
            Outcome::Measured,
        ]
    );
    for (index, id) in [(0, OTHER_ID), (3, ID), (5, OTHER_ID)] {
        let seen = &measured[index].measurement;
        assert_eq!(seen.identity.permanent_id.as_deref(), Some(id));
        assert_eq!(delays(seen), [None], "{id}");
    }
    let asked = server.asked();
    assert_eq!(paths(&asked)[..2], ["users", "users/by"]);
    let names = &asked[1].query("usernames")[0];
    assert_eq!(names, "autreville,inconnue,suspendu,villedetest");
    assert_eq!(measured[2].measurement.fetches.len(), 0);
}

#[tokio::test]
async fn a_batch_that_fails_is_tried_again_for_everybody() {
    let broken = Answer::json(json!({"title": "Service Unavailable"})).status(503);
    let x = two_towns().answering("/2/users/by", broken);
    let server = x.start().await;
    let batch = [request(HANDLE, 0), request(OTHER, 0)];
    for measured in measure(&server, settings(&server), &batch).await {
        let seen = measured.measurement;
        assert_eq!(seen.outcome, Outcome::Failed(Failed::Http5xx));
        assert!(measured.retry.is_some());
        assert_eq!(seen.fetches.len(), 1);
    }
}

#[tokio::test]
async fn one_account_that_fails_spoils_no_other() {
    let x = two_towns().answering("/2/users/1002/tweets", Answer::page(200, "<html>oops"));
    let server = x.start().await;
    let batch = [request(HANDLE, 0), request(OTHER, 0)];
    let measured = measure(&server, settings(&server), &batch).await;
    assert_eq!(delays(&measured[0].measurement), [None]);
    let other = &measured[1].measurement;
    assert_eq!(other.outcome, Outcome::Measured, "the profile stands");
    assert_eq!(
        other.unavailable[&FigureName::Posts],
        MissingReason::CallFailed
    );
    assert_eq!(other.threads, Figure::Missing(MissingReason::CallFailed));
}

#[tokio::test]
async fn a_hundred_accounts_cost_one_request_for_profiles_and_five_searches() {
    let mut x = X::default();
    for number in 0..100 {
        let id = (5000 + number).to_string();
        x.users.push(user(&id, &format!("ville_{number}"), 1));
        let at = ago(10) + SignedDuration::from_secs(number);
        x.posts.push(post_of(&id, at, 0));
    }
    let server = x.start().await;
    let batch: Vec<_> = (0..100)
        .map(|number| request(&format!("ville_{number}"), 0))
        .collect();
    assert_eq!(
        outcomes(&measure(&server, settings(&server), &batch).await),
        [Outcome::Measured; 100]
    );
    let asked = server.asked();
    let count = |path: &str| paths(&asked).iter().filter(|asked| **asked == path).count();
    assert_eq!(count("users/by"), 1);
    assert_eq!(count("tweets/search/recent"), 5);
    assert_eq!(asked.len(), 1 + 100 + 5);
}

#[tokio::test]
async fn known_posts_of_several_accounts_are_read_in_one_request() {
    let server = two_towns().start().await;
    let settings = XSettings {
        refresh_days: NonZeroU16::MIN,
        ..settings(&server)
    };
    let batch = [request(HANDLE, 0), request(OTHER, 0)];
    let first = measure(&server, settings.clone(), &batch).await;
    server.take_paths();
    let mut batch = [request(HANDLE, 1), request(OTHER, 1)];
    for (request, measured) in batch.iter_mut().zip(first) {
        request.previous_state = measured.measurement.state;
    }
    let second = measure(&server, settings, &batch).await;
    let asked = server.asked();
    assert_eq!(paths(&asked), ["users", "tweets/search/recent", "tweets"]);
    for measured in second {
        assert_eq!(measured.measurement.posts[0].views, Figure::Known(2100));
        assert_eq!(
            measured.measurement.fetches.len(),
            3,
            "shared exchanges count for each"
        );
    }
}

#[tokio::test]
async fn a_newcomer_does_not_make_the_others_replies_be_paid_for_again() {
    let server = two_towns().start().await;
    let settings = settings(&server);
    let first = measure(&server, settings.clone(), &[request(HANDLE, 0)])
        .await
        .remove(0);
    server.take_paths();
    let mut known = request(HANDLE, 1);
    known.previous_state = first.measurement.state;
    measure(&server, settings, &[known, request(OTHER, 1)]).await;
    let asked = server.asked();
    let searches = asked
        .iter()
        .filter(|asked| asked.path().ends_with("/recent"));
    let searches: Vec<_> = searches
        .map(|asked| {
            let from: Timestamp = asked.query("start_time").remove(0).parse().unwrap();
            (from, asked.query("query").remove(0))
        })
        .collect();
    assert_eq!(
        searches,
        [
            (ago(4), "(to:autreville) -is:retweet".to_owned()),
            (as_of(0), "(to:VilleDeTest) -is:retweet".to_owned()),
        ]
    );
}

#[tokio::test]
async fn replies_that_were_heard_before_are_not_heard_twice_for_anothers_sake() {
    let server = two_towns().start().await;
    let settings = settings(&server);
    let batch = [request(HANDLE, 0), request(OTHER, 0)];
    let first = measure(&server, settings.clone(), &batch).await;
    let mut batch = [request(HANDLE, 1), request(OTHER, 1)];
    for (request, measured) in batch.iter_mut().zip(first) {
        request.previous_state = measured.measurement.state;
    }
    // The first account missed a night.
    let mut state: Value = serde_json::from_str(&batch[0].previous_state.take().unwrap()).unwrap();
    state["heard"]["to"] = json!(ago(6));
    batch[0].previous_state = Some(state.to_string());
    server.take_paths();
    let second = measure(&server, settings, &batch).await;
    let asked = server.asked();
    let mut searches = asked
        .iter()
        .filter(|asked| asked.path().ends_with("/recent"));
    assert_eq!(
        searches.next().unwrap().query("start_time"),
        [ago(6).to_string()]
    );
    assert!(searches.next().is_none(), "both in one search");
    for measured in second {
        assert_eq!(delays(&measured.measurement), [None]);
    }
}
