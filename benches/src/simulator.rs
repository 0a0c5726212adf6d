//! Asking the simulated France without a name server: the name goes into the Host header.

use reqwest::{Client, RequestBuilder, header::HOST};
use url::Url;

/// The addresses of websites in a registry of the simulator, plain http alone.
pub fn homes(registry_csv: &str) -> Vec<Url> {
    registry_csv
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(2))
        .filter_map(|address| address.parse().ok())
        .filter(|url: &Url| url.scheme() == "http" && url.port().is_some())
        .collect()
}

/// A request to the simulator at `port` of loopback, for the site that bears the name in `url`.
pub fn get(client: &Client, port: u16, url: &Url) -> RequestBuilder {
    let address = format!("http://127.0.0.1:{port}{}", url.path());
    client.get(address).header(HOST, url.authority())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_simulated_sites_over_http() {
        let csv = "collectivity,field,value,note\n1,website,http://www.a.test:80/x/,simulated\n\
                   1,website,http://www.a.test:8480/,simulated\n2,website,,simulated\n\
                   3,website,https://b.test:8443/,simulated\n";
        let homes: Vec<String> = homes(csv).into_iter().map(String::from).collect();
        assert_eq!(homes, ["http://www.a.test:8480/"]);
    }

    #[test]
    fn the_name_goes_into_the_host_header_and_nobody_else_is_asked() {
        let client = crate::plain::client().unwrap();
        let url = "http://www.a.test:8480/contact".parse().unwrap();
        let request = get(&client, 7, &url).build().unwrap();
        assert_eq!(request.url().as_str(), "http://127.0.0.1:7/contact");
        assert_eq!(request.headers()[HOST], "www.a.test:8480");
    }
}
