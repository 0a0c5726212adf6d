//! Pages of HTML, of which the elements that are read are kept, and of each no more than is read there.

use std::{cell::RefCell, rc::Rc};

use lol_html::{
    HtmlRewriter, MemorySettings, Settings, element, end_tag, html_content::Element, text,
};

use crate::api::stand_in_of_page;

/// What the parser may hold of one page: as much as the connectors' own.
const PARSER_MEMORY_BYTES: usize = 3 * 1024 * 1024;

/// Names that an element keeps; all others become a `div`, since a page may name its elements as it likes.
const NAMES: &[&str] = &[
    "div", "section", "span", "a", "time", "header", "main", "i", "b", "ul", "li", "p",
];

/// What is kept of a value.
pub(crate) type Kept = fn(&str) -> String;

/// What is kept of a page.
pub(crate) struct Markup {
    /// Classes by which an element is known, and which it keeps.
    pub(crate) classes: &'static [&'static str],
    /// Elements that are known by their name alone.
    pub(crate) names: &'static [&'static str],
    /// Attributes of these elements, and what is kept of the value of each.
    pub(crate) attributes: &'static [(&'static str, Kept)],
    /// Where text is kept, as selectors, and what of it.
    pub(crate) texts: &'static [(&'static str, Kept)],
}

impl Markup {
    /// The page with these elements alone; of one that cannot be read as much as tells that.
    pub(crate) fn reduce(&'static self, body: &[u8]) -> Vec<u8> {
        let stand_in = stand_in_of_page(body).to_owned();
        let page = String::from_utf8_lossy(body);
        let kept = Rc::new(RefCell::new(String::new()));
        let mut rewriter = HtmlRewriter::new(self.settings(&kept), |_: &[u8]| {});
        let is_read = rewriter.write(page.as_bytes()).is_ok() && rewriter.end().is_ok();
        let kept = kept.take();
        let is_something = is_read && !kept.is_empty();
        match is_something {
            true if stand_in.contains("captcha") => stand_in + &kept,
            true => kept,
            false => stand_in,
        }
        .into_bytes()
    }

    fn settings(&'static self, kept: &Rc<RefCell<String>>) -> Settings<'static, 'static> {
        let elements = {
            let kept = Rc::clone(kept);
            element!("*", move |element| {
                self.element(element, &kept)?;
                Ok(())
            })
        };
        let texts = self.texts.iter().map(|(selector, reduce)| {
            let kept = Rc::clone(kept);
            text!(*selector, move |chunk| {
                kept.borrow_mut()
                    .push_str(&escaped(&reduce(chunk.as_str())));
                Ok(())
            })
        });
        let memory = MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY_BYTES);
        let settings = Settings::new()
            .with_strict(false)
            .with_memory_settings(memory);
        std::iter::once(elements)
            .chain(texts)
            .fold(settings, Settings::append_element_content_handler)
    }

    fn element(
        &'static self,
        element: &mut Element<'_, '_>,
        kept: &Rc<RefCell<String>>,
    ) -> lol_html::HandlerResult {
        let classes = element.get_attribute("class").unwrap_or_default();
        let classes: Vec<&str> = classes
            .split_ascii_whitespace()
            .filter(|it| self.classes.contains(it))
            .collect();
        let own_name = element.tag_name();
        if classes.is_empty() && !self.names.contains(&own_name.as_str()) {
            return Ok(());
        }
        let known = NAMES.iter().find(|it| **it == own_name).copied();
        let name = known.unwrap_or("div");
        let mut tag = format!("<{name} class=\"{}\"", classes.join(" "));
        for (attribute, reduce) in self.attributes {
            if let Some(value) = element.get_attribute(attribute) {
                tag.push_str(&format!(" {attribute}=\"{}\"", escaped(&reduce(&value))));
            }
        }
        tag.push('>');
        kept.borrow_mut().push_str(&tag);
        let end = format!("</{name}>");
        if !element.can_have_content() {
            kept.borrow_mut().push_str(&end);
            return Ok(());
        }
        let kept = Rc::clone(kept);
        element.on_end_tag(end_tag!(move |_| {
            kept.borrow_mut().push_str(&end);
            Ok(())
        }))
    }
}

fn escaped(text: &str) -> String {
    text.replace('<', "&lt;").replace('"', "&quot;")
}

/// Of a text the numbers, with their separators and units; what else stands there is told by a letter where it
/// was letters, and by a point.
pub(crate) fn counted(text: &str) -> String {
    words(text, &[])
}

/// The same with these words, each for any word that it is a part of.
pub(crate) fn words(text: &str, known: &[&'static str]) -> String {
    let text = text.replace("&nbsp;", " ").replace("&#160;", " ");
    let mut kept = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let is_letter = first.is_alphabetic();
        let end = rest
            .char_indices()
            .find(|(_, it)| it.is_alphabetic() != is_letter)
            .map_or(rest.len(), |(at, _)| at);
        let (part, after) = rest.split_at(end);
        rest = after;
        if is_letter {
            let lower = part.to_lowercase();
            let word = known.iter().find(|word| lower.contains(**word));
            kept.push_str(match word {
                Some(word) => word,
                None if is_unit(part) => part,
                None => "x",
            });
            continue;
        }
        let is_kept = |it: char| it.is_ascii_digit() || it.is_whitespace() || ".,@+-".contains(it);
        for it in part.chars() {
            match is_kept(it) {
                true => kept.push(it),
                false if kept.ends_with('·') => {}
                false => kept.push('·'),
            }
        }
    }
    kept
}

/// `K`, `M` and their kin, Cyrillic ones too.
fn is_unit(word: &str) -> bool {
    matches!(word, "K" | "k" | "К" | "к" | "M" | "М" | "B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_with_their_units_and_all_else_is_told_apart_only() {
        for (text, kept) in [
            ("1.2K", "1.2K"),
            ("3 421 subscribers", "3 421 x"),
            ("👍12", "·12"),
            ("5👍👍12", "5·12"),
            ("&nbsp;7&nbsp;Members", " 7 x"),
            ("1,2 К", "1,2 К"),
            ("@jeanne_dupont", "@x·x"),
        ] {
            assert_eq!(counted(text), kept, "{text}");
        }
        assert_eq!(
            words("120 Members, 3 online", &["member"]),
            "120 member, 3 x"
        );
    }

    #[test]
    fn of_a_page_the_known_elements_stay_with_what_is_read_of_them() {
        static MARKUP: Markup = Markup {
            classes: &["post", "paid"],
            names: &["time"],
            attributes: &[("datetime", |value| value.to_owned())],
            texts: &[(".post b", counted)],
        };
        let page = "<html><body id=jeanne><x-jeanne class='post jeanne paid' title=Jeanne>Jeanne <b>12 \
                    Jeanne</b><br class=post><time datetime='2026'>hier</time></x-jeanne><!-- Jeanne -->";
        let kept = String::from_utf8(MARKUP.reduce(page.as_bytes())).unwrap();
        assert_eq!(
            kept,
            "<div class=\"post paid\">12 x<div class=\"post\"></div><time class=\"\" \
             datetime=\"2026\"></time></div>"
        );
        for (page, kept) in [
            ("<p>Jeanne", "<html></html>"),
            ("Jeanne", "?"),
            ("<p>Captcha de Jeanne", "<html>captcha</html>"),
        ] {
            assert_eq!(MARKUP.reduce(page.as_bytes()), kept.as_bytes());
        }
    }
}
