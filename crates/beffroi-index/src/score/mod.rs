//! From noisy figures to scores that can be defended: shrinkage towards the peers, an interval for
//! each, ranks only where they can be told apart.

mod evidence;
mod group;
mod prior;
mod ties;
mod top;

pub use evidence::Evidence;
pub use group::{Belief, Member, Rank, Reference, Score, score_group};
pub use prior::{Posterior, Prior};
pub use ties::{probability_above, tie_groups};
pub use top::top_probabilities;
