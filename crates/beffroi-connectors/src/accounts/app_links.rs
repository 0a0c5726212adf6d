//! Links that open an app instead of a page (`tg://`, `fb://`), turned into the page's address.

use url::Url;

/// The page of the web that shows what an app link opens, where there is one.
pub(super) fn web_address(url: &Url) -> Option<Url> {
    // `tg:resolve` is as good as `tg://resolve`.
    let host = url.host_str().unwrap_or(url.path());
    let param = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let first_segment = || url.path().trim_matches('/').split('/').next();
    let address = match (url.scheme(), host) {
        ("tg", "resolve") => {
            let post = param("post").unwrap_or_default();
            format!("https://t.me/{}/{post}", param("domain")?)
        }
        ("tg", "join") => format!("https://t.me/joinchat/{}", param("invite")?),
        ("tg", "msg" | "msg_url") => "https://t.me/share/url".to_owned(),
        ("fb", "page" | "profile") => {
            let id = param("id").or_else(|| first_segment().map(str::to_owned))?;
            format!("https://www.facebook.com/{id}")
        }
        ("twitter", "user") => format!("https://x.com/{}", param("screen_name")?),
        ("instagram", "user") => format!("https://www.instagram.com/{}", param("username")?),
        ("snapchat", "add") => format!("https://www.snapchat.com/add/{}", first_segment()?),
        ("whatsapp", "send") => format!("https://api.whatsapp.com/send?{}", url.query()?),
        ("viber", "chat") => "https://chats.viber.com/chat?number".to_owned(),
        ("market", "details") => {
            format!(
                "https://play.google.com/store/apps/details?{}",
                url.query()?
            )
        }
        _ => return None,
    };
    Url::parse(&address).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_links_lead_to_pages() {
        for (app, page) in [
            (
                "tg://resolve?domain=ville_exemple",
                "https://t.me/ville_exemple/",
            ),
            (
                "tg:resolve?domain=ville_exemple&post=12",
                "https://t.me/ville_exemple/12",
            ),
            ("tg://join?invite=AAAA", "https://t.me/joinchat/AAAA"),
            ("tg://msg_url?url=x", "https://t.me/share/url"),
            (
                "fb://page/123456789012",
                "https://www.facebook.com/123456789012",
            ),
            (
                "fb://profile/123456789012",
                "https://www.facebook.com/123456789012",
            ),
            (
                "fb://page/?id=123456789012",
                "https://www.facebook.com/123456789012",
            ),
            ("twitter://user?screen_name=x", "https://x.com/x"),
            ("instagram://user?username=x", "https://www.instagram.com/x"),
            ("snapchat://add/x", "https://www.snapchat.com/add/x"),
            (
                "whatsapp://send?text=a",
                "https://api.whatsapp.com/send?text=a",
            ),
        ] {
            let found = web_address(&Url::parse(app).unwrap()).map(String::from);
            assert_eq!(found.as_deref(), Some(page), "{app}");
        }
    }

    #[test]
    fn other_schemes_lead_nowhere() {
        for address in [
            "tel:0102030405",
            "javascript:void(0)",
            "fb://feed",
            "data:,x",
        ] {
            assert_eq!(
                web_address(&Url::parse(address).unwrap()),
                None,
                "{address}"
            );
        }
    }
}
