//! The engagement index: four indicators, shown apart, then a total by weights that are in the open.

mod collectivity;
mod indicator;
mod judge;
mod places;
mod profile;
mod rank_shift;
mod total;
mod version;

pub use collectivity::{AccountTotal, CollectivityTotal, collectivity_totals};
pub use indicator::{Indicator, IndicatorScore, Unscored};
pub use judge::{Conflict, Judgement, judge};
pub use places::{Contender, Place, collectivity_places};
pub use profile::{AccountFigures, Profile};
pub use rank_shift::{RankShift, rank_shifts};
pub use total::{Part, Total};
pub use version::{IndexVersion, IndexVersions, IndicatorWeights};
