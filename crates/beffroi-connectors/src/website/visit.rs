//! One visit of one site, from its address to all that was seen of it.

use beffroi_fetch::{FetchClient, Head, Validators};
use beffroi_model::{
    Absent, AccountFind, Category, Failed, FetchRecord, FigureName, MissingReason, Outcome, Post,
    SiteObservation, Subject,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use url::Url;

use super::{
    ask::Asker,
    attribute::{Gatherer, Owner, Roof},
    cms, feeds, guess,
    home::{self, Arrival, Ended, Home},
    names::{Handle, NameMatch, Names},
    news::{self, News, OwnPart},
    page::base_of,
    pages, parked,
    record::{SiteRecord, unavailable, unseen},
    settings::WebsiteSettings,
    state::State,
};
use crate::{Elsewhere, Retry, accounts::hosts};

/// What is visited.
#[derive(Debug, Clone)]
pub(super) struct Errand<'a> {
    pub(super) url: &'a Url,
    /// Whose site it is; empty when nobody knows.
    pub(super) subjects: &'a [Subject],
    pub(super) as_of: Timestamp,
    pub(super) previous_state: Option<&'a str>,
    /// What another lane handed over.
    pub(super) carried: Option<&'a str>,
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    pub(super) final_url: Option<Url>,
    pub(super) site: SiteObservation,
    pub(super) finds: Vec<AccountFind>,
    pub(super) posts: Vec<Post>,
    pub(super) unavailable: BTreeMap<FigureName, MissingReason>,
    pub(super) fetches: Vec<FetchRecord>,
    pub(super) state: Option<String>,
    pub(super) retry: Option<Retry>,
    pub(super) elsewhere: Option<Elsewhere>,
}

/// Visits a site.
pub(super) async fn visit(
    client: &FetchClient,
    settings: &WebsiteSettings,
    errand: Errand<'_>,
) -> Seen {
    let owners = owners_of(errand.subjects);
    let mut asker = Asker::new(client, settings);
    if let Some(parsed) = home::account_at(errand.url) {
        return at_an_account(&parsed, errand.url, &errand, &owners, asker);
    }
    let state = State::read(errand.previous_state);
    let is_same_place = state.home_url.as_ref() == Some(errand.url) && state.site.is_some();
    // When the site is to be searched again, its home page is wanted whole.
    let is_conditional = is_same_place && !discovery_is_due(&state, errand.as_of, settings);
    let validators = if is_conditional {
        state.home.clone()
    } else {
        Validators::default()
    };
    let way = home::arrive(&mut asker, errand.url, &validators, errand.carried).await;
    // What was met on the way has been got around, or is told by the arrival.
    asker.trouble = None;
    let mut seen = match way.arrival {
        Arrival::Page(home) => at_the_page(*home, &errand, owners, state, asker).await,
        Arrival::NotModified(head) => not_modified(&head, &errand, state, asker).await,
        Arrival::Account(parsed, url) => at_an_account(&parsed, &url, &errand, &owners, asker),
        Arrival::Elsewhere(elsewhere) => Seen {
            elsewhere: Some(elsewhere),
            // Of no meaning: the lane that goes on tells the end.
            ..without_site(Outcome::Failed(Failed::BadRedirect), &errand, asker)
        },
        Arrival::Ended(ended) => nowhere(ended, &errand, asker),
    };
    if way.certificate_problem.is_some() {
        seen.site.certificate_problem = way.certificate_problem;
    }
    seen
}

/// The address is that of an account: there is no site of one's own.
fn at_an_account(
    parsed: &crate::accounts::Parsed,
    url: &Url,
    errand: &Errand<'_>,
    owners: &[Owner],
    asker: Asker<'_>,
) -> Seen {
    let mut gatherer = Gatherer::default();
    gatherer.add_redirect(parsed, errand.url.as_str());
    Seen {
        final_url: Some(url.clone()),
        finds: gatherer.finds(&owners_or_nobody(owners), Roof::Own),
        ..without_site(Outcome::Absent(Absent::NotOwnSite), errand, asker)
    }
}

fn nowhere(ended: Ended, errand: &Errand<'_>, asker: Asker<'_>) -> Seen {
    let mut seen = without_site(ended.outcome, errand, asker);
    seen.site.home_status = ended.status;
    seen.site.final_url = ended.status.map(|_| ended.url.to_string());
    seen.site.redirected_to_domain = other_domain(errand.url, &ended.url);
    seen.final_url = Some(ended.url);
    seen.retry = ended.retry;
    seen
}

fn without_site(outcome: Outcome, errand: &Errand<'_>, asker: Asker<'_>) -> Seen {
    let site = unseen();
    Seen {
        outcome,
        final_url: None,
        unavailable: unavailable(&site),
        site,
        finds: Vec::new(),
        posts: Vec::new(),
        fetches: asker.fetches,
        state: errand.previous_state.map(str::to_owned),
        retry: None,
        elsewhere: None,
    }
}

/// The home page is the same as at the last visit: its facts still hold, the feed is asked anew.
async fn not_modified(
    head: &Head,
    errand: &Errand<'_>,
    mut state: State,
    mut asker: Asker<'_>,
) -> Seen {
    let Some(record) = state.site.clone() else {
        // A 304 to an unconditional request.
        return without_site(Outcome::Failed(Failed::MalformedResponse), errand, asker);
    };
    let mut news = News::remembered(&state);
    if let Some(known) = &state.feed {
        match news::ask_again(&mut asker, known, &state.publications).await {
            Some(found) => news = found,
            // The feed is away tonight: what it held is not said to be all.
            None => news.publications.clear(),
        }
    }
    let feed_is_away = state.feed.is_some()
        && news.publications.is_empty()
        && news.is_unchanged
        && !state.publications.is_empty();
    let mut site = SiteObservation::from(record);
    let frequency = if feed_is_away {
        super::publications::Frequency::missing(MissingReason::CallFailed)
    } else {
        news.frequency(errand.as_of)
    };
    site.posts_28d = frequency.posts_28d;
    site.last_published_at = frequency.last_published_at;
    let outcome = if news.is_unchanged && !feed_is_away {
        Outcome::Unchanged
    } else {
        Outcome::Measured
    };
    if !news.is_unchanged {
        state.feed.clone_from(&news.feed);
        state.publications.clone_from(&news.publications);
    }
    state.site = Some(SiteRecord::from(&site));
    Seen {
        outcome,
        final_url: Some(head.url.clone()),
        unavailable: unavailable_of(&site, &news, errand.as_of),
        site,
        finds: Vec::new(),
        posts: news.posts(errand.as_of),
        retry: asker.trouble,
        fetches: asker.fetches,
        state: state.write(),
        elsewhere: None,
    }
}

async fn at_the_page(
    mut home: Home,
    errand: &Errand<'_>,
    mut owners: Vec<Owner>,
    state: State,
    mut asker: Asker<'_>,
) -> Seen {
    if owners.is_empty() {
        owners.push(guess::owner_of_page(&home.page.facts, &home.head.url));
    }
    let mut site = site_of(&home, errand);
    if let Some(outcome) = not_their_page(&home, &owners) {
        let mut seen = without_site(outcome, errand, asker);
        site.posts_28d = seen.site.posts_28d;
        site.last_published_at = seen.site.last_published_at;
        seen.site = site;
        seen.final_url = Some(home.head.url);
        return seen;
    }
    home.page.facts.forget_beginning();
    let facts = &home.page.facts;
    let roof = roof_of(&home, errand, &owners);
    let own = OwnPart {
        base: home.head.url.clone(),
        is_below_path: is_below_path(&home, errand, roof),
    };
    let news = news::read(
        &mut asker,
        facts,
        site.cms.as_deref(),
        &own,
        &state,
        errand.as_of,
    )
    .await;
    describe_news(&mut site, &news, errand.as_of);

    let mut gatherer = Gatherer::default();
    gatherer.add_page(facts, &home.head.url, &home.base, &owners);
    let mut discovered_at = state.discovered_at;
    if discovery_is_due(&state, errand.as_of, asker.settings) {
        discovered_at = Some(errand.as_of);
        read_likely_pages(&mut asker, &home, &own, &owners, &mut gatherer).await;
    }
    let finds = gatherer.finds(&owners, roof);
    let next = State {
        home_url: (home.head.url == *errand.url).then(|| errand.url.clone()),
        home: home.head.validators(),
        feed: news.feed.clone(),
        publications: news.publications.clone(),
        sitemap: news.sitemap.clone(),
        site: Some(SiteRecord::from(&site)),
        discovered_at,
        ..State::default()
    };
    Seen {
        outcome: Outcome::Measured,
        final_url: Some(home.head.url.clone()),
        unavailable: unavailable_of(&site, &news, errand.as_of),
        site,
        finds,
        posts: news.posts(errand.as_of),
        retry: asker.trouble,
        fetches: asker.fetches,
        state: next.write(),
        elsewhere: None,
    }
}

fn site_of(home: &Home, errand: &Errand<'_>) -> SiteObservation {
    let facts = &home.page.facts;
    let is_own_contact = facts.forms.contact || pages::has_contact(facts, &home.base);
    SiteObservation {
        reachable: true,
        https: home.head.url.scheme() == "https",
        final_url: Some(home.head.url.to_string()),
        redirected_to_domain: other_domain(errand.url, &home.head.url),
        home_status: Some(home.head.status),
        home_bytes: Some(home.body_bytes),
        cms: cms::recognise(&home.head, facts).map(str::to_owned),
        charset: Some(home.page.charset.to_ascii_lowercase()),
        legal_notice_url: pages::legal_notice(facts, &home.base).map(String::from),
        newsletter: Some(facts.forms.newsletter),
        contact: Some(is_own_contact),
        ..unseen()
    }
}

fn describe_news(site: &mut SiteObservation, news: &News, as_of: Timestamp) {
    let frequency = news.frequency(as_of);
    site.posts_28d = frequency.posts_28d;
    site.last_published_at = frequency.last_published_at;
    site.publication_source = news.source();
    site.feed_url = news.feed.as_ref().map(|feed| feed.url.to_string());
    site.feed_kind = news.feed.as_ref().map(|feed| feed.kind);
    site.sitemap = news.sitemap.as_ref().map(|sitemap| sitemap.exists);
}

fn unavailable_of(
    site: &SiteObservation,
    news: &News,
    as_of: Timestamp,
) -> BTreeMap<FigureName, MissingReason> {
    let mut missing = unavailable(site);
    if let Some(reason) = news.posts_missing(as_of) {
        missing.insert(FigureName::Posts, reason);
    }
    missing
}

/// Whether the page is a wall, a placeholder, or somebody else's.
fn not_their_page(home: &Home, owners: &[Owner]) -> Option<Outcome> {
    let nobody = Names::default();
    let verdicts: Vec<Option<Outcome>> = owners
        .iter()
        .map(|owner| {
            // A name guessed from the page speaks for that page in any case.
            let names = if owner.is_known {
                &owner.names
            } else {
                &nobody
            };
            parked::verdict(&home.head, &home.page.facts, names)
        })
        .collect();
    // One owner of whom the page speaks is enough.
    verdicts
        .iter()
        .all(Option::is_some)
        .then(|| verdicts.into_iter().flatten().next())
        .flatten()
}

async fn read_likely_pages(
    asker: &mut Asker<'_>,
    home: &Home,
    own: &OwnPart,
    owners: &[Owner],
    gatherer: &mut Gatherer,
) {
    let limit = asker.settings.pages;
    let likely = pages::likely(&home.page.facts, &home.head.url, &home.base, limit);
    for url in likely.into_iter().filter(|url| own.holds(url)) {
        let Ok((fetched, Some(page))) = asker.page(&url, &Validators::default()).await else {
            continue;
        };
        let is_ours = fetched.head.status == 200
            && page.is_html
            && feeds::same_site(&fetched.head.url, &own.base);
        if is_ours {
            let base = base_of(&page.facts, &fetched.head.url);
            gatherer.add_page(&page.facts, &fetched.head.url, &base, owners);
        }
    }
}

fn discovery_is_due(state: &State, as_of: Timestamp, settings: &WebsiteSettings) -> bool {
    let interval =
        SignedDuration::try_from(settings.discovery_interval).unwrap_or(SignedDuration::MAX);
    state
        .discovered_at
        .is_none_or(|last| as_of.duration_since(last) >= interval)
}

/// Whose part of the web the page is.
fn roof_of(home: &Home, errand: &Errand<'_>, owners: &[Owner]) -> Roof {
    let host = home.head.url.host_str().unwrap_or_default();
    let shares_a_path = match hosts::shared(host) {
        Some(hosts::OwnPart::Path) => true,
        // The domain itself of a host whose sub-domains are the sites.
        Some(hosts::OwnPart::Subdomain) => hosts::shared(host).is_some() && is_bare(host),
        Some(hosts::OwnPart::SubdomainAndPath) | None => false,
    };
    let names = match owners {
        [owner] if owner.is_known => &owner.names,
        [_] if !shares_a_path => return Roof::Own,
        _ => return Roof::Foreign,
    };
    let title = beffroi_model::fold_name(&home.page.facts.title);
    let compare = |text: &str| names.compare(&Handle::new(text.to_owned()));
    let names_host = compare(host) != NameMatch::None;
    let is_commune = names.category() == Some(Category::Commune);
    // A folder that bears the commune's name on a host that does not: `cc-x.fr/communes/y/`.
    let has_folder = home.head.url.path().trim_matches('/').contains('/')
        && compare(home.head.url.path()) == NameMatch::Whole;
    let is_portal = [
        "communaute de communes",
        "communaute d agglomeration",
        "communaute urbaine",
    ]
    .iter()
    .any(|kind| title.contains(kind));
    let is_elsewhere = other_domain(errand.url, &home.head.url).is_some() && !names.are_in(&title);
    let is_foreign = shares_a_path
        || !names_host && is_commune && (has_folder || is_portal && !names.are_in(&title))
        || !names_host && is_elsewhere;
    if is_foreign { Roof::Foreign } else { Roof::Own }
}

/// Whether only what lies below the home page's path is the site's own.
fn is_below_path(home: &Home, errand: &Errand<'_>, roof: Roof) -> bool {
    let has_path = home.head.url.path().trim_matches('/').contains('/')
        || errand.url.path().trim_matches('/').contains('/')
        || hosts::shared(home.head.url.host_str().unwrap_or_default())
            .is_some_and(|part| part != hosts::OwnPart::Subdomain);
    roof == Roof::Foreign && has_path
}

fn is_bare(host: &str) -> bool {
    let bare = host.strip_prefix("www.").unwrap_or(host);
    psl::domain_str(bare).is_none_or(|domain| domain == bare)
}

/// The registrable domain of `there`, when it is another than that of `here`.
fn other_domain(here: &Url, there: &Url) -> Option<String> {
    let domain = |url: &Url| {
        url.host_str()
            .map(|host| psl::domain_str(host).unwrap_or(host).to_owned())
    };
    let there = domain(there)?;
    (domain(here)? != there).then_some(there)
}

fn owners_of(subjects: &[Subject]) -> Vec<Owner> {
    subjects
        .iter()
        .map(|subject| Owner {
            collectivity_id: subject.collectivity_id.clone(),
            names: Names::of_subject(subject),
            is_known: true,
        })
        .collect()
}

fn owners_or_nobody(owners: &[Owner]) -> Vec<Owner> {
    if owners.is_empty() {
        vec![guess::unknown(Names::default())]
    } else {
        owners.to_vec()
    }
}
