//! Metrics with labels, whose names come from the catalogue.

use std::borrow::Cow;

use prometheus_client::{
    metrics::{TypedMetric, family::Family},
    registry::{Metric, Registry},
};

use super::catalogue::{MetricKind, MetricSpec};

type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];

/// A metric for each set of label values.
#[derive(Debug)]
pub(super) struct Labelled<M, const N: usize> {
    names: [&'static str; N],
    family: Family<Labels<N>, M>,
}

impl<M, const N: usize> Labelled<M, N>
where
    M: Metric + TypedMetric + Clone,
{
    /// Registers the metric of a specification with `N` labels; `new` makes each of its members.
    pub(super) fn register(registry: &mut Registry, spec: MetricSpec, new: fn() -> M) -> Self {
        let names = spec.labels.try_into();
        let family = Family::new_with_constructor(new);
        register(registry, spec, family.clone());
        Self {
            names: names.expect("the catalogue and the code agree on the number of labels"),
            family,
        }
    }

    /// The member with these label values, made when it is not there. To be kept: asking costs a
    /// look-up.
    pub(super) fn of(&self, values: [Cow<'static, str>; N]) -> M {
        let mut labels = self.names.map(|name| (name, Cow::Borrowed("")));
        for ((_, value), given) in labels.iter_mut().zip(values) {
            *value = given;
        }
        self.family.get_or_create_owned(&labels)
    }
}

/// Registers a metric as the catalogue has it.
pub(super) fn register(registry: &mut Registry, spec: MetricSpec, metric: impl Metric) {
    let name = match spec.kind {
        // The format's writer adds it again.
        MetricKind::Counter => spec.name.strip_suffix("_total"),
        MetricKind::Gauge | MetricKind::Histogram => Some(spec.name),
    };
    let name = name.expect("a counter's name ends in `_total`");
    registry.register(name, spec.help, metric);
}
