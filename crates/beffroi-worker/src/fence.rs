//! What the polite client may do in a lane: when (while the lane is held), and where (its own host
//! groups). Decisions 17 and 18.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use beffroi_fetch::{Fence, FenceState, HostGroup, LanePass, Territory};
use beffroi_model::Lane;
use beffroi_plan::Lanes;
use beffroi_queue::Hold;
use beffroi_store::LeaseTerm;
use tokio::time::Instant;

use crate::ownership::is_host;

/// How far ahead of now the beginning lies, as long as it is not known.
const NOT_YET: Duration = Duration::from_millis(200);

/// The fences of all lanes that a worker may come to hold. Made before its connectors, which ask
/// through them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Fences {
    lanes: BTreeMap<Lane, Arc<LaneFence>>,
    /// `None` where no other worker can be at work: then a lane may ask everywhere.
    territories: Option<Arc<Lanes>>,
}

impl Fences {
    /// Fences for these lanes. `shared` where others may work beside this process.
    pub fn new(lanes: &Lanes, all: impl IntoIterator<Item = Lane>, shared: bool) -> Self {
        Self {
            lanes: all.into_iter().map(|lane| (lane, Arc::default())).collect(),
            territories: shared.then(|| Arc::new(lanes.clone())),
        }
    }

    /// Closes all of them when the term ends, whatever holds there are: where nobody else would notice that
    /// another run has begun.
    #[must_use]
    pub fn within(self, term: &LeaseTerm) -> Self {
        for fence in self.lanes.values() {
            fence.state().term = Some(term.clone());
        }
        self
    }

    /// What the client of a lane is to heed.
    pub fn pass(&self, lane: &Lane) -> Option<LanePass> {
        let fence = Arc::clone(self.lanes.get(lane)?);
        let territory = self.territories.as_ref().filter(|_| is_host(lane));
        let territory = territory.map(|lanes| {
            let lane = lane.clone();
            let lanes = Arc::clone(lanes);
            Arc::new(LaneTerritory { lane, lanes }) as Arc<dyn Territory>
        });
        Some(LanePass { fence, territory })
    }

    pub(crate) fn of(&self, lane: &Lane) -> Arc<LaneFence> {
        self.lanes.get(lane).cloned().unwrap_or_default()
    }
}

/// The fence of one lane: closed until the lane is held and what is remembered of its hosts has been
/// read.
#[derive(Debug, Default)]
pub(crate) struct LaneFence {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    hold: Option<Hold>,
    opened_at: Option<Instant>,
    /// What the hold is bounded by, besides.
    term: Option<LeaseTerm>,
}

impl LaneFence {
    /// A hold begins: nothing is asked before [`LaneFence::open`]. `false` when it has begun already.
    pub(crate) fn begin(&self, hold: &Hold) -> bool {
        let mut state = self.state();
        let is_new = state
            .hold
            .as_ref()
            .is_none_or(|held| held.number() != hold.number());
        if is_new {
            state.hold = Some(hold.clone());
            state.opened_at = None;
        }
        is_new
    }

    /// What the hold needs to know is known.
    pub(crate) fn open(&self, hold: &Hold) {
        let mut state = self.state();
        if state
            .hold
            .as_ref()
            .is_some_and(|held| held.number() == hold.number())
        {
            state.opened_at = Some(Instant::now());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain values, whole at any moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fence for LaneFence {
    fn state(&self) -> FenceState {
        let state = self.state();
        let now = Instant::now();
        match &state.hold {
            None => FenceState {
                hold: 0,
                since: now + NOT_YET,
                until: now,
            },
            Some(hold) => FenceState {
                hold: hold.number(),
                since: state
                    .opened_at
                    .map_or(now + NOT_YET, |opened| opened.max(hold.since())),
                until: state
                    .term
                    .as_ref()
                    .map_or(hold.until(), |term| term.until().min(hold.until())),
            },
        }
    }
}

#[derive(Debug)]
struct LaneTerritory {
    lane: Lane,
    lanes: Arc<Lanes>,
}

impl Territory for LaneTerritory {
    fn holds(&self, group: &HostGroup) -> bool {
        self.lanes.of_group(&group.to_string()) == self.lane
    }
}

#[cfg(test)]
mod tests {
    use beffroi_model::{AccountRef, Job, Origin, Platform};
    use beffroi_queue::{Consumer, Queue, QueueSettings};

    use super::*;

    fn lanes() -> Lanes {
        Lanes {
            host_shards: 8,
            ..Lanes::default()
        }
    }

    #[test]
    fn a_lane_of_websites_asks_its_own_groups_and_an_api_has_no_bounds() {
        let api = Lane::api("bluesky".parse().unwrap());
        let all: Vec<Lane> = lanes().hosts().chain([api.clone()]).collect();
        let fences = Fences::new(&lanes(), all.clone(), true);
        let group = HostGroup::Address("127.0.0.7".parse().unwrap());
        let holders: Vec<&Lane> = all
            .iter()
            .filter(|lane| {
                let territory = fences.pass(lane).unwrap().territory;
                territory.is_some_and(|territory| territory.holds(&group))
            })
            .collect();
        assert_eq!(holders, [&lanes().of_group("127.0.0.7")]);
        assert!(fences.pass(&api).unwrap().territory.is_none());
        let alone = Fences::new(&lanes(), all, false);
        assert!(alone.pass(&Lane::host(0)).unwrap().territory.is_none());
        assert!(alone.pass(&Lane::host(9)).is_none());
    }

    /// A hold as the queue in process gives it: at once and for ever.
    async fn hold() -> (Hold, Consumer) {
        let lane = Lane::host(0);
        let queue = Queue::connect(&QueueSettings::default()).await.unwrap();
        queue.declare(std::slice::from_ref(&lane)).await.unwrap();
        let account = AccountRef {
            platform: Platform::Website,
            handle: "a.fr".to_owned(),
            url: "https://a.fr/".parse().unwrap(),
        };
        let run = "2026-11-23".parse().unwrap();
        let as_of = "2026-11-23T02:00:00Z".parse().unwrap();
        let job = Job::new(run, as_of, lane.clone(), account, vec![], Origin::Planned);
        queue.publish(&[job]).await.unwrap();
        let mut consumer = queue.consume(&lane).await.unwrap();
        let delivery = consumer.next().await.unwrap();
        (delivery.hold().clone(), consumer)
    }

    #[tokio::test]
    async fn a_fence_is_closed_until_the_lane_is_held_and_its_hosts_are_known() {
        let fence = LaneFence::default();
        let is_open = |fence: &LaneFence| {
            let state = Fence::state(fence);
            let now = Instant::now();
            state.since <= now && now < state.until
        };
        assert!(!is_open(&fence));
        let ((first, _held), (second, _held_too)) = (hold().await, hold().await);
        assert!(fence.begin(&first));
        assert!(!is_open(&fence), "nothing was recalled yet");
        assert!(!fence.begin(&first), "the same hold");
        fence.open(&second);
        assert!(!is_open(&fence), "that was another hold's");
        fence.open(&first);
        assert!(is_open(&fence));
        assert_eq!(Fence::state(&fence).hold, first.number());
        assert!(fence.begin(&second));
        assert!(!is_open(&fence), "a new hold must know anew");
    }

    #[tokio::test]
    async fn a_fence_closes_with_the_term_it_stands_in() {
        let lane = Lane::host(0);
        let (hold, _held) = hold().await;
        let now = Instant::now();
        for (until, is_open) in [(now + NOT_YET * 100, true), (now, false)] {
            let fences = Fences::new(&lanes(), [lane.clone()], false).within(&until.into());
            let fence = fences.of(&lane);
            fence.begin(&hold);
            fence.open(&hold);
            let state = Fence::state(&*fence);
            assert_eq!(state.until, until);
            assert_eq!(Instant::now() < state.until, is_open);
        }
    }
}
