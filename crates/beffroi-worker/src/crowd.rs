//! Fairness inside a lane: a host with many jobs may not take all the places of its lane.
//!
//! A lane's consumer takes so many jobs at once and no more. Where one host's jobs fill half of these
//! places, its further jobs are put off until about half of the work in hand is done: the host is kept
//! busy, and the places left serve the others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use beffroi_model::Job;

/// The shortest time for which a job is put off.
const SHORTEST: Duration = Duration::from_secs(10);

/// The jobs of a lane in hand, by host. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Crowd {
    hosts: Arc<Mutex<HashMap<String, usize>>>,
}

/// A job's place; dropped when the job has ended.
#[derive(Debug)]
pub(crate) struct Place {
    host: String,
    crowd: Crowd,
}

impl Crowd {
    /// A place for the job, or for how long it is to be put off because its host has `most` already.
    /// `pace` is the time that one job of a host takes at the least.
    pub(crate) fn enter(&self, job: &Job, most: usize, pace: Duration) -> Result<Place, Duration> {
        let host = job.account.url.host_str().unwrap_or_default().to_owned();
        let mut hosts = self.hosts();
        let in_hand = hosts.entry(host.clone()).or_default();
        if *in_hand >= most {
            let busy_for = pace.saturating_mul(u32::try_from(*in_hand).unwrap_or(u32::MAX));
            return Err((busy_for / 2).max(SHORTEST));
        }
        *in_hand += 1;
        Ok(Place {
            host,
            crowd: self.clone(),
        })
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        // Plain counts, whole at any moment.
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut hosts = self.crowd.hosts();
        if let Some(in_hand) = hosts.get_mut(&self.host) {
            *in_hand -= 1;
            if *in_hand == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use beffroi_model::{AccountRef, Lane, Origin, Platform};

    use super::*;

    fn job(url: &str) -> Job {
        let account = AccountRef {
            platform: Platform::Website,
            handle: url.to_owned(),
            url: url.parse().unwrap(),
        };
        Job::new(
            "2026-11-23".parse().unwrap(),
            "2026-11-23T02:00:00Z".parse().unwrap(),
            Lane::host(0),
            account,
            Vec::new(),
            Origin::Planned,
        )
    }

    #[test]
    fn one_host_may_not_take_all_places_and_gets_them_again() {
        let crowd = Crowd::default();
        let pace = Duration::from_secs(2);
        let enter = |url: &str| crowd.enter(&job(url), 50, pace);
        let places: Vec<Place> = (0..50)
            .map(|number| enter(&format!("https://a.fr/{number}")).unwrap())
            .collect();
        let put_off = enter("https://a.fr/51").unwrap_err();
        assert_eq!(put_off, Duration::from_secs(50), "half of what is in hand");
        let other = enter("https://b.fr/").unwrap();
        drop(places);
        assert_eq!(crowd.hosts().len(), 1);
        let again = enter("https://a.fr/51").unwrap();
        drop((again, other));
        assert!(crowd.hosts().is_empty());
    }

    #[test]
    fn nobody_is_put_off_for_a_moment_only() {
        let crowd = Crowd::default();
        let _place = crowd.enter(&job("https://a.fr/"), 1, Duration::from_millis(5));
        let put_off = crowd.enter(&job("https://a.fr/2"), 1, Duration::from_millis(5));
        assert_eq!(put_off.unwrap_err(), SHORTEST);
    }
}
