//! When and how often the site publishes: from its feed, else from its sitemap.

use beffroi_fetch::Validators;
use beffroi_model::{Figure, MissingReason, Post, PublicationSource};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{
    ask::Asker,
    cms::usual_feeds,
    facts::PageFacts,
    feeds::{self, Feed},
    publications::{Frequency, MAX_PUBLICATIONS, Publication, window_posts},
    sitemap::{MAX_DEPTH, MAX_FILES, MAX_URLS, are_believable},
    state::{FeedState, SitemapState, State},
};

/// Feeds that the page offers which are tried; the first one of news is kept.
const MAX_OFFERED: usize = 2;
/// Where sitemaps usually are.
const USUAL_SITEMAPS: [&str; 4] = [
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/wp-sitemap.xml",
    "/sitemap.xml.gz",
];

/// What was learnt of the site's publications.
#[derive(Debug, Default)]
pub(super) struct News {
    pub(super) feed: Option<FeedState>,
    pub(super) publications: Vec<Publication>,
    pub(super) sitemap: Option<SitemapState>,
    /// Whether the feed answered that nothing has changed.
    pub(super) is_unchanged: bool,
    /// Whether there may be a feed or a sitemap that was not reached.
    pub(super) is_unknown: bool,
}

impl News {
    /// What the last visit knew.
    pub(super) fn remembered(state: &State) -> Self {
        Self {
            feed: state.feed.clone(),
            publications: state.publications.clone(),
            sitemap: state.sitemap.clone(),
            is_unchanged: true,
            is_unknown: false,
        }
    }

    /// What the figures were read from.
    pub(super) fn source(&self) -> Option<PublicationSource> {
        match (&self.feed, &self.sitemap) {
            (Some(_), _) => Some(PublicationSource::Feed),
            (None, Some(sitemap)) if !sitemap.dates.is_empty() => Some(PublicationSource::Sitemap),
            (None, _) => None,
        }
    }

    /// The figures over the window that ends at `as_of`.
    pub(super) fn frequency(&self, as_of: Timestamp) -> Frequency {
        match (&self.feed, &self.sitemap) {
            (Some(feed), _) => {
                if self.publications.is_empty() && feed.undated > 0 {
                    return Frequency::missing(MissingReason::NotInAnswer);
                }
                let dates: Vec<Timestamp> = self
                    .publications
                    .iter()
                    .map(|item| item.published_at)
                    .collect();
                let mut frequency = Frequency::of(&dates, as_of, true);
                if feed.undated > 0 {
                    // Any of them may lie in the window.
                    frequency.posts_28d = Figure::Missing(MissingReason::NotInAnswer);
                }
                frequency
            }
            (None, Some(sitemap)) if !sitemap.dates.is_empty() => {
                let is_cut = sitemap.dates.len() >= MAX_PUBLICATIONS;
                Frequency::of(&sitemap.dates, as_of, is_cut)
            }
            (None, _) if self.is_unknown => Frequency::missing(MissingReason::CallFailed),
            (None, _) => Frequency::missing(MissingReason::NoData),
        }
    }

    /// The posts of the window.
    pub(super) fn posts(&self, as_of: Timestamp) -> Vec<Post> {
        window_posts(&self.publications, as_of)
    }

    /// Whether the list of posts is known to be whole.
    pub(super) fn posts_missing(&self, as_of: Timestamp) -> Option<MissingReason> {
        match self.frequency(as_of).posts_28d {
            Figure::Missing(reason) => Some(reason),
            Figure::Known(_) if self.feed.is_none() => Some(MissingReason::NoData),
            Figure::Known(_) => None,
        }
    }
}

/// The part of a host that is the site's own: everything, or what lies below a path.
#[derive(Debug, Clone)]
pub(super) struct OwnPart {
    pub(super) base: Url,
    /// Whether only what lies below the path of `base` is the site's.
    pub(super) is_below_path: bool,
}

impl OwnPart {
    /// Whether an address is in it.
    pub(super) fn holds(&self, url: &Url) -> bool {
        let folder = self
            .base
            .path()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        let is_below = url.host_str() == self.base.host_str()
            && url
                .path()
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'));
        feeds::same_site(url, &self.base) && (!self.is_below_path || is_below)
    }
}

/// Reads the site's feed, else its sitemap.
pub(super) async fn read(
    asker: &mut Asker<'_>,
    facts: &PageFacts,
    cms: Option<&str>,
    own: &OwnPart,
    state: &State,
    as_of: Timestamp,
) -> News {
    let mut news = News::default();
    if let Some(known) = &state.feed
        && own.holds(&known.url)
        && let Some(found) = ask_again(asker, known, &state.publications).await
    {
        return found;
    }
    let known = state.feed.as_ref().map(|feed| &feed.url);
    for url in candidates(asker, facts, cms, own) {
        if Some(&url) == known {
            continue;
        }
        let Some((feed, validators)) = try_feed(asker, &url).await else {
            continue;
        };
        // Of a site whose only feed is an agenda the sitemap knows more.
        if feed.is_all_to_come(as_of) {
            continue;
        }
        let (feed, publications) = keep(url, feed, validators);
        news.feed = Some(feed);
        news.publications = publications;
        return news;
    }
    if own.is_below_path {
        // What a shared host's sitemap tells, it tells of all its sites.
        return news;
    }
    news.sitemap = Some(match &state.sitemap {
        Some(known) if is_fresh(asker, known, as_of) => known.clone(),
        _ => read_sitemaps(asker, &own.base, as_of).await,
    });
    // What was not reached is neither there nor not there, tonight and for the nights that would
    // believe this one.
    news.is_unknown = asker.trouble.is_some();
    news.sitemap = news.sitemap.filter(|it| it.exists || !news.is_unknown);
    news
}

/// Asks a feed that is known from the last visit; `None` when it is one no more.
pub(super) async fn ask_again(
    asker: &mut Asker<'_>,
    known: &FeedState,
    publications: &[Publication],
) -> Option<News> {
    let fetched = asker.feed(&known.url, &known.validators).await.ok()?;
    if fetched.head.status == 304 {
        return Some(News {
            feed: Some(known.clone()),
            publications: publications.to_vec(),
            sitemap: None,
            is_unchanged: true,
            is_unknown: false,
        });
    }
    if fetched.head.status != 200 {
        return None;
    }
    let charset = fetched.head.charset();
    let feed = feeds::parse(&fetched.body, charset.as_deref()).ok()?;
    let (feed, publications) = keep(known.url.clone(), feed, fetched.head.validators());
    Some(News {
        feed: Some(feed),
        publications,
        sitemap: None,
        is_unchanged: false,
        is_unknown: false,
    })
}

fn candidates(asker: &Asker<'_>, facts: &PageFacts, cms: Option<&str>, own: &OwnPart) -> Vec<Url> {
    let offered = feeds::offered(facts, &own.base);
    let mut urls: Vec<Url> = offered
        .into_iter()
        .filter(|url| own.holds(url))
        .take(MAX_OFFERED)
        .collect();
    if urls.is_empty() && !own.is_below_path {
        let usual = usual_feeds(cms).iter().take(asker.settings.feed_probes);
        urls.extend(usual.filter_map(|path| own.base.join(path).ok()));
    }
    urls
}

async fn try_feed(asker: &mut Asker<'_>, url: &Url) -> Option<(Feed, Validators)> {
    let fetched = asker.feed(url, &Validators::default()).await.ok()?;
    if fetched.head.status != 200 {
        return None;
    }
    let feed = feeds::parse(&fetched.body, fetched.head.charset().as_deref()).ok()?;
    Some((feed, fetched.head.validators()))
}

fn keep(url: Url, feed: Feed, validators: Validators) -> (FeedState, Vec<Publication>) {
    let state = FeedState {
        url,
        kind: feed.kind,
        validators,
        undated: feed.undated,
    };
    (state, feed.publications)
}

fn is_fresh(asker: &Asker<'_>, known: &SitemapState, as_of: Timestamp) -> bool {
    let interval =
        SignedDuration::try_from(asker.settings.sitemap_interval).unwrap_or(SignedDuration::MAX);
    as_of.duration_since(known.read_at) < interval
}

/// Reads the sitemaps that robots.txt names, else the usual ones, in bounded number and depth.
async fn read_sitemaps(asker: &mut Asker<'_>, base: &Url, as_of: Timestamp) -> SitemapState {
    let named = asker.sitemaps_of_robots(base).await;
    let mut named: Vec<Url> = named
        .into_iter()
        .filter(|url| feeds::same_site(url, base))
        .take(MAX_FILES)
        .collect();
    let is_guess = named.is_empty();
    if is_guess {
        named = USUAL_SITEMAPS
            .iter()
            .filter_map(|path| base.join(path).ok())
            .collect();
    }
    let (mut dates, mut urls, mut files, mut exists) = (Vec::new(), 0, 0, false);
    let mut queue: Vec<(Url, usize)> = named.into_iter().rev().map(|url| (url, 1)).collect();
    let mut seen = std::collections::HashSet::new();
    while let Some((url, depth)) = queue.pop() {
        if files >= MAX_FILES || urls >= MAX_URLS {
            break;
        }
        // Of the usual places the first that holds one is enough.
        if is_guess && exists && depth == 1 || !seen.insert(url.clone()) {
            continue;
        }
        files += 1;
        let Ok(file) = asker.sitemap(&url, MAX_URLS - urls).await else {
            continue;
        };
        exists |= file.is_sitemap;
        urls += file.urls;
        dates.extend(file.dates);
        if depth < MAX_DEPTH {
            let children = file
                .children
                .into_iter()
                .filter(|url| feeds::same_site(url, base));
            queue.extend(children.map(|url| (url, depth + 1)));
        }
    }
    let now = Timestamp::now().min(as_of);
    if !are_believable(&dates, now) {
        dates.clear();
    }
    dates.sort_unstable_by(|a, b| b.cmp(a));
    dates.truncate(MAX_PUBLICATIONS);
    SitemapState {
        read_at: as_of,
        exists,
        dates,
    }
}
