//! Websites: what state a site is in, how it is built, what it publishes.

use super::host::HostIndex;

/// A collectivity's website.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Index of its body.
    pub(crate) body: u32,
    /// The host that serves its pages.
    pub(crate) host: HostIndex,
    /// Its folder on a shared host, without final slash; empty on a host of its own.
    pub(crate) folder: Box<str>,
    /// What its pages are drawn from.
    pub(crate) key: u64,
    pub(crate) state: State,
    pub(crate) entry: Entry,
    pub(crate) cms: Cms,
    pub(crate) encoding: PageEncoding,
    /// On which page the accounts are linked.
    pub(crate) placement: Placement,
    pub(crate) feed: Feed,
    /// Items that the feed holds at the most.
    pub(crate) feed_len: u8,
    pub(crate) sitemap: Sitemap,
    pub(crate) legal_notice: bool,
    pub(crate) contact: bool,
    pub(crate) newsletter: bool,
    /// Publications a week.
    pub(crate) rhythm: f32,
    /// Days since the last publication, at least.
    pub(crate) silent_days: u16,
}

/// What the home page answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Alive,
    NotFound,
    Gone,
    ServerError,
    Blocked,
    Parked,
    UnderConstruction,
    Hijacked,
    EmptyBody,
    JsOnly,
    NotHtml,
    TooLarge,
    Hangs,
}

/// The way from the declared address to the home page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Direct,
    /// The declared host redirects to the other form of the name, with or without `www`.
    Www,
    /// The declared host is a former domain that redirects.
    FormerDomain,
    MetaRefresh,
    ScriptRedirect,
    Frameset,
}

/// The system that writes the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Cms {
    WordPress,
    Spip,
    Joomla,
    Drupal,
    Typo3,
    Wix,
    EMonsite,
    HandMade,
}

impl Cms {
    /// The name under which a crawler stores it; none for pages written by hand.
    pub(crate) fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::WordPress => "wordpress",
            Self::Spip => "spip",
            Self::Joomla => "joomla",
            Self::Drupal => "drupal",
            Self::Typo3 => "typo3",
            Self::Wix => "wix",
            Self::EMonsite => "e-monsite",
            Self::HandMade => return None,
        })
    }

    /// Where a page is, below the site's folder.
    pub(crate) fn path(self, page: Page) -> &'static str {
        match (self, page) {
            (_, Page::Home) => "/",
            (_, Page::Entry) => "/accueil.html",
            (_, Page::Sitemap) => "/sitemap.xml",
            (_, Page::PrivateContact) => "/espace-agents/contact",
            (Self::WordPress, Page::Contact) => "/contact/",
            (Self::WordPress, Page::Legal) => "/mentions-legales/",
            (Self::WordPress, Page::News) => "/actualites/",
            (Self::WordPress, Page::Networks) => "/reseaux-sociaux/",
            (Self::WordPress, Page::Feed) => "/feed/",
            (Self::Spip, Page::Contact) => "/spip.php?page=contact",
            (Self::Spip, Page::Legal) => "/spip.php?article2",
            (Self::Spip, Page::News) => "/spip.php?rubrique3",
            (Self::Spip, Page::Networks) => "/spip.php?article4",
            (Self::Spip, Page::Feed) => "/spip.php?page=backend",
            (Self::Joomla, Page::Contact) => "/index.php/contact",
            (Self::Joomla, Page::Legal) => "/index.php/mentions-legales",
            (Self::Joomla, Page::News) => "/index.php/actualites",
            (Self::Joomla, Page::Networks) => "/index.php/reseaux-sociaux",
            (Self::Joomla, Page::Feed) => "/index.php/actualites?format=feed&type=rss",
            (Self::Drupal | Self::Typo3 | Self::Wix, Page::Contact) => "/contact",
            (Self::Drupal | Self::Typo3 | Self::Wix, Page::Legal) => "/mentions-legales",
            (Self::Drupal | Self::Typo3 | Self::Wix, Page::News) => "/actualites",
            (Self::Drupal | Self::Typo3 | Self::Wix, Page::Networks) => "/reseaux-sociaux",
            (Self::Drupal, Page::Feed) => "/rss.xml",
            (Self::Typo3, Page::Feed) => "/actualites/flux.xml",
            (Self::Wix, Page::Feed) => "/blog-feed.xml",
            (Self::EMonsite, Page::Contact) => "/contact/",
            (Self::EMonsite, Page::Legal) => "/pages/mentions-legales.html",
            (Self::EMonsite, Page::News) => "/blog/",
            (Self::EMonsite, Page::Networks) => "/pages/reseaux-sociaux.html",
            (Self::EMonsite, Page::Feed) => "/blog/do/rss.xml",
            (Self::HandMade, Page::Contact) => "/contact.htm",
            (Self::HandMade, Page::Legal) => "/mentions.htm",
            (Self::HandMade, Page::News) => "/actualites.htm",
            (Self::HandMade, Page::Networks) => "/reseaux.htm",
            (Self::HandMade, Page::Feed) => "/flux.xml",
        }
    }

    /// What stands before an article's number in its path.
    pub(crate) fn article_path(self) -> &'static str {
        match self {
            Self::WordPress => "/annonces/",
            Self::Spip => "/spip.php?article1",
            Self::Joomla => "/index.php/annonces/",
            Self::Drupal => "/node/1",
            Self::Typo3 | Self::Wix => "/annonce/",
            Self::EMonsite => "/blog/annonces/",
            Self::HandMade => "/annonce-",
        }
    }
}

/// The pages of a site that are more than an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Home,
    /// The real home page behind a refresh, a script or a frameset.
    Entry,
    Contact,
    Legal,
    News,
    Networks,
    Feed,
    Sitemap,
    /// Closed by robots.txt, but linked from the menu.
    PrivateContact,
}

impl Page {
    pub(crate) const ALL: [Self; 9] = [
        Self::Home,
        Self::Entry,
        Self::Contact,
        Self::Legal,
        Self::News,
        Self::Networks,
        Self::Feed,
        Self::Sitemap,
        Self::PrivateContact,
    ];
}

/// How the text of the pages becomes bytes, and what is said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageEncoding {
    /// UTF-8, in header and meta.
    Utf8,
    /// UTF-8 with a byte-order mark.
    Utf8Bom,
    /// UTF-8, said by the meta alone.
    Utf8Meta,
    /// UTF-8 in fact and in the header; the meta says iso-8859-1.
    Utf8WrongMeta,
    /// windows-1252, in the header.
    Windows1252,
    /// windows-1252, said by a meta that calls it iso-8859-1.
    Latin1Meta,
    /// windows-1252, said nowhere.
    Undeclared1252,
    /// ISO-8859-15, in the header.
    Iso8859_15,
}

impl PageEncoding {
    /// The encoding that a browser would use.
    pub(crate) fn encoding(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 | Self::Utf8Bom | Self::Utf8Meta | Self::Utf8WrongMeta => encoding_rs::UTF_8,
            Self::Windows1252 | Self::Latin1Meta | Self::Undeclared1252 => {
                encoding_rs::WINDOWS_1252
            }
            Self::Iso8859_15 => encoding_rs::ISO_8859_15,
        }
    }

    /// The Content-Type of a page.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8WrongMeta => "text/html; charset=utf-8",
            Self::Utf8Bom | Self::Utf8Meta | Self::Latin1Meta | Self::Undeclared1252 => "text/html",
            Self::Windows1252 => "text/html; charset=windows-1252",
            Self::Iso8859_15 => "text/html; charset=ISO-8859-15",
        }
    }

    /// The meta element that declares it.
    pub(crate) fn meta(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Meta | Self::Utf8Bom => "<meta charset=\"utf-8\">\n",
            Self::Utf8WrongMeta | Self::Latin1Meta => {
                "<META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=iso-8859-1\">\n"
            }
            Self::Windows1252 | Self::Undeclared1252 | Self::Iso8859_15 => "",
        }
    }
}

/// Where the social accounts are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// Home page (and repeated on all others).
    Everywhere,
    /// One page alone.
    Only(Page),
}

/// The feed of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feed {
    None,
    /// Announced by the home page.
    Announced(FeedShape),
    /// At the CMS's usual path, not announced.
    Usual,
}

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeedShape {
    Rss,
    /// Blank lines and a byte-order mark before the XML declaration.
    RssPreceded,
    /// `&` left bare.
    RssBareAmpersand,
    /// windows-1252, declared in the XML.
    Rss1252,
    Atom,
    Json,
}

/// The sitemap of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sitemap {
    None,
    /// `lastmod` of articles is their publication.
    Honest,
    /// `lastmod` is now, everywhere.
    Lying,
}
