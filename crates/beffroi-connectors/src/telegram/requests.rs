//! The addresses that are asked, all of them GETs of pages made for people.

use url::Url;

/// The newest page of a channel's preview, or the one before a post of this number.
pub(super) fn preview(base: &Url, name: &str, before: Option<u64>) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .expect("the preview is at an http address, which has a path")
        .clear()
        .extend(["s", name]);
    if let Some(before) = before {
        url.query_pairs_mut()
            .append_pair("before", &before.to_string());
    }
    url
}

/// The public address of a post.
pub(super) fn post(name: &str, number: u64) -> String {
    format!("https://t.me/{name}/{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_apart_by_the_post_before_which_they_end() {
        let base: Url = "https://t.me/".parse().unwrap();
        let address = |before| preview(&base, "ville_exemple", before).to_string();
        assert_eq!(address(None), "https://t.me/s/ville_exemple");
        assert_eq!(
            address(Some(101)),
            "https://t.me/s/ville_exemple?before=101"
        );
        assert_eq!(post("ville_exemple", 118), "https://t.me/ville_exemple/118");
    }
}
