//! Texts that are gathered within a bound.

/// The beginning of a text, at most `limit` bytes of it, whole characters only.
pub(super) fn bounded(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// Appends as much as fits.
pub(super) fn push_bounded(text: &mut String, more: &str, limit: usize) {
    let room = limit.saturating_sub(text.len());
    text.push_str(bounded(more, room));
}

/// Appends words with single spaces between them.
pub(super) fn push_words(text: &mut String, more: &str, limit: usize) {
    for word in more.split_whitespace() {
        if text.len() + word.len() + 1 > limit {
            return;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
}
