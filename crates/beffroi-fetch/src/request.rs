//! What is asked of the polite client and what it gives back.

use beffroi_model::{BodyHash, FetchRecord};
use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
    HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE, USER_AGENT,
};
use url::Url;

use crate::{
    BudgetSpec,
    post::{Post, Repeat},
};

/// The kind of document expected: it rules the byte limit and the `Accept` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Document {
    /// An HTML page.
    Page,
    /// A feed.
    Feed,
    /// A sitemap.
    Sitemap,
    /// A JSON answer of an API.
    Json,
}

impl Document {
    /// The `Accept` header of a request for it.
    pub(crate) fn accept(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Page => "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
            Self::Feed => {
                "application/atom+xml, application/rss+xml, application/feed+json, \
                 application/xml;q=0.9, */*;q=0.1"
            }
            Self::Sitemap => "application/xml, text/xml;q=0.9, text/plain;q=0.8, */*;q=0.1",
            Self::Json => "application/json, application/activity+json;q=0.9, */*;q=0.1",
        })
    }
}

/// Whether robots.txt is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RobotsPolicy {
    /// Pages of websites: robots.txt decides (RFC 9309).
    Obey,
    /// Documented APIs and `/.well-known/` addresses, which are made for programs.
    PublicApi,
}

/// Validators of an earlier answer, for a conditional request.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    /// `ETag`, as received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified`, as received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// One GET; or one POST, of an API.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) url: Url,
    pub(crate) document: Document,
    pub(crate) robots: RobotsPolicy,
    pub(crate) budget: Option<BudgetSpec>,
    pub(crate) validators: Validators,
    pub(crate) headers: HeaderMap,
    pub(crate) post: Option<Post>,
    pub(crate) redirects: Vec<Url>,
}

impl Request {
    /// A page, feed or sitemap of a website: robots.txt is obeyed, the host's pace holds.
    pub fn site(url: Url, document: Document) -> Self {
        Self {
            url,
            document,
            robots: RobotsPolicy::Obey,
            budget: None,
            validators: Validators::default(),
            headers: HeaderMap::new(),
            post: None,
            redirects: Vec::new(),
        }
    }

    /// A call of a documented API, within `budget` for its host and port.
    pub fn api(url: Url, budget: BudgetSpec) -> Self {
        Self {
            url,
            document: Document::Json,
            robots: RobotsPolicy::PublicApi,
            budget: Some(budget),
            validators: Validators::default(),
            headers: HeaderMap::new(),
            post: None,
            redirects: Vec::new(),
        }
    }

    /// A POST to a documented API, within `budget` for its host and port. The body stands in no
    /// record and no log, and so may hold a secret. An answer that sends it elsewhere fails as
    /// [`Failed::BadRedirect`](beffroi_model::Failed::BadRedirect): no other server is handed it.
    pub fn api_post(
        url: Url,
        budget: BudgetSpec,
        media_type: &'static str,
        body: impl Into<Bytes>,
        repeat: Repeat,
    ) -> Self {
        Self {
            post: Some(Post {
                media_type: HeaderValue::from_static(media_type),
                body: body.into(),
                is_secret: false,
                repeat,
            }),
            ..Self::api(url, budget)
        }
    }

    /// Says that what the POST carries is a secret, which no tape may hold.
    #[must_use]
    pub fn with_secret_body(mut self) -> Self {
        if let Some(post) = &mut self.post {
            post.is_secret = true;
        }
        self
    }

    /// What the POST carries, as a tape may hold it.
    pub(crate) fn asked(&self) -> Option<Bytes> {
        let post = self.post.as_ref()?;
        Some(match post.is_secret {
            true => Bytes::new(),
            false => post.body.clone(),
        })
    }

    /// Makes the request conditional.
    #[must_use]
    pub fn if_changed_since(mut self, validators: Validators) -> Self {
        self.validators = validators;
        self
    }

    /// Goes on where another lane's client stopped: these addresses have redirected to this one already
    /// ([`FetchError::redirects`](crate::FetchError::redirects)). They count, and are part of a loop.
    #[must_use]
    pub fn redirected_from(mut self, redirects: Vec<Url>) -> Self {
        self.redirects = redirects;
        self
    }

    /// The headers to send. What the client must rule itself is not a caller's to set: an own
    /// `Accept-Encoding` or `Range` would bring what is not undone or not the whole, and the name
    /// by which servers know us is one.
    pub(crate) fn all_headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        for name in [ACCEPT_ENCODING, RANGE, USER_AGENT, HOST] {
            headers.remove(name);
        }
        headers
            .entry(ACCEPT)
            .or_insert_with(|| self.document.accept());
        headers
            .entry(ACCEPT_LANGUAGE)
            .or_insert(HeaderValue::from_static("fr"));
        let validators = [
            (IF_NONE_MATCH, &self.validators.etag),
            (IF_MODIFIED_SINCE, &self.validators.last_modified),
        ];
        if let Some(post) = &self.post {
            headers.insert(CONTENT_TYPE, post.media_type.clone());
        }
        for (name, validator) in validators {
            if let Some(Ok(value)) = validator.as_deref().map(HeaderValue::from_str) {
                headers.insert(name, value);
            }
        }
        headers
    }

    /// Adds a header. Headers marked sensitive are not sent to another host after a redirect, and
    /// never logged.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// The head of an answer, known before its body.
#[derive(Debug, Clone)]
pub struct Head {
    /// The address that answered, after redirects.
    pub url: Url,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
}

impl Head {
    /// A header's text, when it is there and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type without parameters, in lower case.
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        let media_type = value.split(';').next()?.trim();
        (!media_type.is_empty()).then(|| media_type.to_ascii_lowercase())
    }

    /// The `charset` parameter of the content type.
    pub fn charset(&self) -> Option<String> {
        self.header("content-type")?
            .split(';')
            .skip(1)
            .find_map(|parameter| {
                let (name, value) = parameter.split_once('=')?;
                let is_charset = name.trim().eq_ignore_ascii_case("charset");
                is_charset.then(|| value.trim().trim_matches(['"', '\'']).to_owned())
            })
    }

    /// The answer's validators, for the next visit.
    pub fn validators(&self) -> Validators {
        Validators {
            etag: self.header("etag").map(str::to_owned),
            last_modified: self.header("last-modified").map(str::to_owned),
        }
    }
}

/// Where a body goes while it arrives, decompressed and bounded. After a retry the client calls
/// `start` again: forget what came before.
pub trait BodySink: Send {
    /// An answer begins.
    fn start(&mut self, head: &Head);
    /// A part of its body.
    fn chunk(&mut self, bytes: &[u8]);
}

/// A sink that keeps the whole body.
#[derive(Debug, Default)]
pub struct Collect {
    /// The body so far.
    pub body: Vec<u8>,
}

impl BodySink for Collect {
    fn start(&mut self, _head: &Head) {
        self.body.clear();
    }

    fn chunk(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }
}

/// A complete answer. Any status below 500 except 429 arrives here (a 404 of an API has a body
/// worth reading, a 304 to a conditional request has none); 429, 5xx and all else is a
/// [`crate::FetchError`].
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Its head.
    pub head: Head,
    /// The body, when the call collects it (empty when it went to a sink).
    pub body: Bytes,
    /// Bytes of the body after decompression.
    pub body_bytes: u64,
    /// Hash of the body after decompression.
    pub body_hash: BodyHash,
    /// Redirects followed, in order: the addresses that answered 3xx.
    pub redirects: Vec<Url>,
    /// Every exchange it took: robots.txt, redirects, retries, and last the answer itself.
    pub records: Vec<FetchRecord>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_cannot_disguise_us_nor_switch_the_decoding_off() {
        let url = Url::parse("https://mairie.example/").expect("a URL");
        let request = Request::site(url, Document::Page)
            .header(USER_AGENT, HeaderValue::from_static("Mozilla/5.0"))
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .header(ACCEPT, HeaderValue::from_static("text/plain"))
            .if_changed_since(Validators {
                etag: Some("\"a\"".into()),
                last_modified: Some("bad\nvalue".into()),
            });
        let headers = request.all_headers();
        assert!(!headers.contains_key(USER_AGENT) && !headers.contains_key(ACCEPT_ENCODING));
        assert_eq!(headers[ACCEPT], "text/plain");
        assert_eq!(headers[ACCEPT_LANGUAGE], "fr");
        assert_eq!(headers[IF_NONE_MATCH], "\"a\"");
        assert!(
            !headers.contains_key(IF_MODIFIED_SINCE),
            "what cannot be sent is left out"
        );
    }

    #[test]
    fn a_head_tells_its_media_type_and_charset_however_written() {
        let head = |content_type: &'static str| Head {
            url: Url::parse("https://mairie.example/").expect("a URL"),
            status: 200,
            headers: [(
                "content-type".parse().unwrap(),
                HeaderValue::from_static(content_type),
            )]
            .into_iter()
            .collect(),
        };
        let html = head("Text/HTML ; Charset=\"ISO-8859-1\"");
        assert_eq!(html.media_type().as_deref(), Some("text/html"));
        assert_eq!(html.charset().as_deref(), Some("ISO-8859-1"));
        assert_eq!(head("").media_type(), None);
        assert_eq!(head("text/html; q").charset(), None);
    }
}
