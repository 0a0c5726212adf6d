use beffroi_model::{MissingReason, Platform};
use beffroi_sim::{Quotas, RunningSim};
use serde_json::Value;

use crate::{
    accounts, france_with, one,
    support::{Response, get},
};

const PLATFORM: Platform = Platform::Snapchat;

async fn page(sim: &RunningSim, path: &str) -> Response {
    get(
        sim,
        &format!("http://www.snapchat.test:{}{path}", sim.http_port),
    )
    .await
}

/// The data of a page; it may hold a bracket, so that only the end of the script ends it.
fn data(page: &Response) -> Value {
    let text = page.text();
    let mark = "<script id=\"__NEXT_DATA__\" type=\"application/json\">";
    let script = text.split(mark).nth(1).unwrap();
    let script = script.split("</script>").next().unwrap();
    serde_json::from_str::<Value>(script).unwrap()["props"]["pageProps"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_hold_their_subscribers_in_each_layout() {
    let sim = france_with(Quotas::default()).await;
    let (mut texts, mut numbers, mut hidden, mut old) = (0, 0, 0, 0);
    for (account, truth) in accounts(&sim, PLATFORM) {
        let page = page(&sim, &format!("/@{}", account.handle)).await;
        match truth.reason.as_deref() {
            Some("not_found") => {
                assert_eq!(page.status, 404);
                assert!(data(&page).get("userProfile").is_none());
                continue;
            }
            Some("private_account") => {
                let profile = &data(&page)["userProfile"];
                assert_eq!((page.status, &profile["$case"]), (200, &"userInfo".into()));
                assert_eq!(profile["userInfo"]["username"], account.handle.as_str());
                continue;
            }
            other => assert_eq!(other, None),
        }
        let data = data(&page);
        let profile = &data["userProfile"];
        let info = match profile["$case"].as_str() {
            Some(kind) => &profile[kind],
            None => {
                old += 1;
                profile
            }
        };
        assert_eq!(info["username"], account.handle.as_str());
        let shown = match &info["subscriberCount"] {
            Value::String(text) => {
                texts += 1;
                text.parse().ok()
            }
            Value::Number(number) => {
                numbers += 1;
                number.as_u64()
            }
            _ => {
                hidden += 1;
                assert_eq!(truth.followers.missing(), Some(MissingReason::NotInAnswer));
                None
            }
        };
        assert_eq!(truth.followers.known(), shown);
    }
    assert!(
        texts > 5 && numbers > 3 && hidden > 0 && old > 0,
        "{texts} {numbers} {hidden} {old}"
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_other_shapes_lead_to_the_profile_and_a_flood_to_a_wall() {
    let sim = france_with(Quotas {
        snapchat_pages_per_minute: 4,
        ..Quotas::default()
    })
    .await;
    let (account, _) = one(&sim, PLATFORM, "measured");
    let name = &account.handle;
    let robots = page(&sim, "/robots.txt").await;
    assert!(robots.text().contains("Disallow: /scan"));
    let moved = page(&sim, &format!("/add/{}?locale=fr-FR", name.to_uppercase())).await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, Some(&*format!("/@{name}")))
    );
    let french = page(&sim, &format!("/fr-FR/@{name}")).await;
    assert_eq!(data(&french)["pageType"], 18);
    let mut walls = 0;
    for _ in 0..9 {
        let answer = page(&sim, &format!("/@{name}")).await;
        walls += usize::from(!answer.text().contains("__NEXT_DATA__"));
    }
    assert!(walls >= 1, "{walls}");
    sim.stop().await;
}
