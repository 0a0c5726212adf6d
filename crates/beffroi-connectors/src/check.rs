//! What settings of several connectors are refused for: the key's path, and what is wrong.

use std::time::Duration;

use url::Url;

/// Whether settings can be worked with.
pub(crate) type Checked<'a> = Result<(), (Vec<&'a str>, String)>;

/// An address must be the web's.
pub(crate) fn web_address<'a>(path: &[&'a str], url: &Url) -> Checked<'a> {
    if matches!(url.scheme(), "http" | "https") {
        return Ok(());
    }
    let problem =
        format!("found `{url}`, expected an address that begins with `https://` or `http://`");
    Err((path.to_vec(), problem))
}

/// A window must have days.
pub(crate) fn days(key: &str, days: u16) -> Checked<'_> {
    if days > 0 {
        return Ok(());
    }
    let problem = "found `0`, expected a number of days, 1 or more".to_owned();
    Err((vec![key], problem))
}

/// A time must have a length.
pub(crate) fn time(key: &str, time: Duration) -> Checked<'_> {
    if !time.is_zero() {
        return Ok(());
    }
    let problem = "found `0s`, expected a time longer than zero".to_owned();
    Err((vec![key], problem))
}

/// The same with the key of the table in which the settings stand.
pub(crate) fn within<'a>(table: &'a str, checked: Checked<'a>) -> Checked<'a> {
    checked.map_err(|(mut path, problem)| {
        path.insert(0, table);
        (path, problem)
    })
}
