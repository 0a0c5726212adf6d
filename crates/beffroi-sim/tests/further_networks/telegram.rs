use beffroi_model::{MissingReason, Platform};
use beffroi_sim::{CANARY, Quotas};

use crate::{
    accounts, france_with, one,
    support::{get, get_with},
};

const PLATFORM: Platform = Platform::Telegram;

/// What stands between two texts, wherever it does.
fn between<'a>(page: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = page.split(before).skip(1);
    parts
        .map(|part| part.split(after).next().unwrap())
        .collect()
}

/// What an abbreviated number stands for.
fn value(text: &str) -> u64 {
    let (number, unit) = match text.chars().last().unwrap() {
        'K' => (text.trim_end_matches('K'), 1_000.0),
        'M' => (text.trim_end_matches('M'), 1_000_000.0),
        _ => (text, 1.0),
    };
    (number.parse::<f64>().unwrap() * unit).round() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_preview_hold_all_posts_and_their_numbers() {
    let sim = france_with(Quotas::default()).await;
    let base = format!("http://t.me.test:{}", sim.http_port);
    let (mut channels, mut posts, mut services, mut canaries) = (0, 0, 0, 0);
    for (account, truth) in accounts(&sim, PLATFORM) {
        if truth.outcome != "measured" || truth.posts_missing.is_some() {
            continue;
        }
        channels += 1;
        let mut messages: Vec<String> = Vec::new();
        let mut address = format!("{base}/s/{}", account.handle);
        loop {
            let page = get(&sim, &address).await.text();
            let counter = between(&page, "<span class=\"counter_value\">", "<")[0];
            assert_eq!(truth.followers.known(), Some(value(counter)));
            canaries += usize::from(page.contains(CANARY));
            let parts = page.split("<div class=\"tgme_widget_message_wrap").skip(1);
            let shown: Vec<String> = parts.map(str::to_owned).collect();
            assert!(shown.len() <= 20);
            messages.splice(0..0, shown);
            let Some(before) = between(&page, "data-before=\"", "\"").first().copied() else {
                break;
            };
            address = format!("{base}/s/{}?before={before}", account.handle);
        }
        services += messages.len();
        messages.retain(|message| !message.contains("service_message"));
        services -= messages.len();
        assert_eq!(messages.len(), truth.posts.len(), "{}", account.handle);
        for (message, post) in messages.iter().rev().zip(&truth.posts) {
            posts += 1;
            assert!(message.contains(&format!("data-post=\"{}/{}\"", account.handle, post.id)));
            let at = between(message, "<time datetime=\"", "\"")[0];
            assert_eq!(at.parse::<jiff::Timestamp>().unwrap(), post.published_at);
            let views = between(message, "tgme_widget_message_views\">", "<");
            if message.contains("Forwarded from") {
                assert_eq!(
                    post.views.missing(),
                    Some(MissingReason::NotGivenByPlatform)
                );
            } else {
                assert_eq!(post.views.known(), views.first().map(|text| value(text)));
            }
            let shown = between(message, "<span class=\"tgme_reaction\">", "</span>");
            let shown = shown.iter().map(|reaction| {
                let digits = reaction.rsplit('>').next().unwrap();
                value(digits)
            });
            let sum: u64 = shown.sum();
            assert_eq!(post.reactions.known().unwrap_or(0), sum);
        }
    }
    assert!(channels > 20 && posts > 300 && services > 5 && canaries > 5);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_stands_behind_a_name_is_told_by_a_card() {
    let sim = france_with(Quotas::default()).await;
    let base = format!("http://t.me.test:{}", sim.http_port);
    let (nobody, _) = one(&sim, PLATFORM, "not_found");
    let preview = get(&sim, &format!("{base}/s/{}", nobody.handle)).await;
    assert_eq!(preview.status, 302);
    assert_eq!(
        preview.header("location"),
        Some(&*format!("/{}", nobody.handle))
    );
    let card = get(&sim, &format!("{base}/{}", nobody.handle)).await.text();
    assert!(card.contains("tgme_page_icon") && !card.contains("tgme_page_extra"));
    let (other, _) = one(&sim, PLATFORM, "not_an_account");
    let card = get(&sim, &format!("{base}/{}", other.handle)).await.text();
    let extra = between(&card, "tgme_page_extra\">", "<")[0];
    assert!(
        extra.starts_with('@') || extra.contains("members, "),
        "{extra}"
    );
    for (account, truth) in accounts(&sim, PLATFORM) {
        let preview = get(&sim, &format!("{base}/s/{}", account.handle)).await;
        match truth.posts_missing {
            Some(MissingReason::HiddenByOwner) => {
                assert_eq!(preview.status, 302);
                let card = get(&sim, &format!("{base}/{}", account.handle))
                    .await
                    .text();
                let extra = between(&card, "tgme_page_extra\">", " subscriber")[0];
                let whole: u64 = extra.replace(' ', "").parse().unwrap();
                assert_eq!(truth.followers.known(), Some(whole), "not rounded");
            }
            Some(_) => assert!(!preview.text().contains("tgme_channel_history")),
            None => assert_eq!(preview.status == 200, truth.outcome == "measured"),
        }
    }
    let (channel, _) = one(&sim, PLATFORM, "measured");
    let address = format!("{base}/s/{}", channel.handle);
    let script = get_with(&sim, &address, "X-Requested-With: XMLHttpRequest\r\n").await;
    assert!(
        script
            .json()
            .as_str()
            .unwrap()
            .contains("tgme_channel_info")
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_walled_off() {
    let sim = france_with(Quotas {
        telegram_pages_per_minute: 3,
        ..Quotas::default()
    })
    .await;
    let address = format!("http://t.me.test:{}/ville", sim.http_port);
    let mut refused = 0;
    for _ in 0..9 {
        let answer = get(&sim, &address).await;
        refused += usize::from(answer.status == 429);
    }
    // A new minute may have begun in between.
    assert!((3..=6).contains(&refused), "{refused}");
    let meters = sim.meters();
    let meter = &meters.platforms[&PLATFORM]["anonymous"];
    assert_eq!(
        (meter.requests, meter.refusals["pages"]),
        (9, refused as u64)
    );
    sim.stop().await;
}
