//! Leases: who may do what only one may do at a time, with the store as the only thing that all who
//! might do it share.
//!
//! ClickHouse can neither lock nor compare and set, so a lease is taken as an allowance is (decision
//! 16): write the claim, then read all claims. *Whoever reads no living claim but its own has won.* Of
//! two that race, the one that reads later sees both, so that there are never two winners. The later
//! claimant withdraws, the earlier one waits for that, so that there is one. Claims expire by the
//! server's clock, and their holders count the time by their own monotonic clock from before they sent
//! the renewal, so that a holder knows that it has lost the lease before anybody else can have it.

mod claim;
mod held;
mod taking;

pub use held::{Lease, LeaseTerm};
pub use taking::{Claimant, Held, LeaseRefused, LeaseTerms};
