//! The pages, in the classes that readers of the real ones know them by (fact sheet, section 3).

use std::fmt::Write as _;

use beffroi_model::PostKind;

use super::{
    super::citizen,
    channel::{Channel, Message, Page, abbreviated, words},
};

/// The preview: the channel's block, then its messages, oldest first.
pub(super) fn preview(channel: &Channel, name: &str, page: Page) -> String {
    let Page {
        places,
        has_older,
        has_newer,
    } = page;
    let messages = &channel.messages[places];
    let first = messages.first().map_or(0, |message| message.number);
    let last = messages.last().map_or(0, |message| message.number);
    let mut head = format!(
        "<link rel=\"canonical\" href=\"/s/{name}?before={}\">\n",
        last + 1
    );
    if has_older {
        let _ = writeln!(
            head,
            "<link rel=\"prev\" href=\"/s/{name}?before={first}\">"
        );
    }
    let mut body = info(channel, name);
    body.push_str("<section class=\"tgme_channel_history js-message_history\">\n");
    let more = |way: &str, number: u64| {
        format!(
            " <div class=\"tgme_widget_message_centered js-messages_more_wrap\"><a \
             href=\"/s/{name}?{way}={number}\" class=\"tme_messages_more js-messages_more\" \
             data-{way}=\"{number}\"></a></div>\n"
        )
    };
    if has_older {
        body.push_str(&more("before", first));
    }
    if messages.is_empty() {
        body.push_str(" <div class=\"tgme_widget_message_centered\">No posts found</div>\n");
    }
    for message in messages {
        body.push_str(&self::message(name, message));
    }
    if has_newer {
        body.push_str(&more("after", last));
    }
    body.push_str("</section>\n");
    document(
        &format!("{} – Telegram", escaped(&channel.title)),
        &head,
        &body,
    )
}

/// The preview of a channel that is closed where the reader is.
pub(super) fn notice(channel: &Channel, name: &str) -> String {
    let body = format!(
        "{}<div class=\"tgme_channel_notice\">This channel can&#39;t be displayed because it \
         violated local laws.</div>\n",
        info(channel, name)
    );
    document(&escaped(&channel.title), "", &body)
}

fn info(channel: &Channel, name: &str) -> String {
    let title = escaped(&channel.title);
    let count = |is_counted: fn(&Message) -> bool| {
        let counted = channel
            .messages
            .iter()
            .filter(|message| is_counted(message));
        counted.count() as u64
    };
    let counters = [
        (channel.subscribers, "subscriber"),
        (count(|it| it.pictures > 0), "photo"),
        (count(|it| it.is_video), "video"),
    ];
    let counters: String = counters
        .iter()
        .enumerate()
        // What there is none of is not shown, subscribers excepted.
        .filter(|(place, (number, _))| *place == 0 || *number > 0)
        .map(|(_, (number, label))| {
            let plural = if *number == 1 { "" } else { "s" };
            format!(
                "\n  <div class=\"tgme_channel_info_counter\"><span class=\"counter_value\">{}\
                 </span> <span class=\"counter_type\">{label}{plural}</span></div>",
                abbreviated(*number)
            )
        })
        .collect();
    format!(
        "<div class=\"tgme_channel_info\">\n \
         <div class=\"tgme_channel_info_header\"><i class=\"tgme_page_photo_image\"></i>\
         <div class=\"tgme_channel_info_header_title_wrap\">\
         <div class=\"tgme_channel_info_header_title\"><span dir=\"auto\">{title}</span></div></div>\
         <div class=\"tgme_channel_info_header_username\">\
         <a href=\"https://t.me/{name}\">@{name}</a></div></div>\n \
         <div class=\"tgme_channel_info_counters\">{counters}</div>\n \
         <div class=\"tgme_channel_info_description\">Canal officiel</div></div>\n"
    )
}

fn message(name: &str, message: &Message) -> String {
    let number = message.number;
    let date = {
        let moment = jiff::Timestamp::from_second(message.at);
        let moment = moment.unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        format!(
            "<a class=\"tgme_widget_message_date\" href=\"https://t.me/{name}/{number}\">\
             <time datetime=\"{}\" class=\"time\">{}</time></a>",
            moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            moment.strftime("%H:%M"),
        )
    };
    if message.is_service {
        return format!(
            " <div class=\"tgme_widget_message_wrap js-widget_message_wrap\"><div \
             class=\"tgme_widget_message service_message js-widget_message\" \
             data-post=\"{name}/{number}\"><div class=\"tgme_widget_message_text\">pinned a post\
             </div><div class=\"tgme_widget_message_footer\">{date}</div></div></div>\n"
        );
    }
    let variant = match message.pictures {
        2.. => " grouped",
        _ if message.is_video => " text_not_supported_wrap",
        _ => "",
    };
    let mut parts = String::new();
    if message.is_forwarded {
        let _ = write!(
            parts,
            "<div class=\"tgme_widget_message_forwarded_from accent_color\">Forwarded from \
             <a class=\"tgme_widget_message_forwarded_from_name\"><span dir=\"auto\">{}</span></a>\
             </div>",
            citizen::name(number as u32),
        );
    }
    if message.is_reply {
        // The text of a reply's preview bears the class of the post's own.
        let _ = write!(
            parts,
            "<a class=\"tgme_widget_message_reply\" href=\"https://t.me/{name}/1\">\
             <div class=\"tgme_widget_message_author\">{}</div>\
             <div class=\"tgme_widget_message_text js-message_reply_text\">{}</div></a>",
            citizen::name(number as u32),
            citizen::text(number as u32),
        );
    }
    for picture in 0..message.pictures {
        let _ = write!(
            parts,
            "<a class=\"tgme_widget_message_photo_wrap\" \
             href=\"https://t.me/{name}/{}?single\"></a>",
            number + picture
        );
    }
    if message.is_video {
        parts.push_str(
            "<a class=\"tgme_widget_message_video_player\"><time \
             class=\"message_video_duration js-message_video_duration\">0:32</time></a>",
        );
    }
    if message.pictures == 0 && !message.is_video {
        parts.push_str(match message.shows {
            PostKind::Poll => {
                "<div class=\"tgme_widget_message_poll js-poll\">\
                 <div class=\"tgme_widget_message_poll_question\">Quel jour ?</div></div>"
            }
            PostKind::Document => {
                "<a class=\"tgme_widget_message_document_wrap\">\
                 <div class=\"tgme_widget_message_document_title\">compte-rendu.pdf</div></a>"
            }
            PostKind::Audio => {
                "<a class=\"tgme_widget_message_voice_player js-message_voice_player\">\
                 <time class=\"tgme_widget_message_voice_duration\">0:12</time></a>"
            }
            _ => "",
        });
    }
    let _ = write!(
        parts,
        "<div class=\"tgme_widget_message_text js-message_text\" dir=\"auto\">{}</div>{}",
        words(message),
        reactions(message),
    );
    // Below the words, also of a message with pictures.
    if message.shows == PostKind::Link {
        parts.push_str(
            "<a class=\"tgme_widget_message_link_preview\" href=\"https://www.mairie.test/\">\
             <div class=\"link_preview_title\">Mairie</div></a>",
        );
    }
    let views = message.views.map_or_else(String::new, |views| {
        format!(
            "<span class=\"tgme_widget_message_views\">{}</span>\
             <span class=\"copyonly\"> views</span>",
            abbreviated(views)
        )
    });
    let edited = if message.is_edited { "edited  " } else { "" };
    format!(
        " <div class=\"tgme_widget_message_wrap js-widget_message_wrap\"><div \
         class=\"tgme_widget_message{variant} js-widget_message\" data-post=\"{name}/{number}\">\
         <div class=\"tgme_widget_message_bubble\">{parts}\
         <div class=\"tgme_widget_message_footer\">\
         <div class=\"tgme_widget_message_info short js-message_info\">{views}\
         <span class=\"tgme_widget_message_meta\">{edited}{date}</span></div></div></div></div></div>\n"
    )
}

/// Reactions, paid stars before the others; the count in a tag of its own, or behind the sign.
fn reactions(message: &Message) -> String {
    if message.reactions.is_empty() && message.stars == 0 {
        return String::new();
    }
    let mut text = "<div class=\"tgme_widget_message_reactions js-message_reactions\">".to_owned();
    if message.stars > 0 {
        let _ = write!(
            text,
            "<span class=\"tgme_reaction tgme_reaction_paid\"><i class=\"icon \
             icon-telegram-stars\"></i>{}</span>",
            message.stars
        );
    }
    for (place, number) in message.reactions.iter().enumerate() {
        let sign = ["👍", "❤", "😢"][place % 3];
        let number = abbreviated(*number);
        let number = match place {
            1 => format!("<span class=\"tgme_reaction_count\">{number}</span>"),
            _ => number,
        };
        let _ = write!(
            text,
            "<span class=\"tgme_reaction\"><i class=\"emoji\"><b>{sign}</b></i>{number}</span>"
        );
    }
    text + "</div>"
}

/// The card of a channel. Its number is whole, in groups of three.
pub(super) fn card(channel: &Channel, name: &str, has_preview: bool) -> String {
    let plural = if channel.subscribers == 1 { "" } else { "s" };
    let extra = format!("{} subscriber{plural}", grouped(channel.subscribers));
    let mut body = card_of(&escaped(&channel.title), name, &extra);
    if has_preview {
        let _ = writeln!(
            body,
            "<div class=\"tgme_page_additional\"><a class=\"tgme_page_context_link\" \
             href=\"/s/{name}\">Preview channel</a></div>"
        );
    }
    document(&format!("Telegram: View @{name}"), "", &body)
}

/// The card of a group, a person or a bot.
pub(super) fn other_card(name: &str, extra: &str) -> String {
    let body = card_of(&citizen::name(0), name, extra);
    document(&format!("Telegram: Contact @{name}"), "", &body)
}

/// The card of nobody, and of a person who shows nothing.
pub(super) fn nobody(name: &str) -> String {
    let head = "<meta name=\"robots\" content=\"noindex, nofollow\">\n";
    let body = format!(
        "<div class=\"tgme_page\"><div class=\"tgme_page_icon\"><i></i></div>\n \
         <div class=\"tgme_page_description\">If you have <strong>Telegram</strong>, you can \
         contact <a class=\"tgme_username_link\" href=\"tg://resolve?domain={name}\">@{name}</a> \
         right away.</div></div>\n"
    );
    document(&format!("Telegram: Contact @{name}"), head, &body)
}

fn card_of(title: &str, name: &str, extra: &str) -> String {
    format!(
        "<div class=\"tgme_page\"><div class=\"tgme_page_photo\"></div>\n \
         <div class=\"tgme_page_title\"><span dir=\"auto\">{title}</span></div>\n \
         <div class=\"tgme_page_extra\">{extra}</div>\n \
         <div class=\"tgme_page_action\"><a class=\"tgme_action_button_new\" \
         href=\"tg://resolve?domain={name}\">View in Telegram</a></div></div>\n"
    )
}

fn document(title: &str, head: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title>\n\
         <meta property=\"og:title\" content=\"{title}\">\n{head}</head>\n<body>\n{body}</body></html>\n"
    )
}

/// `3 421`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('\'', "&#39;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_written_in_groups() {
        for (number, text) in [
            (7, "7"),
            (421, "421"),
            (3_421, "3 421"),
            (1_234_567, "1 234 567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
