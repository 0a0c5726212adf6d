//! Web addresses as people type them: the plain slips are repaired and said, the rest is refused
//! with the remedy. Which platform an address belongs to is not told here.

use url::Url;

use crate::{cells::Fault, issue::is_email_like};

/// Longer addresses are refused: browsers and servers cut them off near this length, bytes.
const MAX_ADDRESS_BYTES: usize = 2_048;

/// An address that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) url: Url,
    /// What had to be repaired, if anything.
    pub(crate) repair: Option<&'static str>,
}

/// Reads the address of a website or of an account's page.
pub(crate) fn parse(text: &str) -> Result<Address, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the address is empty; write the whole address, `https://…`".into());
    }
    if text.len() > MAX_ADDRESS_BYTES {
        return Err(format!(
            "the address is longer than {MAX_ADDRESS_BYTES} bytes; write the home page's address"
        ));
    }
    let (completed, repair) = complete(text)?;
    let url = Url::parse(&completed).map_err(|error| {
        format!("not a web address: {error}; write the whole address, `https://…`")
    })?;
    check(&url, repair)?;
    Ok(Address { url, repair })
}

/// Gives the text a scheme, once, with both slashes.
fn complete(text: &str) -> Result<(String, Option<&'static str>), Fault> {
    let lower = text.to_ascii_lowercase();
    let after_scheme = ["http:", "https:"].into_iter().find_map(|scheme| {
        lower
            .starts_with(scheme)
            .then(|| text.split_at(scheme.len()))
    });
    let Some((scheme, rest)) = after_scheme else {
        return complete_without_scheme(text);
    };
    let rest_lower = rest.trim_start_matches('/').to_ascii_lowercase();
    if rest_lower.starts_with("http:") || rest_lower.starts_with("https:") {
        let inner = rest.trim_start_matches('/').to_owned();
        return Ok((inner, Some("the scheme was written twice")));
    }
    if rest.starts_with("//") && !rest.starts_with("///") {
        return Ok((text.to_owned(), None));
    }
    let host = rest.trim_start_matches('/');
    Ok((
        format!("{scheme}//{host}"),
        Some("the scheme had not two slashes"),
    ))
}

fn complete_without_scheme(text: &str) -> Result<(String, Option<&'static str>), Fault> {
    if text.starts_with("mailto:") || is_email_like(text) && !text.contains('/') {
        return Err(
            "an e-mail address, not a web address; write the website's address or leave \
                    the row out"
                .into(),
        );
    }
    if text.contains("://") || text.starts_with("javascript:") || text.starts_with("data:") {
        return Err("only `http` and `https` addresses are read; write the whole address".into());
    }
    let bare = text.trim_start_matches('/');
    // http, because a server that has https redirects to it while the reverse is not true.
    Ok((format!("http://{bare}"), Some("the scheme was missing")))
}

fn check(url: &Url, repair: Option<&'static str>) -> Result<(), Fault> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "an address with a user name in it is not read; leave out what stands before \
                    the `@`"
                .into(),
        );
    }
    let host = url.host_str().unwrap_or_default();
    let named = host.contains('.') || host.contains(':');
    if repair.is_some() && !named {
        return Err(
            "not a web address: no host name in it; write the whole address, `https://…`".into(),
        );
    }
    if host.contains("%20") || url.host_str().is_none_or(str::is_empty) {
        return Err("not a web address: no host name in it; write the whole address".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> (String, Option<&'static str>) {
        let address = parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        (address.url.to_string(), address.repair)
    }

    #[test]
    fn a_whole_address_is_kept_as_it_is() {
        for whole in [
            "https://www.exempleville.example/",
            "http://exempleville.example/accueil.php?id=1#haut",
            "http://127.0.0.1:8080/",
            "http://localhost:8080/",
            "https://tiktok.example/@ville",
        ] {
            assert_eq!(repaired(whole), (whole.to_owned(), None));
        }
    }

    #[test]
    fn plain_slips_are_repaired_and_said() {
        for (typed, read) in [
            (
                "www.exempleville.example",
                "http://www.exempleville.example/",
            ),
            ("//exempleville.example/x", "http://exempleville.example/x"),
            (
                "exempleville.example:8080/x",
                "http://exempleville.example:8080/x",
            ),
            (
                "https:/exempleville.example",
                "https://exempleville.example/",
            ),
            (
                "https:exempleville.example",
                "https://exempleville.example/",
            ),
            (
                "HTTP:///exempleville.example",
                "http://exempleville.example/",
            ),
            (
                "http://https://exempleville.example",
                "https://exempleville.example/",
            ),
        ] {
            let (url, repair) = repaired(typed);
            assert_eq!(url, read, "{typed}");
            assert!(repair.is_some(), "{typed}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused_with_the_remedy() {
        for (typed, word) in [
            ("", "empty"),
            ("mairie@exempleville.example", "e-mail"),
            ("mailto:mairie@exempleville.example", "e-mail"),
            ("https://mairie@exempleville.example", "user name"),
            ("ftp://exempleville.example", "http"),
            ("javascript:void(0)", "http"),
            ("néant", "host name"),
            ("en cours", "web address"),
            ("https://", "web address"),
        ] {
            let fault = parse(typed).expect_err(typed);
            assert!(fault.contains(word), "{typed}: {fault}");
        }
        assert!(parse(&format!("https://a.example/{}", "x".repeat(3_000))).is_err());
    }
}
