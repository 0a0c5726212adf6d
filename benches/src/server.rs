//! The server that all compete for: made-up towns at addresses of 127.0.0.0/8, a Bluesky AppView,
//! and a count of what was asked. Answers are templates in memory, so that it never is the bottleneck.
//! They are sent as they are, or compressed as nearly all of the web is.

use std::{
    convert::Infallible,
    io::Write as _,
    net::Ipv4Addr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{feeds, pages};

/// Where the number of requests answered so far is read, itself not counted.
pub const COUNT: &str = "/_count";

/// Asked for, the pages and answers are sent as they are from then on.
pub const PLAIN: &str = "/_plain";

/// Asked for, they are sent with gzip.
pub const GZIP: &str = "/_gzip";

/// Towns whose pages are kept compressed. To compress each anew would make the server the bottleneck;
/// the others' pages name these towns.
pub const COMPRESSED_TOWNS: usize = 64;

const ROBOTS: &str = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n\
                      Disallow: /*?s=\n\nUser-agent: AhrefsBot\nDisallow: /\n";

/// Towns that one address block holds: the last byte is neither 0 nor 255.
const PER_BLOCK: usize = 250;

/// Letters of a town's name.
const NAME_LETTERS: usize = 6;

/// A name that stands in the templates for that of a town.
const MARK: &str = "qqqqqq";

/// The address of a town's own server.
pub fn address(number: usize) -> Ipv4Addr {
    let byte = |value: usize| u8::try_from(value).expect("there are not that many towns");
    let (block, last) = (number / PER_BLOCK, number % PER_BLOCK);
    Ipv4Addr::new(
        127,
        byte(1 + block / PER_BLOCK),
        byte(block % PER_BLOCK),
        byte(1 + last),
    )
}

/// A town's name: its number, a letter for each digit, so that it can stand in any handle.
pub fn town(number: usize) -> String {
    format!("{number:0NAME_LETTERS$}")
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

/// Serves at a free port of all addresses of loopback, for as long as the second value is held.
pub async fn serve() -> anyhow::Result<(u16, JoinSet<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    let port = listener.local_addr()?.port();
    let mut tasks = JoinSet::new();
    tasks.spawn(accept(listener, Arc::new(Site::new())));
    Ok((port, tasks))
}

async fn accept(listener: TcpListener, site: Arc<Site>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let is_loopback = stream
            .local_addr()
            .is_ok_and(|local| local.ip().is_loopback());
        if is_loopback {
            connections.spawn(connection(stream, Arc::clone(&site)));
        }
    }
}

async fn connection(stream: TcpStream, site: Arc<Site>) {
    // Without it answers would wait for acknowledgements; it cannot fail on a fresh connection.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let answer = site.answer(&request);
        async { Ok::<_, Infallible>(answer) }
    });
    // A client that goes away in the middle is no matter.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// All answers, ready but for the town's name.
struct Site {
    home: Page,
    likely: Vec<(&'static str, Page)>,
    feed: Page,
    profile: Template,
    author_feed: Template,
    count: AtomicU64,
    is_gzip: AtomicBool,
}

impl Site {
    fn new() -> Self {
        let page = |title: &str| Page::new(pages::page(MARK, title));
        Self {
            home: page("Accueil"),
            likely: pages::LIKELY_PAGES
                .iter()
                .map(|(path, title)| (*path, page(title)))
                .collect(),
            feed: Page::new(pages::feed(MARK)),
            profile: Template::new(feeds::profile(MARK)),
            author_feed: Template::new(feeds::feed(MARK, Timestamp::now())),
            count: AtomicU64::new(0),
            is_gzip: AtomicBool::new(false),
        }
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        const HTML: &str = "text/html; charset=UTF-8";
        let (path, query) = (
            request.uri().path(),
            request.uri().query().unwrap_or_default(),
        );
        match path {
            COUNT => {
                let count = self.count.load(Ordering::Relaxed);
                return answer("text/plain", count.to_string().into());
            }
            PLAIN | GZIP => {
                self.is_gzip.store(path == GZIP, Ordering::Relaxed);
                return answer("text/plain", Bytes::new());
            }
            _ => self.count.fetch_add(1, Ordering::Relaxed),
        };
        let page = |page: &Page, media_type| {
            let host = request.headers().get(HOST);
            let host = host.and_then(|host| host.to_str().ok());
            self.page(
                page,
                media_type,
                host.and_then(number_at).unwrap_or_default(),
            )
        };
        if let Some((_, likely)) = self.likely.iter().find(|(likely, _)| *likely == path) {
            return page(likely, HTML);
        }
        match path {
            "/" => page(&self.home, HTML),
            "/robots.txt" => answer("text/plain; charset=utf-8", ROBOTS.into()),
            pages::FEED => page(&self.feed, "application/rss+xml; charset=UTF-8"),
            "/xrpc/app.bsky.actor.getProfiles" => self.json(self.profiles(query)),
            "/xrpc/app.bsky.feed.getAuthorFeed" => {
                let did = query
                    .split('&')
                    .find_map(|pair| pair.strip_prefix("actor="));
                let letters = did
                    .and_then(|did| did.rsplit("%3A").next())
                    .unwrap_or_default();
                let town = letters.get(..NAME_LETTERS).unwrap_or(MARK);
                self.json(self.author_feed.filled(town))
            }
            // The other pages of the menu, which only a crawler without a plan asks for.
            other if other.starts_with("/rubrique-") || other.starts_with("/actualites/") => {
                page(&self.home, HTML)
            }
            _ => {
                let mut nothing = answer(HTML, "<h1>404</h1>".into());
                *nothing.status_mut() = StatusCode::NOT_FOUND;
                nothing
            }
        }
    }

    fn page(&self, page: &Page, media_type: &'static str, number: usize) -> Response<Full<Bytes>> {
        if self.is_gzip.load(Ordering::Relaxed) {
            return gzipped(answer(media_type, page.gzipped(number)));
        }
        answer(media_type, page.template.filled(&town(number)).into())
    }

    fn json(&self, body: Vec<u8>) -> Response<Full<Bytes>> {
        const JSON: &str = "application/json; charset=utf-8";
        if self.is_gzip.load(Ordering::Relaxed) {
            return gzipped(answer(JSON, gzip(&body, Compression::fast())));
        }
        answer(JSON, body.into())
    }

    fn profiles(&self, query: &str) -> Vec<u8> {
        let mut out = b"{\"profiles\":[".to_vec();
        for pair in query.split('&') {
            let handle = pair.strip_prefix("actors=mairie-").unwrap_or_default();
            let Some(town) = handle.get(..NAME_LETTERS) else {
                continue;
            };
            if out.last() == Some(&b'}') {
                out.push(b',');
            }
            out.extend(self.profile.filled(town));
        }
        out.extend(b"]}");
        out
    }
}

/// The number of the town at an address, the reverse of [`address`].
fn number_at(host: &str) -> Option<usize> {
    let address: Ipv4Addr = host.split(':').next()?.parse().ok()?;
    let [_, first, second, last] = address.octets().map(usize::from);
    let block = first.checked_sub(1)? * PER_BLOCK + second;
    Some(block * PER_BLOCK + last.checked_sub(1)?)
}

fn answer(content_type: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn gzipped(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let headers = response.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

fn gzip(body: &[u8], level: Compression) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    written.expect("a vector takes all bytes").into()
}

/// A page, plain and compressed.
struct Page {
    template: Template,
    compressed: OnceLock<Vec<Bytes>>,
}

impl Page {
    fn new(text: String) -> Self {
        Self {
            template: Template::new(text),
            compressed: OnceLock::new(),
        }
    }

    fn gzipped(&self, number: usize) -> Bytes {
        let compressed = self.compressed.get_or_init(|| {
            let page = |number| self.template.filled(&town(number));
            (0..COMPRESSED_TOWNS)
                .map(|number| gzip(&page(number), Compression::default()))
                .collect()
        });
        compressed[number % COMPRESSED_TOWNS].clone()
    }
}

/// A text in which the town's name is to be put at known places.
struct Template {
    text: Vec<u8>,
    marks: Vec<usize>,
}

impl Template {
    fn new(text: String) -> Self {
        let marks = text.match_indices(MARK).map(|(at, _)| at).collect();
        Self {
            text: text.into_bytes(),
            marks,
        }
    }

    /// `town` is as long as the mark.
    fn filled(&self, town: &str) -> Vec<u8> {
        let mut text = self.text.clone();
        for &mark in &self.marks {
            text[mark..mark + MARK.len()].copy_from_slice(town.as_bytes());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn towns_and_addresses_go_both_ways() {
        for number in [0, 1, 249, 250, 62_499, 62_500, 200_000] {
            let host = format!("{}:8080", address(number));
            assert_eq!(number_at(&host), Some(number), "{host}");
        }
        assert_eq!(town(305), "aaadaf");
        assert_eq!(number_at("127.0.0.1:8080"), None);
    }

    #[test]
    fn a_filled_template_is_the_page_itself() {
        let template = Template::new(pages::page(MARK, "Contact"));
        let filled = String::from_utf8(template.filled("aaabcd")).unwrap();
        assert_eq!(filled, pages::page("aaabcd", "Contact"));
    }

    #[tokio::test]
    async fn towns_answer_and_requests_are_counted() {
        let (port, _serving) = serve().await.unwrap();
        let client = crate::plain::client().unwrap();
        let get = async |path: &str| {
            let url = format!("http://{}:{port}{path}", address(7));
            client.get(url).send().await.unwrap().text().await.unwrap()
        };
        assert!(get("/").await.contains("sainte.epreuve.aaaaah"));
        assert!(get("/feed/").await.contains("<rss"));
        assert!(get("/nowhere").await.contains("404"));
        assert_eq!(get(COUNT).await, "3");
        let profiles = get("/xrpc/app.bsky.actor.getProfiles?actors=mairie-aaaaab.bsky.social&actors=mairie-aaaaac.bsky.social").await;
        let profiles: serde_json::Value = serde_json::from_str(&profiles).unwrap();
        assert_eq!(profiles["profiles"][1]["did"], feeds::did("aaaaac"));

        get(GZIP).await;
        assert!(get("/").await.contains("sainte.epreuve.aaaaah"));
        let url = format!("http://{}:{port}/", address(7));
        let as_sent = reqwest::Client::builder().no_gzip().build().unwrap();
        let compressed = as_sent.get(url).send().await.unwrap();
        let compressed = compressed.bytes().await.unwrap();
        assert!(compressed.len() < pages::PAGE_BYTES / 3);
    }
}
