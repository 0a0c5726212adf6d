//! An explanation for people.

use super::{Explanation, figures::Recomputed, sources::Source, verdict::Verdict};
use crate::output::{self, say};

impl Explanation {
    pub(super) fn print(&self) -> anyhow::Result<()> {
        self.print_figure()?;
        self.print_meaning()?;
        if let Some(score) = &self.score {
            print_score(score)?;
        }
        self.print_inputs()?;
        self.print_sources()
    }

    fn print_figure(&self) -> anyhow::Result<()> {
        let platform = self.account.platform.map_or("?", |it| it.as_str());
        let handle = self.account.handle.as_deref().unwrap_or("?");
        say!(
            "{} of {platform}:{handle}, night {} ({} days before {})",
            self.metric.name,
            self.night,
            self.window_days,
            self.as_of
        )?;
        say!("  account     {}", self.account.account_id)?;
        match (&self.published, &self.missing_because) {
            (Some(value), _) => say!("  published   {value} {}", self.metric.unit)?,
            (None, Some(because)) => say!("  published   {} {because}", output::MISSING)?,
            (None, None) => say!("  published   {}", output::MISSING)?,
        }
        say!("  recomputed  {}", recomputed(&self.recomputed))?;
        say!("  verdict     {}", verdict(&self.verdict))?;
        if !self.policy.may_be_published {
            say!(
                "  policy      not to be published account by account: {}",
                self.policy.rule.as_deref().unwrap_or_default()
            )?;
        }
        for notice in &self.policy.notices {
            say!("  notice      {notice}")?;
        }
        match &self.coverage {
            Some(coverage) => say!(
                "  stratum     {} of {} accounts ended with figures ({:.1} %){}",
                coverage.ended_with_figures,
                coverage.planned,
                100.0 * coverage.share,
                if coverage.is_covered == 1 {
                    ""
                } else {
                    ": NOT COVERED, to be flagged"
                }
            ),
            None => say!("  stratum     its coverage was not computed"),
        }
    }

    fn print_meaning(&self) -> anyhow::Result<()> {
        let metric = &self.metric;
        say!("\nDefinition (catalogue {})", metric.catalogue_version)?;
        say!("  {} / {}", metric.title_fr, metric.title_en)?;
        say!("  {} = {}", metric.name, metric.formula)?;
        say!("  source: {} ({})", metric.source, metric.status)?;
        if let Some(version) = &metric.index_version {
            say!("  index {version}, config/index.toml")?;
        }
        for (name, value) in &self.context {
            say!("  {} = {value}", name.replace('_', " "))?;
        }
        say!("\nWhose account it is")?;
        for it in &self.belonging {
            say!(
                "  {} ({}), {}: {} with {:.2}, rules of addresses {}",
                it.source,
                it.seen_in,
                it.url,
                it.verdict.replace('_', " "),
                it.confidence,
                it.rules_version
            )?;
        }
        Ok(())
    }

    fn print_inputs(&self) -> anyhow::Result<()> {
        if !self.followers.is_empty() {
            say!("\nFollowers")?;
        }
        for it in &self.followers {
            say!(
                "  {} {}, run {} at {}",
                count(it.followers),
                it.used_as,
                it.run_id,
                it.observed_at
            )?;
        }
        if !self.posts.is_empty() {
            say!("\nPosts of the window")?;
            let is_judged = self.posts.iter().any(|post| post.expectation.is_some());
            let headings = [
                "published",
                "post",
                "kind",
                "run",
                "R",
                "K",
                "S",
                "views",
                "followers",
                if is_judged {
                    "(I + 1) / (expected + 1)"
                } else {
                    "E"
                },
                "",
            ];
            let mut table = output::table(headings, 4);
            for post in &self.posts {
                let assumed = if post.followers_assumed { "*" } else { "" };
                table.add_row([
                    post.published_at.clone(),
                    post.post_id.clone(),
                    post.kind.clone().unwrap_or(output::MISSING.to_owned()),
                    post.run_id.clone(),
                    count(post.reactions),
                    count(post.comments),
                    count(post.shares),
                    count(post.views),
                    format!("{}{assumed}", count(post.followers)),
                    match &post.expectation {
                        Some(it) => it.to_string(),
                        None if is_judged => output::MISSING.to_owned(),
                        None => post
                            .e
                            .map_or(output::MISSING.to_owned(), |e| format!("{e:.3}")),
                    },
                    post.because.unwrap_or_default().to_owned(),
                ]);
            }
            say!("{table}")?;
            if self.posts.iter().any(|post| post.followers_assumed) {
                say!("* followers at publication are not known: those at collection stand in")?;
            }
            print_rest(self.posts_not_shown, "posts")?;
        }
        if !self.threads.is_empty() {
            say!("\nVisitors' threads (times alone are kept)")?;
            let mut table = output::table(["opened", "post", "run", "replied", "seen until"], 5);
            for thread in &self.threads {
                let replied = thread.replied_at.as_deref().unwrap_or(output::MISSING);
                table.add_row([
                    &thread.opened_at,
                    &thread.post_id,
                    &thread.run_id,
                    replied,
                    &thread.seen_until,
                ]);
            }
            say!("{table}")?;
            print_rest(self.threads_not_shown, "threads")?;
        }
        if !self.left_out.is_empty() {
            say!("\nLeft out")?;
        }
        for line in &self.left_out {
            say!("  {line}")?;
        }
        Ok(())
    }

    fn print_sources(&self) -> anyhow::Result<()> {
        say!("\nSources: the exchanges of the jobs that made these observations, in their order")?;
        for source in &self.sources {
            print_source(source)?;
        }
        print_rest(self.sources_not_shown, "jobs")
    }
}

fn print_source(source: &Source) -> anyhow::Result<()> {
    let ended = match (&source.ended, source.outcome()) {
        (Some(ended), Some(outcome)) => format!("{outcome}, worker {}", ended.worker),
        _ => "has not ended".to_owned(),
    };
    say!("  run {}, job {}: {ended}", source.run_id, source.job_id)?;
    if source.exchanges.is_empty() {
        say!("    no exchange is kept (the log is kept for two years, or nothing was asked)")?;
    }
    for exchange in &source.exchanges {
        let status = exchange
            .status
            .map_or(output::MISSING.to_owned(), |it| it.to_string());
        let error = &exchange.error_class;
        say!(
            "    {} {} {status}{}{error} {} ms, {} bytes, {}",
            exchange.sequence,
            exchange.at(),
            if error.is_empty() { "" } else { " " },
            exchange.duration_ms,
            exchange.body_bytes,
            exchange.connector
        )?;
        say!("      {}", exchange.url)?;
        if !exchange.body_sha256.is_empty() {
            say!("      sha256 {}", exchange.body_sha256)?;
        }
    }
    Ok(())
}

fn print_score(score: &super::score::ScoreExplained) -> anyhow::Result<()> {
    say!("\nScore")?;
    if let Some(own) = &score.own_figure {
        say!(
            "  own figure  published {}, recomputed {}: {}",
            own.published
                .map_or(output::MISSING.to_owned(), |it| it.to_string()),
            recomputed(&own.recomputed),
            verdict(&own.verdict)
        )?;
    }
    if let Some(peers) = &score.peers {
        say!(
            "  peers       {peers}, {} ranked",
            score.ranked_peers.unwrap_or(0)
        )?;
    }
    if let Some(prior) = score.prior {
        say!("  prior       {prior}: the peers' mean")?;
    }
    if let Some(estimate) = score.estimate {
        say!("  estimate    {estimate}: the own figure, shrunk by its weight")?;
    }
    for part in &score.parts {
        say!(
            "  {:.4} of {} at percentile {}",
            part.weight,
            part.indicator,
            part.percentile
        )?;
    }
    for (name, value) in &score.stored {
        say!("  {} = {value}", name.replace('_', " "))?;
    }
    Ok(())
}

fn print_rest(not_shown: usize, what: &str) -> anyhow::Result<()> {
    if not_shown > 0 {
        say!("  … and {not_shown} more {what} (`--all`)")?;
    }
    Ok(())
}

fn count(value: Option<u64>) -> String {
    value.map_or(output::MISSING.to_owned(), output::thousands)
}

fn recomputed(recomputed: &Recomputed) -> String {
    match recomputed {
        Recomputed::Value { value } => value.to_string(),
        Recomputed::Missing { missing_because } => format!("{} {missing_because}", output::MISSING),
        Recomputed::Not { because } => format!("not here: {because}"),
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Equal => "equal".to_owned(),
        Verdict::Different { difference } => format!(
            "DIFFERENT by {difference}: rows came in after the roll-up (repeat it), or a fault of ours"
        ),
        Verdict::OnlyPublished => {
            "DIFFERENT: the observations that are left do not give it".to_owned()
        }
        Verdict::OnlyRecomputed => {
            "DIFFERENT: the observations give it, the published night does not".to_owned()
        }
        Verdict::NotRecomputed { because } => format!("not recomputed: {because}"),
    }
}
