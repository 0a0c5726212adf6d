//! Accounts that are not shown: private, a minor's, renamed, gone or never there.

use super::*;

#[tokio::test]
async fn an_account_that_is_not_shown_is_not_found_in_whatever_words() {
    for (status, code, message) in [
        (400, "invalid_params", "The user cannot be found"),
        (400, "invalid_params", "villedetest is private"),
        (404, "invalid_params", "not found"),
        (404, "user_not_found", "no such user"),
    ] {
        let refused = refusal(status, code, message);
        let measured = visit(Tiktok::new(Vec::new()).answering(USER, refused)).await;
        let seen = measured.measurement;
        assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound), "{message}");
        assert_eq!(measured.retry, None);
        let asked: Vec<_> = seen.fetches.iter().map(|it| it.url.path()).collect();
        assert_eq!(asked, [TOKEN, USER], "its videos are not asked for");
        let unknown = Figure::Missing(MissingReason::NotMeasured);
        assert_eq!(seen.figures.followers, unknown);
    }
}

#[tokio::test]
async fn what_is_not_the_api_s_word_is_no_absence() {
    for answer in [
        Answer::page(404, "<html>Not Found</html>"),
        Answer::json(json!({"message": "no Route matched"})).status(404),
        refusal(400, "invalid_params", "Unknown field: likes_count"),
    ] {
        let outcome = outcome(Tiktok::new(Vec::new()).answering(USER, answer)).await;
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_one_is_not_asked_for() {
    let server = Tiktok::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    let batch = ["", "x", "ville-de-test", "ville.", "Ville"].map(request);
    for measured in measure(&connector, &batch).await {
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Absent(Absent::NotAnAccount));
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_account_not_shown_is_asked_for_weekly_and_then_monthly() {
    let mut nobody = Tiktok::new(Vec::new());
    nobody.users.clear();
    let server = nobody.start().await;
    let connector = connector(&server, settings(&server));
    let mut state = None;
    let mut asked = Vec::new();
    for night in 0..90 {
        let mut request = request(NAME);
        request.as_of = nights_later(night);
        request.previous_state = state;
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound));
        if !seen.fetches.is_empty() {
            asked.push(night);
        }
        state = seen.state;
    }
    assert_eq!(asked, [0, 7, 14, 21, 28, 56, 84]);
}

#[tokio::test]
async fn another_name_in_the_answer_is_told() {
    let mut tiktok = Tiktok::new(Vec::new());
    tiktok
        .always
        .insert(USER, server::data(user("VilleNouvelle")));
    let seen = visit(tiktok).await.measurement;
    assert_eq!(seen.identity.renamed_to.as_deref(), Some("villenouvelle"));
    assert_eq!(seen.identity.permanent_id, None);
}
