//! The requests of one visit, each through the polite client, with their records kept.

use beffroi_fetch::{Document, FetchClient, FetchError, Fetched, Request, Validators};
use beffroi_model::FetchRecord;
use url::Url;

use super::{
    page::{PageReader, ReadPage},
    settings::WebsiteSettings,
    sitemap::{SitemapFile, SitemapReader},
};
use crate::Retry;

/// Asks a site, one document at a time.
pub(super) struct Asker<'a> {
    pub(super) client: &'a FetchClient,
    pub(super) settings: &'a WebsiteSettings,
    /// Every exchange so far.
    pub(super) fetches: Vec<FetchRecord>,
    /// Set when a server was not reached that may be at another time: what it holds is then not known,
    /// rather than not there.
    pub(super) trouble: Option<Retry>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(client: &'a FetchClient, settings: &'a WebsiteSettings) -> Self {
        Self {
            client,
            settings,
            fetches: Vec::new(),
            trouble: None,
        }
    }

    /// A page, read while it arrives.
    pub(super) async fn page(
        &mut self,
        url: &Url,
        validators: &Validators,
    ) -> Result<(Fetched, Option<ReadPage>), Box<FetchError>> {
        self.page_after(url, &[], validators).await
    }

    /// A page to which these addresses have redirected.
    pub(super) async fn page_after(
        &mut self,
        url: &Url,
        redirects: &[Url],
        validators: &Validators,
    ) -> Result<(Fetched, Option<ReadPage>), Box<FetchError>> {
        let request = Request::site(url.clone(), Document::Page)
            .if_changed_since(validators.clone())
            .redirected_from(redirects.to_vec());
        let mut reader = PageReader::new(self.settings.max_links);
        let fetched = self.client.get_into(request, &mut reader).await;
        Ok((self.keep(fetched)?, reader.finish()))
    }

    /// A feed, whole.
    pub(super) async fn feed(
        &mut self,
        url: &Url,
        validators: &Validators,
    ) -> Result<Fetched, Box<FetchError>> {
        let request =
            Request::site(url.clone(), Document::Feed).if_changed_since(validators.clone());
        let fetched = self.client.get(request).await;
        self.keep(fetched)
    }

    /// A sitemap, read while it arrives, of which at most `room` pages are counted.
    pub(super) async fn sitemap(
        &mut self,
        url: &Url,
        room: usize,
    ) -> Result<SitemapFile, Box<FetchError>> {
        let mut reader = SitemapReader::new(room);
        let request = Request::site(url.clone(), Document::Sitemap);
        let fetched = self.client.get_into(request, &mut reader).await;
        let fetched = self.keep(fetched)?;
        let is_there = fetched.head.status == 200;
        Ok(if is_there {
            reader.finish()
        } else {
            SitemapFile::default()
        })
    }

    /// Sitemaps that robots.txt names.
    pub(super) async fn sitemaps_of_robots(&mut self, url: &Url) -> Vec<Url> {
        match self.client.sitemaps(url).await {
            Ok(urls) => urls,
            Err(mut error) => {
                self.fetches.append(&mut error.records);
                self.note_trouble(&error);
                Vec::new()
            }
        }
    }

    fn keep(&mut self, fetched: Result<Fetched, FetchError>) -> Result<Fetched, Box<FetchError>> {
        match fetched {
            Ok(mut fetched) => {
                self.fetches.append(&mut fetched.records);
                Ok(fetched)
            }
            Err(mut error) => {
                self.fetches.append(&mut error.records);
                self.note_trouble(&error);
                Err(Box::new(error))
            }
        }
    }

    /// A server that answered, whatever it said, is no trouble.
    fn note_trouble(&mut self, error: &FetchError) {
        if error.status.is_none() && error.is_transient && error.has_asked {
            self.trouble = Some(Retry {
                not_before: error.not_before,
                has_asked: true,
            });
        }
    }
}
