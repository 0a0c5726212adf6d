//! Whole visits to a preview whose pages are recorded. Every place and person is fictitious;
//! whatever a citizen wrote or is called holds `CANARY`, which must be found nowhere afterwards.

mod absence;
mod limits;
mod posts;
mod visits;

use std::{collections::HashMap, time::Duration};

use beffroi_fetch::FetchSettings;
use beffroi_model::{
    Absent, AccountRef, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform,
    PostKind,
};
use jiff::Timestamp;

use super::*;
use crate::recorded::{Answer, Asked, Server, measure_archived};

const CANARY: &str = "citizen-canary";
const NAME: &str = "ville_exemple";
const PREVIEW: &str = "/s/ville_exemple";

/// A whole preview as Telegram writes it, of the posts 114 to 118.
const RECORDED: &str = include_str!("../testdata/preview.html");

/// What `t.me` answers, by path, with `#before` behind it on older pages; what is not here is the
/// card of nobody, as it is for every name that nobody bears.
#[derive(Clone, Default)]
struct Site {
    answers: HashMap<String, Answer>,
}

impl Site {
    /// A site that shows a channel with this page.
    fn showing(html: &str) -> Self {
        Self::default().with(PREVIEW, Answer::page(200, html))
    }

    /// A site that sends from the preview to a card.
    fn with_card(card: &str) -> Self {
        let away = Answer::page(302, "").header("location", "/ville_exemple");
        Self::default()
            .with(PREVIEW, away)
            .with("/ville_exemple", Answer::page(200, card))
    }

    fn with(mut self, path: &str, answer: Answer) -> Self {
        self.answers.insert(path.to_owned(), answer);
        self
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let path = match asked.query("before").pop() {
            Some(before) => format!("{}#{before}", asked.path()),
            None => asked.path().to_owned(),
        };
        match self.answers.get(&path) {
            Some(answer) => answer.clone(),
            None if path == "/robots.txt" => Answer::page(404, ""),
            None => Answer::page(200, &card("", "")),
        }
    }

    async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }
}

/// A card; without title and extra it is nobody's.
fn card(title: &str, extra: &str) -> String {
    let part = |class: &str, text: &str| match text {
        "" => String::new(),
        text => format!("<div class=\"{class}\"><span dir=\"auto\">{text}</span></div>"),
    };
    format!(
        "<!DOCTYPE html><html><head><meta property=\"og:title\" content=\"Telegram: Contact \
         @ville_exemple\"></head><body><div class=\"tgme_page_wrap\"><div class=\"tgme_page\">\
         {}{}<div class=\"tgme_page_action\"><a class=\"tgme_action_button_new\" \
         href=\"tg://resolve?domain=ville_exemple\">View in Telegram</a></div></div></div>",
        part("tgme_page_title", title),
        part("tgme_page_extra", extra),
    )
}

/// A preview with these messages, and an older page before the post of a number.
fn preview(messages: &[String], before: Option<u64>) -> String {
    let more = before.map_or_else(String::new, |before| {
        format!(
            "<div class=\"tgme_widget_message_centered js-messages_more_wrap\">\
             <a href=\"/s/ville_exemple?before={before}\" \
             class=\"tme_messages_more js-messages_more\" data-before=\"{before}\"></a></div>"
        )
    });
    format!(
        "<!DOCTYPE html><html><body><div class=\"tgme_channel_info\">\
         <div class=\"tgme_channel_info_header_username\"><a href=\"#\">@Ville_Exemple</a></div>\
         <div class=\"tgme_channel_info_counters\"><div class=\"tgme_channel_info_counter\">\
         <span class=\"counter_value\">986</span> <span class=\"counter_type\">subscribers</span>\
         </div></div></div><section class=\"tgme_channel_history js-message_history\">{more}{}\
         </section></body></html>",
        messages.concat()
    )
}

/// A message with its parts: what stands before its foot, and its views.
fn message(number: u64, at: &str, parts: &str, views: &str) -> String {
    let views = match views {
        "" => String::new(),
        views => format!("<span class=\"tgme_widget_message_views\">{views}</span>"),
    };
    format!(
        "<div class=\"tgme_widget_message_wrap\"><div class=\"tgme_widget_message \
         js-widget_message\" data-post=\"Ville_Exemple/{number}\">{parts}\
         <div class=\"tgme_widget_message_info\">{views}\
         <a class=\"tgme_widget_message_date\" href=\"#\"><time datetime=\"{at}\" class=\"time\">\
         17:00</time></a></div></div></div>"
    )
}

fn plain(number: u64, at: &str) -> String {
    message(number, at, "", "1.2K")
}

fn as_of() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn request(handle: &str) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform: Platform::Telegram,
            handle: handle.to_owned(),
            url: "https://t.me/ville_exemple".parse().unwrap(),
        },
        subjects: Vec::new(),
        as_of: as_of(),
        previous_state: None,
        carried: None,
    }
}

fn settings(server: &Server) -> TelegramSettings {
    TelegramSettings {
        base_url: server.root(),
        ..TelegramSettings::default()
    }
}

/// The polite client, without its pace and without patience for retries.
fn client(server: &Server) -> FetchClient {
    FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![server.authority()],
        host_interval: Duration::ZERO,
        group_interval: Duration::ZERO,
        retries: 0,
        ..FetchSettings::default()
    })
    .unwrap()
}

async fn visit_with(
    server: &Server,
    request: MeasureRequest,
    settings: TelegramSettings,
) -> Measured {
    let connector = TelegramConnector::new(client(server), settings);
    let another = TelegramConnector::new(client(server), connector.settings.clone());
    let mut measured = measure_archived(&connector, &another, &[request], &[CANARY]).await;
    assert_eq!(measured.len(), 1);
    let measured = measured.remove(0);
    assert!(
        !format!("{measured:?}").contains(CANARY),
        "a citizen is kept: {measured:?}"
    );
    measured
}

async fn visit(site: Site) -> Measured {
    let server = site.start().await;
    let settings = settings(&server);
    visit_with(&server, request(NAME), settings).await
}

async fn outcome(site: Site) -> Outcome {
    visit(site).await.measurement.outcome
}

fn ids(measured: &Measured) -> Vec<&str> {
    let posts = measured.measurement.posts.iter();
    posts.map(|post| post.post_id.as_str()).collect()
}
