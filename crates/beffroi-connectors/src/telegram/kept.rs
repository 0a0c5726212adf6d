//! What of the platform's pages the archive may keep: the elements that `wire.rs` knows, and of their texts
//! numbers and a few words. A card in the place of a channel may be a person's: of that it is one no more than
//! the kind is kept.

use super::name;
use crate::kept::{
    Keep, KeptAnswer, KeptAnswers, Markup, Part, UNREAD, counted, is_number, is_time, words,
};

/// See there. A channel without a preview is sent on to its card.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "s/*",
            keep: Keep::Body(page),
        },
        KeptAnswer {
            path: "*",
            keep: Keep::Body(page),
        },
    ],
    refusals: Keep::Body(page),
    parameters: &[("before", Part::Plain)],
    places_asked: &[],
    headers: &[],
};

static PAGE: Markup = Markup {
    classes: &[
        "tgme_channel_info",
        "tgme_channel_info_header_username",
        "tgme_channel_info_counter",
        "counter_value",
        "counter_type",
        "tgme_channel_history",
        "tme_messages_more",
        "tgme_widget_message",
        "service_message",
        "tgme_widget_message_date",
        "tgme_widget_message_forwarded_from",
        "tgme_widget_message_forwarded_from_name",
        "tgme_widget_message_views",
        "tgme_widget_message_photo_wrap",
        "tgme_widget_message_video_player",
        "tgme_widget_message_roundvideo_player",
        "tgme_widget_message_voice_player",
        "tgme_widget_message_document_wrap",
        "tgme_widget_message_poll",
        "tgme_widget_message_link_preview",
        "tgme_reaction",
        "tgme_reaction_paid",
        "tgme_page",
        "tgme_page_title",
        "tgme_page_extra",
    ],
    names: &["time"],
    attributes: &[
        ("data-before", number),
        ("data-post", post),
        ("datetime", time),
    ],
    texts: &[
        (".tgme_channel_info_header_username", user_name),
        (".tgme_channel_info_counter .counter_value", counted),
        (".tgme_channel_info_counter .counter_type", label),
        (".tgme_widget_message_views", counted),
        (".tgme_reaction:not(.tgme_reaction_paid)", counted),
        (".tgme_page_extra", kind),
    ],
};

fn page(body: &[u8]) -> Vec<u8> {
    PAGE.reduce(body)
}

fn number(text: &str) -> String {
    if is_number(text) { text } else { UNREAD }.to_owned()
}

fn time(text: &str) -> String {
    if is_time(text) { text } else { UNREAD }.to_owned()
}

/// The number of a post, without the name of whoever wrote it.
fn post(text: &str) -> String {
    match text.rsplit_once('/') {
        Some((_, text)) => format!("post/{}", number(text)),
        None => "post".to_owned(),
    }
}

/// The channel's own name of today.
fn user_name(text: &str) -> String {
    let plain = text.trim().trim_start_matches('@').to_lowercase();
    if name::is_name(&plain) {
        plain
    } else {
        String::new()
    }
}

/// What a counter counts.
fn label(text: &str) -> String {
    words(
        text,
        &[
            "subscriber",
            "photo",
            "video",
            "file",
            "link",
            "audio",
            "voice",
            "music",
        ],
    )
}

/// What a card says of its kind.
fn kind(text: &str) -> String {
    words(
        text,
        &[
            "subscriber",
            "abonné",
            "member",
            "membre",
            "monthly",
            "utilisateur",
        ],
    )
}
