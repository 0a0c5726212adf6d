//! Figures that moved in a way that is hard to believe: kept, and flagged beside the figure.
//!
//! Decided once a run, in one statement over the columns concerned, when all of its rows are there: a
//! look-up before each job would read as much in thousands of small queries, and a view would read the
//! whole series at each question. Over 30 nights of 150,000 accounts it takes 1.7 s on two cores.

use beffroi_model::RunId;

use crate::{Store, StoreError, rows};

/// Below this neither a fall nor a rise says anything: small accounts do go from 3 to 30.
const FLOOR: u64 = 100;

impl Store {
    /// Flags the figures of a run that fell to a tenth, or rose tenfold, since the account was last
    /// seen with them. Asked again, it changes nothing.
    pub async fn flag_implausible(&self, run: &RunId) -> Result<(), StoreError> {
        self.client
            .query_raw(include_str!("queries/plausibility.sql"))
            .param("run_id", run.as_str())
            .param("night", rows::night(run).0)
            .param("floor", FLOOR)
            .execute()
            .await
            .map_err(|source| StoreError::Query {
                action: "flag implausible figures",
                source,
            })
    }
}
