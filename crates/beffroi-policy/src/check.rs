//! Rules that can be read and make no sense together.

use beffroi_model::Platform;

use crate::{Metric, Policies, Policy};

impl Policies {
    /// The first metric of the platform that is to outlive what it hangs on, with that.
    pub(crate) fn orphan(&self, platform: Platform) -> Option<(Metric, Metric)> {
        let length = |policy: &Policy| policy.store.is.days.length();
        Metric::of(platform).find_map(|metric| {
            let holder = metric.hangs_on()?;
            let outlives =
                length(self.get(platform, metric)?) > length(self.get(platform, holder)?);
            outlives.then_some((metric, holder))
        })
    }
}
