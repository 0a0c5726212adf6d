//! What one pass over a page brings back: plain facts, no judgement.
//!
//! Every list and text is bounded, so that a hostile page costs no more than a large honest one.

use super::text::Beginning;
pub use super::text::Shown;

/// Links to other hosts kept per page. Long pages of town sites hold some 300, directories thousands
/// before the footer with the town's own.
pub const MAX_EXTERNAL_LINKS: usize = 4_000;
/// Links within the site kept per page, when the settings do not say otherwise.
pub const MAX_INTERNAL_LINKS: usize = 2_000;
/// Longer addresses are dropped: no account, feed or page of interest needs more bytes.
pub const MAX_HREF_BYTES: usize = 2_048;
/// Text kept of one link or title, bytes.
pub const MAX_LABEL_BYTES: usize = 160;
/// Visible text kept as a sample, bytes: parking and hijacking show at once.
pub const MAX_SAMPLE_BYTES: usize = 4_096;
/// JSON-LD kept per page, bytes; SEO plug-ins write some 5 KB.
pub const MAX_JSON_LD_BYTES: usize = 128 * 1024;
/// Inline data (`__NEXT_DATA__`) kept per page, bytes.
pub const MAX_INLINE_JSON_BYTES: usize = 512 * 1024;
/// Script text kept to look for a redirect, bytes.
pub const MAX_SCRIPT_BYTES: usize = 4_096;
/// Assets kept for fingerprints.
pub const MAX_ASSETS: usize = 60;
/// Frames, embeds, feeds, metas kept, each.
pub const MAX_OTHERS: usize = 100;

/// The part of the page in which something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zone {
    /// `<header>` of the page.
    Header,
    /// `<footer>`, or a block named so.
    Footer,
    /// A menu.
    Nav,
    /// A block named after the networks.
    Social,
    /// A block of share buttons.
    Share,
    /// An article: what it links to is rarely the body's own.
    Article,
    /// Anywhere else.
    Body,
}

impl Zone {
    /// Whether a site puts its own accounts there.
    pub fn is_own(self) -> bool {
        match self {
            Self::Header | Self::Footer | Self::Nav | Self::Social => true,
            Self::Share | Self::Article | Self::Body => false,
        }
    }
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address as written, entities resolved.
    pub href: String,
    /// Its text with `title`, `aria-label` and the texts of its images.
    pub label: String,
    /// Where it stands.
    pub zone: Zone,
    /// Whether it bears `rel="me"`.
    pub rel_me: bool,
    /// Whether it bears `itemprop="sameAs"` or its RDFa twin.
    pub same_as: bool,
    /// Whether its class says that it shares the page.
    pub shares: bool,
    /// Whether it leads to another host.
    pub is_external: bool,
}

/// A meta tag whose name matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// `name` or `property`, lower case.
    pub name: String,
    /// `content`.
    pub content: String,
}

/// A feed that the page advertises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLink {
    /// The address as written.
    pub href: String,
    /// `title`, or the text of an anchor.
    pub title: String,
}

/// An instruction to go elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// Seconds to wait.
    pub delay_secs: u32,
    /// Where to go; `None` reloads the page itself.
    pub href: Option<String>,
}

/// A form's use, as far as its attributes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forms {
    /// A newsletter can be subscribed to.
    pub newsletter: bool,
    /// A message can be written.
    pub contact: bool,
}

/// What was read on a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageFacts {
    /// `<base href>`.
    pub base_href: Option<String>,
    /// `<title>`.
    pub title: String,
    /// `lang` of `<html>`.
    pub lang: Option<String>,
    /// `meta generator`, all of them joined.
    pub generator: Option<String>,
    /// Anchors and what acts as one.
    pub links: Vec<Link>,
    /// Meta tags that name accounts or the body.
    pub metas: Vec<Meta>,
    /// Texts of the JSON-LD blocks.
    pub json_ld: Vec<String>,
    /// Addresses of iframes.
    pub iframes: Vec<String>,
    /// Addresses that widgets name (`data-href` of a page plug-in and the like).
    pub widgets: Vec<String>,
    /// Feeds advertised by `<link>`.
    pub feeds: Vec<FeedLink>,
    /// `meta http-equiv=refresh`.
    pub refresh: Option<Refresh>,
    /// Frames of a frameset.
    pub frames: Vec<String>,
    /// Style sheets and scripts: the marks of a content management system.
    pub assets: Vec<String>,
    /// How many scripts there are.
    pub scripts: u32,
    /// Data inside the page from which a script would build it.
    pub inline_json: Vec<String>,
    /// What its forms are for.
    pub forms: Forms,
    /// Its beginning as it was written, for those who ask what is shown.
    pub(super) beginning: Beginning,
    /// Bytes read.
    pub html_bytes: u64,
    /// Whether something was too large to be read whole.
    pub is_truncated: bool,
}

impl PageFacts {
    /// What the page shows. Read at the first call, which costs a second pass over the beginning
    /// of the page: to be asked last.
    pub fn shown(&self) -> &Shown {
        self.beginning.shown()
    }

    /// Lets go of the beginning of the page, which is larger than all the rest, once the page has
    /// been judged: from then on it shows nothing.
    pub(super) fn forget_beginning(&mut self) {
        self.beginning = Beginning::default();
    }

    /// The content of the first meta tag of that name.
    pub fn meta(&self, name: &str) -> Option<&str> {
        self.metas
            .iter()
            .find(|meta| meta.name == name)
            .map(|meta| meta.content.as_str())
    }

    /// Links within the site.
    pub fn internal_links(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(|link| !link.is_external)
    }
}
