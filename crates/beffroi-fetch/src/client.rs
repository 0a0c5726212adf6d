//! The polite client.

use crate::{BodySink, BuildError, FetchError, FetchSettings, Fetched, Request};

/// The polite client. Cheap to clone; all clones share paces, budgets, robots and connections.
#[derive(Debug, Clone)]
pub struct FetchClient {}

impl FetchClient {
    /// Builds the client.
    pub fn try_new(_settings: FetchSettings) -> Result<Self, BuildError> {
        unimplemented!("being written")
    }

    /// Fetches a document whole.
    pub async fn get(&self, _request: Request) -> Result<Fetched, FetchError> {
        unimplemented!("being written")
    }

    /// Fetches a document into a sink, part by part.
    pub async fn get_into(
        &self,
        _request: Request,
        _sink: &mut dyn BodySink,
    ) -> Result<Fetched, FetchError> {
        unimplemented!("being written")
    }
}
