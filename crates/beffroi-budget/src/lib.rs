#![doc = include_str!("../README.md")]

mod allowance;
mod journal;
mod ledger;
mod period;
mod tariff;

pub use allowance::{Allowance, BucketId, Unit};
pub use journal::{Entry, Journal, JournalError, MemoryJournal};
pub use ledger::{Ledger, Purse, Refused, Reservation};
pub use period::Period;
pub use tariff::{Charge, Pace, Tariff};
