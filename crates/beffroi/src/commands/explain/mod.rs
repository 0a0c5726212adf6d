//! `beffroi explain`: from a published figure down to the observations and exchanges that it comes from,
//! and up again by beffroi-index, which knows nothing of the store's SQL.

mod account;
mod figures;
mod inputs;
mod print;
mod read;
mod score;
mod sources;
mod verdict;

use std::process::ExitCode;

use anyhow::{Context, bail};
use beffroi_index::{
    catalogue::{Catalogue, Level, Metric, Need},
    index::{IndexVersion, IndexVersions},
};
use beffroi_policy::Policies;
use beffroi_store::Store;
use jiff::civil::Date;
use serde::Serialize;

use self::{
    account::Named,
    figures::Recomputed,
    inputs::{Inputs, ShownPost, ShownReading, ShownThread},
    read::{Belonging, Coverage, Published},
    score::ScoreExplained,
    sources::Source,
    verdict::Verdict,
};
use crate::{cli::ExplainArgs, config::Config, output, policies, services::StoreService};

/// Posts, threads and sources shown without `--all`.
const SHOWN: usize = 20;

/// Window of a metric that has several, where none is asked for, days.
const USUAL_WINDOW: u16 = 28;

/// Everything that is told of a figure.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    account: Named,
    night: String,
    run_id: String,
    window_days: u16,
    as_of: String,
    metric: MetricExplained,
    published: Option<f64>,
    /// Why it is missing, where it is.
    missing_because: Option<String>,
    recomputed: Recomputed,
    verdict: Verdict,
    /// Whether the figure may be published one account at a time, and what is to be said beside it.
    policy: PolicyExplained,
    coverage: Option<Coverage>,
    belonging: Vec<Belonging>,
    context: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<ScoreExplained>,
    posts: Vec<ShownPost>,
    posts_not_shown: usize,
    threads: Vec<ShownThread>,
    threads_not_shown: usize,
    followers: Vec<ShownReading>,
    left_out: Vec<String>,
    sources: Vec<Source>,
    sources_not_shown: usize,
}

/// The catalogue's entry.
#[derive(Debug, Serialize)]
struct MetricExplained {
    name: String,
    title_fr: String,
    title_en: String,
    formula: String,
    unit: String,
    source: String,
    status: String,
    catalogue_version: u32,
    index_version: Option<String>,
}

/// What the platform's terms say of the figure.
#[derive(Debug, Serialize)]
struct PolicyExplained {
    may_be_published: bool,
    rule: Option<String>,
    notices: Vec<String>,
}

pub(crate) async fn explain(config: &Config, args: ExplainArgs) -> anyhow::Result<ExitCode> {
    let catalogue = Catalogue::shipped();
    let versions = IndexVersions::shipped();
    let version = version(&versions, &args.index)?;
    let policies = policies::load(config)?;
    // All are known to be right before anything is started.
    let asked = args
        .metrics
        .iter()
        .map(|name| {
            let metric = metric(&catalogue, name)?;
            Ok(Asked {
                catalogue: &catalogue,
                metric,
                version,
                window: window(metric, version, args.window)?,
                policies: &policies,
                all: args.all,
            })
        })
        .collect::<anyhow::Result<Vec<Asked<'_>>>>()?;
    let service = StoreService::open(config).await?;
    let result = print_all(&asked, service.reader(), &args).await;
    service.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

/// One after the other; in JSON a document a line.
async fn print_all(asked: &[Asked<'_>], store: &Store, args: &ExplainArgs) -> anyhow::Result<()> {
    for (place, asked) in asked.iter().enumerate() {
        let explanation = asked.explain(store, &args.account, args.night).await?;
        if args.json {
            output::print_json(&explanation)?;
        } else {
            if place > 0 {
                output::say!("")?;
            }
            explanation.print()?;
        }
    }
    Ok(())
}

/// The metric of that name; it has to be one of an account.
fn metric<'a>(catalogue: &'a Catalogue, name: &str) -> anyhow::Result<&'a Metric> {
    let of_accounts = |metric: &&Metric| metric.levels.contains(&Level::Account);
    if let Some(metric) = catalogue.get(name).filter(of_accounts) {
        return Ok(metric);
    }
    let names: Vec<&str> = catalogue
        .iter()
        .filter(of_accounts)
        .map(|metric| metric.name.as_str())
        .collect();
    match catalogue.get(name) {
        Some(_) => bail!(
            "`{name}` is no figure of one account; those are: {}",
            names.join(", ")
        ),
        None => bail!(
            "there is no metric `{name}`; those of an account are: {}",
            names.join(", ")
        ),
    }
}

fn version<'a>(versions: &'a IndexVersions, name: &str) -> anyhow::Result<&'a IndexVersion> {
    let names: Vec<&str> = versions.iter().map(|it| it.name.as_str()).collect();
    versions.get(name).with_context(|| {
        format!(
            "there is no version `{name}` of the index; there are: {}",
            names.join(", ")
        )
    })
}

/// The window that was asked for, or the usual one.
fn window(metric: &Metric, version: &IndexVersion, asked: Option<u16>) -> anyhow::Result<u16> {
    let usual = if is_of_the_index(metric) {
        version.window_days
    } else {
        USUAL_WINDOW
    };
    let window = asked.unwrap_or(usual);
    if is_of_the_index(metric) && window != version.window_days {
        bail!(
            "the index {} is over {} days; leave `--window` out",
            version.name,
            version.window_days
        );
    }
    if !is_of_the_index(metric) && !metric.windows.contains(&window) {
        let windows: Vec<String> = metric.windows.iter().map(u16::to_string).collect();
        bail!(
            "`{}` is not computed over {window} days but over {}",
            metric.name,
            windows.join(", ")
        );
    }
    Ok(window)
}

/// Whether it is a column of `account_score`.
fn is_of_the_index(metric: &Metric) -> bool {
    metric.needs.contains(&Need::Peers)
}

/// What is to be explained.
struct Asked<'a> {
    catalogue: &'a Catalogue,
    metric: &'a Metric,
    version: &'a IndexVersion,
    window: u16,
    policies: &'a Policies,
    all: bool,
}

impl Asked<'_> {
    async fn explain(
        &self,
        store: &Store,
        account: &str,
        night: Option<Date>,
    ) -> anyhow::Result<Explanation> {
        let night = read::judged_night(store, night).await?;
        let named = account::find(store, account, night).await?;
        let published = read::published(store, &named, night, self).await?;
        // An account that was named by its id alone is told by its name.
        let named = Named {
            platform: Some(published.platform),
            handle: published.handle(),
            ..named
        };
        let inputs = Inputs::read(store, &named, &published, self.window, self.metric).await?;
        let score = if is_of_the_index(self.metric) {
            Some(score::explain(store, self, &published, &inputs).await?)
        } else {
            None
        };
        let value = published.value;
        let recomputed = match (&score, published.withheld()) {
            (_, Some(because)) => Recomputed::Not { because },
            (Some(score), None) => score.recomputed.clone(),
            (None, None) => figures::recompute(&self.metric.name, &inputs),
        };
        let verdict = Verdict::of(value, &recomputed);
        let left_out = inputs.left_out(self.metric);
        let context = published.context(self.metric);
        let (mut posts, mut threads, followers) = inputs.shown(self.metric);
        let shown = if self.all { usize::MAX } else { SHOWN };
        let cut = |len: usize| len.saturating_sub(shown);
        let (posts_not_shown, threads_not_shown) = (cut(posts.len()), cut(threads.len()));
        posts.truncate(shown);
        threads.truncate(shown);
        let runs = sources::runs(&published, &posts, &threads, &followers);
        let mut sources = sources::read(store, &published, &runs).await?;
        let sources_not_shown = cut(sources.len());
        sources.truncate(shown);
        Ok(Explanation {
            night: night.to_string(),
            run_id: published.run_id.clone(),
            window_days: self.window,
            as_of: inputs.window.end.to_string(),
            metric: self.entry(),
            missing_because: match value {
                Some(_) => None,
                None => Some(published.reason(&sources)),
            },
            published: value,
            verdict,
            policy: self.policy(&published),
            coverage: read::coverage(store, night, &published).await?,
            belonging: read::belonging(store, &published).await?,
            context,
            score,
            posts,
            posts_not_shown,
            threads,
            threads_not_shown,
            followers,
            left_out,
            sources,
            sources_not_shown,
            recomputed,
            account: named,
        })
    }

    fn entry(&self) -> MetricExplained {
        let metric = self.metric;
        MetricExplained {
            name: metric.name.clone(),
            title_fr: metric.title.fr.clone(),
            title_en: metric.title.en.clone(),
            formula: metric.formula.clone(),
            unit: metric.unit.clone(),
            source: metric.source.clone(),
            status: metric.status.to_string(),
            catalogue_version: self.catalogue.version(),
            index_version: is_of_the_index(metric).then(|| self.version.name.clone()),
        }
    }

    fn policy(&self, published: &Published) -> PolicyExplained {
        use beffroi_policy::Metric as Figure;
        let figures: Vec<Figure> = self
            .metric
            .needs
            .iter()
            .flat_map(|need| match need {
                Need::Followers => vec![Figure::Followers],
                Need::Posts => vec![Figure::Posts],
                Need::Reactions => vec![Figure::Reactions],
                Need::Comments => vec![Figure::Comments],
                Need::Shares => vec![Figure::Shares],
                Need::Interactions => vec![Figure::Reactions, Figure::Comments, Figure::Shares],
                Need::Views => vec![Figure::Views],
                Need::Dialogue => vec![Figure::Dialogue],
                Need::Inhabitants | Need::Peers | Need::Presence => Vec::new(),
            })
            .collect();
        let platform = published.platform;
        let refusal = self.policies.refuses_to_show(platform, &figures);
        let notices = self.policies.notices(platform, &figures);
        PolicyExplained {
            may_be_published: refusal.is_none(),
            rule: refusal.map(|rule| format!("{} ({})", rule.is.how, rule.source.source)),
            notices: notices.iter().map(|notice| notice.en.to_owned()).collect(),
        }
    }
}
