//! What is true of the world: for each collectivity, what a right crawler should store. Computed
//! from the world's records, never by reading the pages back.

use std::ops::Not;

use beffroi_model::{
    Absent, Failed, FeedKind, Forbidden, MissingReason, Outcome, Platform, PostKind,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    apis::{api_of, bluesky, mastodon},
    pages,
    world::{
        Declared, InstanceKind, World,
        account::Linked,
        host::{CertificateKind, Dns, Robots},
        kinds,
        site::{Entry, Feed, FeedShape, Page, Site, Sitemap, State},
        social::{Case, Fate, SocialAccount},
    },
};

/// The truth of one collectivity: one line of `/_sim/truth.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TruthLine {
    /// Its key.
    pub collectivity_id: String,
    /// Its name.
    pub name: String,
    /// Its declared website, when it has one.
    pub website: Option<SiteTruth>,
    /// Accounts on its pages, and those to which they have moved.
    pub accounts: Vec<AccountTruth>,
}

/// What a crawler should store of a website.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteTruth {
    /// The declared address.
    pub url: String,
    /// Canonical handle of the declared address: host, port, folder.
    pub handle: String,
    /// The outcome's word.
    pub outcome: String,
    /// The outcome's reason.
    pub reason: Option<String>,
    /// What is to be seen of it, when the outcome is a measurement.
    pub observed: Option<ObservedSite>,
}

/// The facts of a site that can be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObservedSite {
    /// Address of the home page after redirects.
    pub final_url: String,
    /// Registrable domain to which the declared address redirects.
    pub redirected_to_domain: Option<String>,
    /// Whether it is read over https.
    pub https: bool,
    /// What is wrong with its certificate.
    pub certificate_problem: Option<Failed>,
    /// HTTP status of the home page.
    pub home_status: u16,
    /// Bytes of the home page after decompression.
    pub home_bytes: u64,
    /// The CMS by its fingerprint.
    pub cms: Option<String>,
    /// Text encoding of the home page (WHATWG name).
    pub charset: String,
    /// Address of the feed.
    pub feed_url: Option<String>,
    /// Its format.
    pub feed_kind: Option<FeedKind>,
    /// Whether there is a sitemap.
    pub sitemap: bool,
    /// `feed` or `sitemap`, whichever the publications can be read from.
    pub publication_source: Option<String>,
    /// Publication times, Unix seconds, newest first, as far as the source reaches; see
    /// [`crate::posts_28d`].
    pub publications: Vec<i64>,
    /// Address of the legal notice.
    pub legal_notice_url: Option<String>,
    /// Whether there is a newsletter form.
    pub newsletter: bool,
    /// Whether there is a contact page.
    pub contact: bool,
}

/// An account on a body's pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountTruth {
    /// Where.
    pub platform: Platform,
    /// Canonical handle.
    pub handle: String,
    /// The link as the page writes it.
    pub href: String,
    /// What discovery should make of it.
    pub expected: Expected,
    /// What measuring it should give, where the simulator serves its network.
    pub measure: Option<SocialTruth>,
}

/// What discovery should make of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// It is the body's own.
    Accept,
    /// It is somebody else's and must not count as the body's.
    Trap,
    /// It is linked nowhere: the account that has moved names it.
    Moved,
    /// It is the body's own, but no page that may be read shows it.
    Unreachable,
}

/// What measuring an account should give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SocialTruth {
    /// The outcome's word.
    pub outcome: String,
    /// The outcome's reason.
    pub reason: Option<String>,
    /// The planted case.
    pub case: Case,
    /// The platform's permanent id, where it tells one and the truth knows it.
    pub permanent_id: Option<String>,
    /// The handle that the account bears today, where it is another and the answer tells it.
    pub renamed_to: Option<String>,
    /// When the account was created, where the platform tells it and the truth knows it.
    pub created_at: Option<Timestamp>,
    /// Followers.
    pub followers: FigureTruth,
    /// Accounts followed.
    pub following: FigureTruth,
    /// Posts since its creation.
    pub posts_total: FigureTruth,
    /// Posts, newest first, of the last weeks (more than 28 days).
    pub posts: Vec<PostTruth>,
    /// Why the list of posts is missing or not whole, where it is.
    pub posts_missing: Option<MissingReason>,
    /// Visitors' threads under these posts.
    pub threads: Vec<ThreadTruth>,
    /// Why the dialogue is missing, where it is, if a window holds the post concerned.
    pub dialogue_missing: Option<DialogueMissing>,
}

/// A figure, or why it cannot be had. Unknown is never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureTruth {
    /// The figure.
    Known(u64),
    /// Not to be had, and why.
    Missing(MissingReason),
}

impl FigureTruth {
    /// The figure, where it can be had.
    pub fn known(self) -> Option<u64> {
        match self {
            Self::Known(value) => Some(value),
            Self::Missing(_) => None,
        }
    }

    /// Why it cannot be had.
    pub fn missing(self) -> Option<MissingReason> {
        match self {
            Self::Known(_) => None,
            Self::Missing(reason) => Some(reason),
        }
    }
}

impl SocialTruth {
    /// An account of which nothing but the outcome is known (yet).
    pub(crate) fn without_figures(outcome: Outcome, case: Case) -> Self {
        let missing = FigureTruth::Missing(MissingReason::NotMeasured);
        Self {
            outcome: outcome.kind().as_str().into(),
            reason: outcome.reason().map(Into::into),
            case,
            permanent_id: None,
            renamed_to: None,
            created_at: None,
            followers: missing,
            following: missing,
            posts_total: missing,
            posts: Vec::new(),
            posts_missing: None,
            threads: Vec::new(),
            dialogue_missing: None,
        }
    }
}

/// A moment of a whole second.
pub(crate) fn second(secs: i64) -> Timestamp {
    Timestamp::from_second(secs).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A post and its counters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostTruth {
    /// The platform's id (a status id, an AT URI).
    pub id: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// What it shows, where the platform tells.
    pub kind: Option<PostKind>,
    /// Favourites, likes.
    pub reactions: FigureTruth,
    /// Comments or direct replies, as the platform counts them.
    pub comments: FigureTruth,
    /// Boosts, reposts and quotes.
    pub shares: FigureTruth,
    /// Views.
    pub views: FigureTruth,
    /// Id of the account's own post which it continues.
    pub continues: Option<String>,
}

/// A visitor's thread, as the model defines it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadTruth {
    /// The account's post to which the visitor replied.
    pub post_id: String,
    /// The first post of the chain in which that post stands (mostly itself).
    pub root_id: String,
    /// When the visitor wrote.
    pub opened_at: Timestamp,
    /// When the account first replied below.
    pub replied_at: Option<Timestamp>,
}

/// Why an account's dialogue is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DialogueMissing {
    /// The reason.
    pub reason: MissingReason,
    /// The posts that cause it; none where it holds for the account whatever its posts.
    pub post_ids: Vec<String>,
    /// The posts that make up for them: where the window holds one of these, it is not missing.
    pub unless_post_ids: Vec<String>,
}

impl DialogueMissing {
    /// Whatever the posts.
    pub(crate) fn always(reason: MissingReason) -> Self {
        Self {
            reason,
            post_ids: Vec::new(),
            unless_post_ids: Vec::new(),
        }
    }

    /// Whether it is missing for a window that holds these posts.
    pub fn holds(&self, is_shown: impl Fn(&str) -> bool) -> bool {
        let is_any = |ids: &[String]| ids.iter().any(|id| is_shown(id));
        (self.post_ids.is_empty() || is_any(&self.post_ids)) && !is_any(&self.unless_post_ids)
    }
}

impl World {
    /// Number of collectivities.
    pub fn len(&self) -> usize {
        self.bodies.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// The truth of the collectivity of that index.
    pub fn truth(&self, index: usize) -> TruthLine {
        let body = &self.bodies[index];
        let mut accounts = Vec::new();
        let website = match &body.declared {
            Declared::Nothing => None,
            Declared::NotASite { url, account } => {
                let measure = self.network_truth(account);
                accounts.push(linked(account, Expected::Accept, measure));
                Some(SiteTruth {
                    url: url.to_string(),
                    handle: handle(url),
                    outcome: "absent".into(),
                    reason: Some(<&str>::from(Absent::NotOwnSite).into()),
                    observed: None,
                })
            }
            Declared::Site { site, url } => {
                let site = &self.sites[*site as usize];
                let outcome = self.site_outcome(site);
                let readable = outcome == Outcome::Measured;
                if readable {
                    for trap in pages::traps_of(self, site) {
                        accounts.push(linked(&trap, Expected::Trap, None));
                    }
                }
                let expected = if readable {
                    Expected::Accept
                } else {
                    Expected::Unreachable
                };
                for own in &body.accounts {
                    accounts.push(linked(own, expected, self.network_truth(own)));
                }
                for index in &body.social {
                    let account = &self.social[*index as usize];
                    accounts.push(linked(
                        &account.linked,
                        expected,
                        Some(self.social_truth(account)),
                    ));
                    if let Fate::MovedTo(target) = account.fate {
                        let target = &self.social[target as usize];
                        let expected = if readable {
                            Expected::Moved
                        } else {
                            Expected::Unreachable
                        };
                        let truth = Some(self.social_truth(target));
                        accounts.push(linked(&target.linked, expected, truth));
                    }
                }
                Some(SiteTruth {
                    url: url.to_string(),
                    handle: handle(url),
                    outcome: outcome.kind().as_str().into(),
                    reason: outcome.reason().map(Into::into),
                    observed: readable.then(|| self.observed(site, url)),
                })
            }
        };
        TruthLine {
            collectivity_id: body.collectivity.collectivity_id.to_string(),
            name: body.collectivity.name.clone(),
            website,
            accounts,
        }
    }

    fn site_outcome(&self, site: &Site) -> Outcome {
        let host = &self.hosts[site.host as usize];
        match host.dns {
            Dns::Address => {}
            Dns::NxDomain => return Outcome::Absent(Absent::DnsNxdomain),
            Dns::ServFail => return Outcome::Failed(Failed::DnsServfail),
        }
        match host.robots {
            Robots::DisallowAll | Robots::DisallowUs => {
                return Outcome::Forbidden(Forbidden::RobotsDisallowed);
            }
            Robots::DelayTooLong => return Outcome::Forbidden(Forbidden::CrawlDelayTooLong),
            Robots::ServerError => return Outcome::Failed(Failed::RobotsUnreachable),
            Robots::None
            | Robots::AllowAll
            | Robots::SoftNotFound
            | Robots::Partial
            | Robots::AllowUsOnly
            | Robots::Delay(_) => {}
        }
        match site.state {
            State::Alive => Outcome::Measured,
            State::NotFound => Outcome::Absent(Absent::NotFound),
            State::Gone => Outcome::Absent(Absent::Gone),
            State::ServerError => Outcome::Failed(Failed::Http5xx),
            State::Blocked => Outcome::Forbidden(Forbidden::Blocked),
            State::Parked => Outcome::Absent(Absent::Parked),
            State::UnderConstruction => Outcome::Absent(Absent::UnderConstruction),
            State::Hijacked => Outcome::Absent(Absent::Hijacked),
            State::EmptyBody => Outcome::Failed(Failed::EmptyBody),
            State::JsOnly => Outcome::Failed(Failed::JsOnly),
            State::NotHtml => Outcome::Failed(Failed::NotHtml),
            State::TooLarge => Outcome::Failed(Failed::TooLarge),
            State::Hangs => Outcome::Failed(Failed::ReadTimeout),
        }
    }

    fn observed(&self, site: &Site, declared: &str) -> ObservedSite {
        let host = &self.hosts[site.host as usize];
        let base = self.base(site);
        let cms = site.cms;
        let home = match site.entry {
            Entry::MetaRefresh | Entry::ScriptRedirect | Entry::Frameset => Page::Entry,
            _ => Page::Home,
        };
        let own_domain = registrable(&host.name);
        let declared_domain = registrable(host_of(declared));
        let path = format!("{}{}", site.folder, cms.path(home));
        let own_host = site.folder.is_empty();
        ObservedSite {
            final_url: format!("{base}{}", cms.path(home)),
            redirected_to_domain: (own_domain != declared_domain).then(|| own_domain.to_owned()),
            https: host.https && host.certificate == CertificateKind::Good,
            certificate_problem: match (host.https, host.certificate) {
                (false, _) | (true, CertificateKind::Good) => None,
                (true, CertificateKind::Expired) => Some(Failed::TlsExpired),
                (true, CertificateKind::WrongName) => Some(Failed::TlsNameMismatch),
                (true, CertificateKind::SelfSigned | CertificateKind::UnknownAuthority) => {
                    Some(Failed::TlsUntrustedChain)
                }
            },
            home_status: 200,
            home_bytes: pages::answer(self, site, &path).body.len() as u64,
            cms: cms.name().map(Into::into),
            charset: site.encoding.encoding().name().to_owned(),
            feed_url: (site.feed != Feed::None).then(|| format!("{base}{}", cms.path(Page::Feed))),
            feed_kind: match site.feed {
                Feed::None => None,
                Feed::Announced(FeedShape::Atom) => Some(FeedKind::Atom),
                Feed::Announced(FeedShape::Json) => Some(FeedKind::Json),
                Feed::Announced(_) | Feed::Usual => Some(FeedKind::Rss),
            },
            sitemap: site.sitemap != Sitemap::None,
            publication_source: match (site.feed, site.sitemap) {
                (Feed::Announced(_) | Feed::Usual, _) => Some("feed".into()),
                (Feed::None, Sitemap::Honest) => Some("sitemap".into()),
                (Feed::None, _) => None,
            },
            publications: site
                .readable_publications(self.settings.as_of)
                .unwrap_or_default()
                .into_iter()
                .map(|publication| publication.at)
                .collect(),
            legal_notice_url: (site.legal_notice && own_host)
                .then(|| format!("{}{}", self.origin(host), cms.path(Page::Legal))),
            newsletter: site.newsletter,
            contact: site.contact && own_host,
        }
    }

    /// The permanent id of the account that pages link by this handle, whatever became of it since:
    /// what a crawler knows that saw it before.
    pub fn permanent_id(&self, platform: Platform, handle: &str) -> Option<String> {
        let account = self.networks.linked(platform, handle)?;
        api_of(platform)?.permanent_id(account)
    }

    /// What measuring an account of a network gives that has an API here.
    fn network_truth(&self, link: &Linked) -> Option<SocialTruth> {
        let account = self.networks.linked(link.platform, &link.handle)?;
        Some(api_of(link.platform)?.truth(self, account))
    }

    fn social_truth(&self, account: &SocialAccount) -> SocialTruth {
        let outcome = self.social_outcome(account);
        let measured = outcome == Outcome::Measured;
        let figure = |value, is_hidden| match (measured, is_hidden) {
            (true, false) => FigureTruth::Known(value),
            (true, true) => FigureTruth::Missing(MissingReason::HiddenByOwner),
            (false, _) => FigureTruth::Missing(MissingReason::NotMeasured),
        };
        let id = |post: usize| match account.platform {
            Platform::Mastodon => {
                mastodon::own_status_id(account, account.posts[post].at_ms).to_string()
            }
            _ => bluesky::post_uri(account, post),
        };
        let at = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let quotes = account.platform == Platform::Bluesky
            || mastodon::counts_quotes(&self.instances[usize::from(account.instance)]);
        let (mut posts, mut threads, mut cut) = (Vec::new(), Vec::new(), Vec::new());
        for (number, post) in account.posts.iter().enumerate().rev() {
            if !measured {
                break;
            }
            posts.push(PostTruth {
                id: id(number),
                published_at: at(post.at_ms),
                kind: kinds::kind(account.platform, post.at_ms),
                reactions: FigureTruth::Known(post.reactions),
                comments: match account.direct_replies(number) as u64 {
                    // Where replies are restricted, having none means nothing.
                    0 if account.replies_restricted => {
                        FigureTruth::Missing(MissingReason::RepliesRestricted)
                    }
                    comments => FigureTruth::Known(comments),
                },
                shares: FigureTruth::Known(post.reposts + if quotes { post.quotes } else { 0 }),
                views: FigureTruth::Missing(MissingReason::NotGivenByPlatform),
                continues: post.continues.map(&id),
            });
            threads.extend(post.threads.iter().map(|thread| ThreadTruth {
                post_id: id(number),
                root_id: id(bluesky::root(account, number)),
                opened_at: at(thread.opened_ms),
                replied_at: thread.replied_ms().map(at),
            }));
            let cut_here = account.replies_restricted
                || account.platform == Platform::Mastodon
                    && !mastodon::context_is_whole(account, number);
            if cut_here {
                cut.push(id(number));
            }
        }
        let reason = match account.replies_restricted {
            true => MissingReason::RepliesRestricted,
            false => MissingReason::Truncated,
        };
        SocialTruth {
            followers: figure(account.followers, account.hides_counts),
            following: figure(account.following, account.hides_counts),
            posts_total: figure(account.posts_total, false),
            posts,
            threads,
            dialogue_missing: cut.is_empty().not().then_some(DialogueMissing {
                reason,
                post_ids: cut,
                unless_post_ids: Vec::new(),
            }),
            ..SocialTruth::without_figures(outcome, account.case)
        }
    }

    fn social_outcome(&self, account: &SocialAccount) -> Outcome {
        if account.platform == Platform::Mastodon {
            match self.instances[usize::from(account.instance)].kind {
                InstanceKind::Gone => return Outcome::Absent(Absent::DnsNxdomain),
                InstanceKind::OtherSoftware => return Outcome::Absent(Absent::NotThisPlatform),
                _ => {}
            }
        }
        // What WebFinger tells is told before any login is asked for.
        match account.fate {
            Fate::NotFound => return Outcome::Absent(Absent::NotFound),
            Fate::Gone => return Outcome::Absent(Absent::Gone),
            _ => {}
        }
        if account.platform == Platform::Mastodon
            && self.instances[usize::from(account.instance)].kind == InstanceKind::LoginRequired
        {
            return Outcome::Forbidden(Forbidden::LoginRequired);
        }
        match account.fate {
            Fate::Sound | Fate::Limited => Outcome::Measured,
            Fate::NotFound => Outcome::Absent(Absent::NotFound),
            Fate::Gone => Outcome::Absent(Absent::Gone),
            Fate::Suspended => Outcome::Absent(Absent::Suspended),
            Fate::Deactivated => Outcome::Absent(Absent::Deactivated),
            Fate::MovedTo(_) => Outcome::Absent(Absent::Moved),
            Fate::OptedOut => Outcome::Forbidden(Forbidden::OptedOut),
        }
    }

    /// Corrections in the registry's format: the simulated website of every collectivity.
    pub fn registry_csv(&self) -> String {
        let mut csv = String::from("collectivity,field,value,note\n");
        for body in &self.bodies {
            let url = match &body.declared {
                Declared::Nothing => "",
                Declared::NotASite { url, .. } | Declared::Site { url, .. } => url,
            };
            let key = body.collectivity.collectivity_id.as_str();
            csv.push_str(&format!("{key},website,{url},simulated\n"));
        }
        csv
    }
}

fn linked(link: &Linked, expected: Expected, measure: Option<SocialTruth>) -> AccountTruth {
    AccountTruth {
        platform: link.platform,
        handle: link.handle.to_string(),
        href: link.href.to_string(),
        expected,
        measure,
    }
}

/// `http://www.x.test:8480/a/` becomes `www.x.test:8480/a`.
fn handle(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_end_matches('/').to_owned()
}

/// Host of a URL, without port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

/// The last two labels: all sites that redirect are directly under `.test`.
fn registrable(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.').skip(1).map(|(at, _)| at + 1);
    dots.next().map_or(host, |at| &host[at..])
}
