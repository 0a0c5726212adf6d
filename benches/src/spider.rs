//! The same towns crawled with the `spider` crate: as many pages of each, robots.txt obeyed, nothing
//! extracted but the links that it follows, nothing stored.

use std::ops::Range;

use anyhow::Context;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use spider::website::Website;

use crate::towns::Night;

/// Pages of a site: the home page, four likely ones, and one in the place of our feed.
const PAGES: u32 = 6;

/// Crawls, `in_flight` sites at a time, one page of each at a time as we do.
pub async fn crawl(night: &Night, towns: Range<usize>, in_flight: usize) -> anyhow::Result<()> {
    stream::iter(towns.map(|number| night.site_requests(number)[1].to_string()))
        .map(|home| tokio::spawn(async move { crawl_site(&home).await }))
        .buffer_unordered(in_flight)
        .map(|joined| joined.context("a crawl panicked"))
        .try_for_each(|()| async { Ok(()) })
        .await
}

async fn crawl_site(home: &str) {
    let mut website = Website::new(home);
    website
        .with_limit(PAGES)
        .with_respect_robots_txt(true)
        .with_concurrency_limit(Some(1))
        .with_delay(0);
    website.crawl().await;
}
