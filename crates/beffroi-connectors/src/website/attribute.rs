//! Which of the links that a page bears lead to accounts of the collectivity itself, and how sure
//! that is.
//!
//! Rule: where a link stands says how much it is worth, whom its handle names says whether it is
//! ours. Under a foreign roof (a shared host, the portal of an EPCI) only the name counts: the
//! template's accounts are the host's.

use std::{collections::HashMap, sync::LazyLock};

use aho_corasick::AhoCorasick;
use beffroi_model::{
    AccountFind, AccountRef, Category, CollectivityId, Confidence, Evidence, FindMethod, Platform,
    fold_name,
};
use url::Url;

use super::{
    addresses::{is_share_button, stays_on},
    facts::{PageFacts, Zone},
    json_ld,
    names::{CIVIC_HANDLE_WORDS, Handle, NameMatch, Names},
    parked::has_words,
};
use crate::accounts::{self, Parsed, Strength};

/// Evidence kept of one account.
const MAX_EVIDENCE: usize = 8;
/// Accounts looked at of one site: a page of associations may hold a hundred before its footer.
const MAX_SEEN: usize = 600;
/// Accounts kept of one site, the surest; more is a directory, not a body.
const MAX_ACCOUNTS: usize = 60;
/// Addresses looked for in a page's inline data.
const MAX_INLINE_ADDRESSES: usize = 200;

/// Parts of handles of bodies, vendors and services that every site may link to, folded without
/// spaces. Whoever bears one is not the collectivity, unless its own name holds the part.
const SOMEBODY_ELSE: [&str; 40] = [
    "gouvernement",
    "servicepublic",
    "elysee",
    "prefet",
    "prefecture",
    "gendarmerie",
    "policenationale",
    "meteofrance",
    "santepublique",
    "franceservices",
    "ademe",
    "agencewifi",
    "tourisme",
    "sdis",
    "pompiers",
    "mediatheque",
    "bibliotheque",
    "comitedesfetes",
    "ecole",
    "college",
    "association",
    "panneaupocket",
    "intramuros",
    "illiwap",
    "citykomi",
    "lumiplan",
    "neocity",
    "inovagora",
    "creasit",
    "stratis",
    "kreapublic",
    "campagnol",
    "reseaudescommunes",
    "neopse",
    "emonsite",
    "elegantthemes",
    "agence",
    "webdesign",
    "studio",
    "digital",
];

/// Words of a link's text by which a maker signs, folded.
const MAKERS_WORDS: [&str; 8] = [
    "realisation",
    "realise par",
    "creation",
    "conception",
    "agence",
    "developpe par",
    "propulse par",
    "webmaster",
];

/// Words of a link's text that name another body or an association, folded.
const OTHERS_WORDS: [&str; 15] = [
    "communaute",
    "intercommunalite",
    "agglomeration",
    "agglo",
    "ca",
    "cc",
    "cu",
    "metropole",
    "departement",
    "region",
    "prefecture",
    "office",
    "association",
    "club",
    "partenaire",
];

/// Whose site a page is, as far as its address tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Roof {
    /// The body's own.
    Own,
    /// A part of somebody else's: a shared host, the portal of an EPCI.
    Foreign,
}

/// A body whose accounts are looked for.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) collectivity_id: CollectivityId,
    pub(super) names: Names,
    /// Whether its name is known for sure; a name guessed from the page can only speak for an
    /// account, never against it.
    pub(super) is_known: bool,
}

/// An account and where it was seen.
#[derive(Debug, Clone)]
struct Sighting {
    account: AccountRef,
    handle: Handle,
    strength: Strength,
    base: f32,
    evidence: Vec<Evidence>,
    /// Whether the words beside a link name the body, or its maker.
    label: Label,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Silent,
    NamesBody,
    NamesMaker,
    NamesOther,
}

/// Gathers the accounts of a site, page by page.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    sightings: Vec<Sighting>,
    by_account: HashMap<(Platform, String), usize>,
}

impl Gatherer {
    /// Takes the links of a page.
    pub(super) fn add_page(&mut self, facts: &PageFacts, page: &Url, base: &Url, owners: &[Owner]) {
        let known = self.sightings.len();
        let mut page = PageGatherer {
            gatherer: self,
            page: page.as_str(),
            base,
            owners,
        };
        page.links(facts);
        page.data(facts);
        page.metas(facts);
        page.embeds(facts);
        if page.gatherer.sightings.len() == known {
            page.inline_data(facts);
        }
    }

    /// Takes an account to which the address itself led.
    pub(super) fn add_redirect(&mut self, parsed: &Parsed, page: &str) {
        self.see(parsed, page, FindMethod::Redirect, 0.95, Label::NamesBody);
    }

    fn see(&mut self, parsed: &Parsed, page: &str, how: FindMethod, base: f32, label: Label) {
        let Some(account) = parsed.account() else {
            return;
        };
        if account.platform == Platform::Website {
            return;
        }
        let key = (account.platform, account.handle.clone());
        let evidence = Evidence {
            page: page.to_owned(),
            how,
        };
        if let Some(index) = self.by_account.get(&key) {
            let sighting = &mut self.sightings[*index];
            sighting.base = sighting.base.max(base);
            sighting.strength = sighting.strength.max(parsed.strength);
            if sighting.label == Label::Silent || label == Label::NamesBody {
                sighting.label = label;
            }
            let is_new = !sighting.evidence.contains(&evidence);
            if is_new && sighting.evidence.len() < MAX_EVIDENCE {
                sighting.evidence.push(evidence);
            }
            return;
        }
        if self.sightings.len() >= MAX_SEEN {
            return;
        }
        self.by_account.insert(key, self.sightings.len());
        let spelling = parsed.spelling.clone().unwrap_or_default();
        // The port of an instance is no postcode.
        let is_hosted = matches!(account.platform, Platform::Mastodon | Platform::Peertube);
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let handle = match account.handle.rsplit_once(':') {
            Some((handle, port)) if is_hosted && is_port(port) => handle,
            _ => account.handle.trim_end_matches(".bsky.social"),
        };
        self.sightings.push(Sighting {
            handle: Handle::new(format!("{handle} {spelling}")),
            account,
            strength: parsed.strength,
            base,
            evidence: vec![evidence],
            label,
        });
    }

    /// The accounts found, each for the body to which it most likely belongs, surest first.
    pub(super) fn finds(&self, owners: &[Owner], roof: Roof) -> Vec<AccountFind> {
        let mut finds: Vec<AccountFind> = self
            .sightings
            .iter()
            .filter_map(|sighting| {
                let judged = owners
                    .iter()
                    .map(|owner| (owner, judge(sighting, owner, roof)));
                let (owner, confidence) = judged.max_by(|a, b| a.1.total_cmp(&b.1))?;
                Some(AccountFind {
                    collectivity_id: owner.collectivity_id.clone(),
                    account: sighting.account.clone(),
                    confidence: Confidence::new(confidence),
                    evidence: sighting.evidence.clone(),
                })
            })
            .collect();
        finds.sort_by(|a, b| {
            b.confidence
                .value()
                .total_cmp(&a.confidence.value())
                .then_with(|| a.account.platform.cmp(&b.account.platform))
                .then_with(|| a.account.handle.cmp(&b.account.handle))
        });
        finds.truncate(MAX_ACCOUNTS);
        finds
    }
}

struct PageGatherer<'a> {
    gatherer: &'a mut Gatherer,
    page: &'a str,
    base: &'a Url,
    owners: &'a [Owner],
}

impl PageGatherer<'_> {
    fn links(&mut self, facts: &PageFacts) {
        let found: Vec<(usize, Parsed)> = facts
            .links
            .iter()
            .enumerate()
            .filter(|(_, link)| link.is_external && !link.shares && !is_share_button(&link.href))
            .filter_map(|(index, link)| {
                let parsed = self.parse(&link.href)?;
                parsed.account().is_some().then_some((index, parsed))
            })
            .collect();
        for (at, (index, parsed)) in found.iter().enumerate() {
            let link = &facts.links[*index];
            // Icons of several networks side by side are a block of networks, whatever its tags.
            // In a footer they may as well be the maker's.
            let is_beside = |other: Option<&(usize, Parsed)>| {
                other.is_some_and(|(there, neighbour)| {
                    there.abs_diff(*index) <= 2 && neighbour.platform != parsed.platform
                })
            };
            let before = at.checked_sub(1).and_then(|before| found.get(before));
            let in_cluster = is_beside(before) || is_beside(found.get(at + 1));
            let zone = match link.zone {
                Zone::Body if in_cluster => Zone::Header,
                zone => zone,
            };
            let (how, base) = if link.rel_me {
                (FindMethod::RelMe, 0.9)
            } else if link.same_as {
                (FindMethod::Microdata, 0.8)
            } else {
                by_zone(zone, parsed)
            };
            let label = self.label(&link.label);
            self.gatherer.see(parsed, self.page, how, base, label);
        }
    }

    fn data(&mut self, facts: &PageFacts) {
        for found in json_ld::same_as(&facts.json_ld) {
            let Some(parsed) = self.parse(&found.href) else {
                continue;
            };
            let names_us = found
                .node
                .name
                .as_ref()
                .is_some_and(|name| self.owners.iter().any(|owner| owner.names.fit(name)));
            let is_unnamed_owner = self.owners.iter().any(|owner| !owner.is_known);
            let is_at_home =
                found.node.is_at(self.base) || is_unnamed_owner && found.node.is_governmental();
            let base = match (found.node.is_body(), names_us, is_at_home) {
                (true, true, _) => 0.95,
                (true, false, true) => 0.8,
                (true, false, false) if found.node.name.is_none() => 0.75,
                (true, false, false) | (false, true, _) => 0.55,
                (false, false, _) => 0.4,
            };
            let label = if names_us {
                Label::NamesBody
            } else {
                Label::Silent
            };
            self.gatherer
                .see(&parsed, self.page, FindMethod::JsonLd, base, label);
        }
    }

    fn metas(&mut self, facts: &PageFacts) {
        for meta in &facts.metas {
            let content = meta.content.as_str();
            let addresses: Vec<String> = match meta.name.as_str() {
                "twitter:site" | "twitter:creator" => {
                    let name = content.trim_start_matches('@');
                    let address = if name.contains('/') {
                        name.to_owned()
                    } else {
                        format!("https://x.com/{name}")
                    };
                    vec![address]
                }
                "article:publisher" | "article:author" | "og:see_also" | "fediverse:creator" => {
                    vec![content.to_owned()]
                }
                "fb:pages" => content
                    .split(',')
                    .map(str::trim)
                    .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
                    .map(|id| format!("https://www.facebook.com/{id}"))
                    .collect(),
                name if name.starts_with("al:") => content
                    .strip_prefix("fb://page/")
                    .map(|id| format!("https://www.facebook.com/{}", id.trim_end_matches("?id=")))
                    .into_iter()
                    .collect(),
                _ => Vec::new(),
            };
            let base = if meta.name == "article:author" {
                0.5
            } else {
                0.7
            };
            for address in addresses {
                let parsed = accounts::parse(&address);
                self.gatherer
                    .see(&parsed, self.page, FindMethod::Meta, base, Label::Silent);
            }
        }
    }

    fn embeds(&mut self, facts: &PageFacts) {
        for address in facts.iframes.iter().chain(&facts.widgets) {
            if let Some(parsed) = self.parse(address) {
                self.gatherer
                    .see(&parsed, self.page, FindMethod::Widget, 0.7, Label::Silent);
            }
        }
        for feed in &facts.feeds {
            if let Some(parsed) = self.parse(&feed.href) {
                self.gatherer
                    .see(&parsed, self.page, FindMethod::Feed, 0.7, Label::Silent);
            }
        }
        for script in &facts.assets {
            // A script that bears an account is a widget of an alert app.
            if let Some(parsed) = self.parse(script)
                && parsed.platform.is_some_and(Platform::is_presence_only)
            {
                self.gatherer
                    .see(&parsed, self.page, FindMethod::Widget, 0.7, Label::Silent);
            }
        }
    }

    /// A page whose links lead to no account may hold its content as data for a script.
    fn inline_data(&mut self, facts: &PageFacts) {
        for block in &facts.inline_json {
            let plain = block
                .replace("\\/", "/")
                .replace("\\u002F", "/")
                .replace("\\\"", "\"");
            let addresses = plain.match_indices("http").take(MAX_INLINE_ADDRESSES);
            for (start, _) in addresses {
                let rest = &plain[start..];
                let end = rest
                    .find(['"', '\'', '\\', ' ', '<', ','])
                    .unwrap_or(rest.len());
                if let Some(parsed) = self.parse(&rest[..end]) {
                    self.gatherer
                        .see(&parsed, self.page, FindMethod::Script, 0.6, Label::Silent);
                }
            }
        }
    }

    fn parse(&self, href: &str) -> Option<Parsed> {
        if stays_on(href, self.base) {
            return None;
        }
        let url = self.base.join(href).ok()?;
        // Another port is another server: many an instance lives beside the site.
        let is_here = url.host_str() == self.base.host_str()
            && url.port_or_known_default() == self.base.port_or_known_default();
        (!is_here || !matches!(url.scheme(), "http" | "https")).then(|| accounts::parse_url(&url))
    }

    fn label(&self, label: &str) -> Label {
        if label.is_empty() {
            return Label::Silent;
        }
        let folded = fold_name(label);
        if MAKERS_WORDS.iter().any(|word| folded.contains(word)) {
            Label::NamesMaker
        } else if self.owners.iter().any(|owner| owner.names.are_in(&folded))
            || folded.contains("mairie")
        {
            Label::NamesBody
        } else if self.names_other(&folded) {
            Label::NamesOther
        } else {
            Label::Silent
        }
    }

    fn names_other(&self, label: &str) -> bool {
        let bears = |word: &&&str| has_words(label, word);
        OTHERS_WORDS.iter().filter(bears).any(|word| {
            let is_own = |owner: &Owner| owner.names.is_of_kind(word);
            !self.owners.iter().any(is_own)
        })
    }
}

/// What an anchor is worth where it stands. The collectivity's own page of an alert app is worth
/// as much in a text: nobody else's page of it is put on a town's site, gendarmeries apart.
fn by_zone(zone: Zone, parsed: &Parsed) -> (FindMethod, f32) {
    let is_app = parsed.platform.is_some_and(Platform::is_presence_only);
    match zone {
        Zone::Social => (FindMethod::Anchor, 0.8),
        Zone::Header | Zone::Footer | Zone::Nav => (FindMethod::Anchor, 0.75),
        Zone::Body if is_app => (FindMethod::Anchor, 0.7),
        Zone::Body => (FindMethod::BodyAnchor, 0.6),
        Zone::Article | Zone::Share if is_app => (FindMethod::BodyAnchor, 0.6),
        Zone::Article | Zone::Share => (FindMethod::BodyAnchor, 0.4),
    }
}

fn judge(sighting: &Sighting, owner: &Owner, roof: Roof) -> f32 {
    let names = &owner.names;
    let handle = &sighting.handle;
    let compact = handle.compact.as_str();
    let mut confidence = match sighting.strength {
        Strength::Strong => sighting.base,
        Strength::Candidate => sighting.base * 0.85,
        Strength::Weak => sighting.base * 0.6,
    };
    // The same link in a text and in a menu is one witness, not two.
    let is_other_witness = |evidence: &&Evidence| {
        evidence.how != sighting.evidence[0].how
            && !matches!(evidence.how, FindMethod::Anchor | FindMethod::BodyAnchor)
    };
    if sighting
        .evidence
        .iter()
        .any(|evidence| is_other_witness(&evidence))
    {
        confidence += 0.05;
    }

    let matched = names.compare(handle);
    let has_code = names.codes_are_in(&handle.spelling);
    let is_ambiguous = names.are_ambiguous() && !has_code && confidence < 0.7;
    let boost = match matched {
        NameMatch::Whole if is_ambiguous && !bears_civic_word(compact) => 0.0,
        NameMatch::Whole => 0.5,
        NameMatch::Part => 0.2,
        NameMatch::None => 0.0,
    };
    let boost = if has_code {
        f32::max(boost, 0.4)
    } else {
        boost
    };
    confidence += (1.0 - confidence) * boost;

    let is_unnamed = matched == NameMatch::None && !has_code && sighting.label != Label::NamesBody;
    let is_known = owner.is_known && names.are_known();
    let is_opaque = is_opaque(sighting);
    if is_known && is_unnamed && !is_opaque && !bears_own_kind(compact, names.category()) {
        confidence *= if sighting.base >= 0.8 { 0.85 } else { 0.65 };
    }
    let mut cap = |limit: f32| confidence = confidence.min(limit);
    let names_somebody = matches!(sighting.label, Label::NamesMaker | Label::NamesOther);
    if names_somebody && matched != NameMatch::Whole {
        cap(0.2);
    }
    if is_somebody_else(compact, names) {
        cap(if matched == NameMatch::Whole {
            0.45
        } else {
            0.1
        });
    }
    if is_other_kind(compact, names, matched) {
        cap(if matched == NameMatch::None {
            0.2
        } else {
            0.45
        });
    }
    let may_name_another = matched == NameMatch::None && !has_code && !is_opaque;
    if is_known && may_name_another && names_another(compact, names.category()) {
        cap(0.3);
    }
    if names.foreign_code_in(&handle.spelling) && !is_opaque {
        cap(0.3);
    }
    if roof == Roof::Foreign && matched != NameMatch::Whole && !has_code {
        cap(0.3);
    }
    confidence.min(0.98)
}

/// Whether a handle says nothing of its owner: a number, an id.
fn is_opaque(sighting: &Sighting) -> bool {
    let account = &sighting.account;
    // A number may come with the name that the address spells beside it.
    let handle = sighting.handle.spelling.as_str();
    let letters = handle.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = handle.bytes().filter(u8::is_ascii_digit).count();
    let is_channel =
        account.platform == Platform::Youtube && account.url.path().contains("/channel/");
    let is_code = matches!(
        account.platform,
        Platform::Whatsapp | Platform::Signal | Platform::Discord
    );
    is_channel || is_code || digits >= 6 && letters < 4
}

fn bears_civic_word(compact: &str) -> bool {
    CIVIC_HANDLE_WORDS.iter().any(|word| compact.contains(word))
}

fn is_somebody_else(compact: &str, names: &Names) -> bool {
    // All of them in one pass: most handles bear none.
    static PARTS: LazyLock<AhoCorasick> =
        LazyLock::new(|| AhoCorasick::new(SOMEBODY_ELSE).expect("few and short words"));
    PARTS
        .find_overlapping_iter(compact)
        .any(|part| !names.hold(SOMEBODY_ELSE[part.pattern().as_usize()]))
}

/// Whether the handle bears the words of another kind of body than this one.
fn is_other_kind(compact: &str, names: &Names, matched: NameMatch) -> bool {
    let others: &[&str] = match names.category() {
        None => return false,
        Some(Category::Commune) => &[
            "agglo",
            "communaute",
            "comcom",
            "metropole",
            "departement",
            "region",
            "paysde",
        ],
        Some(
            Category::Metropole
            | Category::CommunauteUrbaine
            | Category::CommunauteAgglomeration
            | Category::CommunauteCommunes
            | Category::EtablissementPublicTerritorial,
        ) => &["mairie", "villede"],
        Some(Category::Departement) => &["mairie", "villede", "region", "agglo"],
        Some(
            Category::Region
            | Category::CollectiviteTerritorialeUnique
            | Category::CollectiviteOutreMer,
        ) => &["mairie", "villede", "agglo"],
    };
    let bears = others
        .iter()
        .any(|word| compact.contains(word) && !names.hold(word));
    let is_short_epci = matched == NameMatch::None
        && names.category() == Some(Category::Commune)
        && compact.starts_with("cc");
    bears || is_short_epci
}

/// Whether the handle bears the word of the body's own kind. Bodies of which there are few may put
/// it beside an abbreviation: `departement45`.
fn bears_own_kind(compact: &str, category: Option<Category>) -> bool {
    let word = match category {
        Some(Category::Departement) => "departement",
        Some(Category::Metropole) => "metropole",
        Some(Category::Region) => "region",
        Some(Category::CommunauteAgglomeration) => "agglo",
        Some(
            Category::Commune
            | Category::CommunauteUrbaine
            | Category::CommunauteCommunes
            | Category::EtablissementPublicTerritorial
            | Category::CollectiviteTerritorialeUnique
            | Category::CollectiviteOutreMer,
        )
        | None => return false,
    };
    compact.contains(word)
}

/// Whether the handle is `mairie` or `ville` of something, which is not this body.
fn names_another(compact: &str, category: Option<Category>) -> bool {
    if bears_own_kind(compact, category) {
        return false;
    }
    let mut rest = compact.to_owned();
    for word in CIVIC_HANDLE_WORDS {
        if rest.contains(word) {
            rest = rest.replace(word, "");
        }
    }
    rest.len() < compact.len() && rest.bytes().filter(u8::is_ascii_alphabetic).count() >= 4
}
