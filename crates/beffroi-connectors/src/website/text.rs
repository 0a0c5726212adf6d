//! What a page shows, read a second time and only when somebody asks.
//!
//! A page with links, a title and words of the body is judged by these; only a page of which that
//! says too little (a placeholder, a parked domain, an empty shell, another's page) is asked for
//! its text. Reading the text of every page would double the price of all.

use std::{cell::RefCell, rc::Rc, sync::OnceLock};

use lol_html::{
    HtmlRewriter, MemorySettings, Settings, doc_text, element, end_tag,
    html_content::{Element, TextType},
};

use super::{
    entities::decode,
    extract::PARSER_MEMORY_BYTES,
    facts::{MAX_SAMPLE_BYTES, MAX_SCRIPT_BYTES},
    readers::{DATA_TYPES, is_data_id},
    words::{bounded, push_bounded, push_words},
};

/// Bytes kept of the beginning of a page. What a longer page shows behind them is not looked at: a
/// page that shows nothing in so many bytes counts as one that shows nothing. Its links, title and
/// data are read to its end all the same.
pub(super) const MAX_BEGINNING_BYTES: usize = 128 * 1024;
/// Visible text gathered, bytes with white space: enough to tell a placeholder from a page.
const MAX_VISIBLE_BYTES: usize = 32 * 1024;

/// The beginning of a page, as it was written, and what it shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Beginning {
    html: String,
    shown: OnceLock<Box<Shown>>,
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// The visible text, the beginning.
    pub sample: String,
    /// Bytes of visible text, white space apart, as far as it was gathered.
    pub text_bytes: u64,
    /// Text of inline scripts, the beginning.
    pub script: String,
}

impl Beginning {
    pub(super) fn new(html: String) -> Self {
        Self {
            html,
            shown: OnceLock::new(),
        }
    }

    /// What is shown; read at the first call.
    pub(super) fn shown(&self) -> &Shown {
        self.shown.get_or_init(|| Box::new(read(&self.html)))
    }
}

impl PartialEq for Beginning {
    fn eq(&self, other: &Self) -> bool {
        self.html == other.html
    }
}

impl Eq for Beginning {}

/// What is gathered while the texts go by.
#[derive(Debug, Default)]
struct Gathered {
    /// Open `<template>`s.
    hidden: usize,
    visible: String,
    script: String,
    /// Text of the script that is open.
    node: String,
    /// Whether the next script text is a program of the page's own.
    is_script: bool,
}

impl Gathered {
    fn text(&mut self, text: &str, text_type: TextType, is_last: bool) {
        if self.hidden > 0 {
            return;
        }
        match text_type {
            TextType::Data | TextType::CDataSection | TextType::PlainText => {
                push_bounded(&mut self.visible, text, MAX_VISIBLE_BYTES);
                if is_last {
                    push_bounded(&mut self.visible, " ", MAX_VISIBLE_BYTES);
                }
            }
            TextType::ScriptData if self.is_script => {
                push_bounded(&mut self.node, text, MAX_SCRIPT_BYTES);
                if is_last {
                    self.end_script();
                }
            }
            TextType::ScriptData | TextType::RCData | TextType::RawText => {}
        }
    }

    fn end_script(&mut self) {
        push_words(&mut self.script, &self.node, MAX_SCRIPT_BYTES);
        self.node.clear();
        self.is_script = false;
    }
}

fn read(html: &str) -> Shown {
    let gathered = Rc::new(RefCell::new(Gathered::default()));
    let mut rewriter = HtmlRewriter::new(settings(&gathered), |_: &[u8]| {});
    // A page on which the parser gives up shows what it has shown so far.
    if rewriter.write(html.as_bytes()).is_ok() {
        let _ = rewriter.end();
    }
    let mut gathered = gathered.take();
    gathered.end_script();
    let visible = gathered.visible.as_str();
    let text_bytes = visible.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let mut sample = String::new();
    let beginning = bounded(visible, MAX_SAMPLE_BYTES * 2);
    push_words(&mut sample, &decode(beginning), MAX_SAMPLE_BYTES);
    Shown {
        sample,
        text_bytes: text_bytes.count() as u64,
        script: gathered.script,
    }
}

fn settings(gathered: &Rc<RefCell<Gathered>>) -> Settings<'static, 'static> {
    let (templates, scripts, texts) = (gathered.clone(), gathered.clone(), gathered.clone());
    Settings::new()
        .with_strict(false)
        .with_memory_settings(
            MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY_BYTES),
        )
        .append_element_content_handler(element!("template", move |template| {
            if template.can_have_content() {
                templates.borrow_mut().hidden += 1;
                let templates = Rc::clone(&templates);
                return template.on_end_tag(end_tag!(move |_| {
                    templates.borrow_mut().hidden -= 1;
                    Ok(())
                }));
            }
            Ok(())
        }))
        .append_element_content_handler(element!("script", move |script| {
            let mut gathered = scripts.borrow_mut();
            if gathered.hidden == 0 {
                gathered.is_script = is_program(script) && gathered.script.len() < MAX_SCRIPT_BYTES;
            }
            Ok(())
        }))
        .append_document_content_handler(doc_text!(move |chunk| {
            let (text, text_type) = (chunk.as_str(), chunk.text_type());
            texts
                .borrow_mut()
                .text(text, text_type, chunk.last_in_text_node());
            Ok(())
        }))
}

/// Whether a script is a program of the page's own, not data and not somebody's file.
fn is_program(script: &Element<'_, '_>) -> bool {
    let kind = script.get_attribute("type").unwrap_or_default();
    let id = script.get_attribute("id").unwrap_or_default();
    let is_data = kind.is_empty() && is_data_id(&id)
        || DATA_TYPES
            .iter()
            .any(|data| data.eq_ignore_ascii_case(&kind));
    !is_data && !script.has_attribute("src")
}
