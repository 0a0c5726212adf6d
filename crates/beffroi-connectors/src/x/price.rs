//! What X charges: by the object that is read, once in a UTC day, failed requests and empty answers
//! excepted (docs.x.com, "Pricing" and "Usage and billing", read in 2026).

use std::{
    collections::HashSet,
    fmt,
    sync::{Mutex, PoisonError},
};

use beffroi_budget::{Purse, Refused, Reservation};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::wire::{Answer, Post, User};
use crate::access::bucket;

/// The bucket of posts and replies.
pub(super) const POSTS: &str = "posts";

/// Price of a user, in millionths of a dollar.
pub(super) const USER_PRICE: u64 = 10_000;
/// Price of a post or reply, in millionths of a dollar.
pub(super) const POST_PRICE: u64 = 5_000;

/// An amount of US dollars, exact to the millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dollars(u64);

impl Dollars {
    /// From millionths.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// In millionths.
    pub const fn micros(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl Serialize for Dollars {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1e6)
    }
}

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let dollars = f64::deserialize(deserializer)?;
        if !(0.0..=1e9).contains(&dollars) {
            let told = de::Unexpected::Float(dollars);
            return Err(de::Error::invalid_value(
                told,
                &"an amount of dollars, 0 or more",
            ));
        }
        Ok(Self((dollars * 1e6).round() as u64))
    }
}

/// What is billed one by one.
pub(super) trait Billed {
    /// Its price, in millionths of a dollar.
    const PRICE: u64;
    /// Whether it counts among the posts of the month.
    const IS_POST: bool;

    /// Its id.
    fn id(&self) -> &str;
}

impl Billed for User {
    const PRICE: u64 = USER_PRICE;
    const IS_POST: bool = false;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Billed for Post {
    const PRICE: u64 = POST_PRICE;
    const IS_POST: bool = true;

    fn id(&self) -> &str {
        &self.id
    }
}

/// The objects that were billed today, as far as this connector has read them. Ids only, in memory
/// only: after a restart an object that is read again is counted again, though X does not bill it.
#[derive(Default)]
pub(super) struct BilledToday(Mutex<(Option<Date>, HashSet<u64>)>);

impl fmt::Debug for BilledToday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BilledToday").finish_non_exhaustive()
    }
}

impl BilledToday {
    /// How many of these are billed now that have been read at `now`.
    fn note<'a>(&self, ids: impl Iterator<Item = &'a str>, now: Timestamp) -> u64 {
        let today = now.to_zoned(TimeZone::UTC).date();
        // Plain values, whole at any moment.
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.0 != Some(today) {
            *noted = (Some(today), HashSet::new());
        }
        let is_new = |id: &str| id.parse().map_or(true, |id: u64| noted.1.insert(id));
        ids.map(is_new).filter(|is_new| *is_new).count() as u64
    }
}

/// What is set aside for one request.
pub(super) struct Bill {
    money: Reservation,
    posts: Option<Reservation>,
}

impl Bill {
    /// Sets aside the price of so many objects.
    pub(super) async fn reserve<T: Billed>(purse: &Purse, at_most: u64) -> Result<Self, Refused> {
        let money = purse.reserve(bucket::MONEY, at_most * T::PRICE).await?;
        let posts = match T::IS_POST {
            true => Some(match purse.reserve(POSTS, at_most).await {
                Ok(posts) => posts,
                Err(refused) => {
                    money.settle(0);
                    return Err(refused);
                }
            }),
            false => None,
        };
        Ok(Self { money, posts })
    }

    /// Pays for what has come.
    pub(super) fn settle<T: Billed>(self, answer: &Answer<T>, today: &BilledToday) {
        let count = today.note(answer.ids(), Timestamp::now());
        self.pay(count, T::PRICE);
    }

    /// Pays nothing: the request has failed.
    pub(super) fn settle_nothing(self) {
        self.pay(0, 0);
    }

    fn pay(self, count: u64, price: u64) {
        self.money.settle(count * price);
        if let Some(posts) = self.posts {
            posts.settle(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_exact_and_not_negative() {
        let dollars = |json: &str| serde_json::from_str::<Dollars>(json);
        assert_eq!(dollars("0.29").unwrap().micros(), 290_000);
        assert_eq!(dollars("20").unwrap(), Dollars::from_micros(20_000_000));
        assert_eq!(dollars("1.005").unwrap().to_string(), "1.005000");
        assert!(dollars("-1").is_err());
        assert_eq!(
            serde_json::to_string(&dollars("0.1").unwrap()).unwrap(),
            "0.1"
        );
    }

    #[test]
    fn an_object_is_billed_once_in_a_utc_day() {
        let today = BilledToday::default();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let note = |ids: &[&str], now| today.note(ids.iter().copied(), at(now));
        assert_eq!(note(&["1", "2", "1"], "2026-11-23T00:00:00Z"), 2);
        assert_eq!(note(&["2", "3"], "2026-11-23T23:59:59Z"), 1);
        assert_eq!(note(&["2", "3"], "2026-11-24T00:00:00Z"), 2);
    }
}
