//! The certificate of a night: planned = measured + unchanged + absent + forbidden + failed, by
//! platform and stratum, with the reasons.

use std::collections::BTreeMap;

use beffroi_model::{OutcomeKind, RunId};
use beffroi_store::CertificateLine;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::output::{self, say};

/// Jobs by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) planned: u64,
    pub(crate) measured: u64,
    pub(crate) unchanged: u64,
    pub(crate) absent: u64,
    pub(crate) forbidden: u64,
    pub(crate) failed: u64,
}

/// The tally of one stratum on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StratumTally {
    pub(crate) category: String,
    pub(crate) stratum: String,
    #[serde(flatten)]
    pub(crate) tally: Tally,
}

/// The tally of a platform.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct PlatformTally {
    #[serde(flatten)]
    pub(crate) tally: Tally,
    /// Jobs by `outcome.reason`: `failed.tcp_timeout`.
    pub(crate) reasons: BTreeMap<String, u64>,
    pub(crate) strata: Vec<StratumTally>,
}

/// The certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Certificate {
    pub(crate) run_id: RunId,
    pub(crate) as_of: Timestamp,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    /// Whether every planned job has its outcome.
    pub(crate) complete: bool,
    #[serde(flatten)]
    pub(crate) total: Tally,
    pub(crate) platforms: BTreeMap<String, PlatformTally>,
}

impl Tally {
    fn add(&mut self, outcome: &str, jobs: u64) {
        self.planned += jobs;
        // An outcome that is no known word (none yet) is planned and nothing else, so that the
        // certificate does not balance.
        match outcome.parse() {
            Ok(OutcomeKind::Measured) => self.measured += jobs,
            Ok(OutcomeKind::Unchanged) => self.unchanged += jobs,
            Ok(OutcomeKind::Absent) => self.absent += jobs,
            Ok(OutcomeKind::Forbidden) => self.forbidden += jobs,
            Ok(OutcomeKind::Failed) => self.failed += jobs,
            Err(_) => {}
        }
    }

    /// Jobs that have ended.
    pub(crate) fn ended(&self) -> u64 {
        self.measured + self.unchanged + self.absent + self.forbidden + self.failed
    }

    fn cells(&self) -> [String; 6] {
        [
            self.planned,
            self.measured,
            self.unchanged,
            self.absent,
            self.forbidden,
            self.failed,
        ]
        .map(output::thousands)
    }
}

impl Certificate {
    /// Adds up the lines of a run.
    pub(crate) fn of(
        run_id: RunId,
        as_of: Timestamp,
        started_at: Timestamp,
        ended_at: Timestamp,
        lines: &[CertificateLine],
    ) -> Self {
        let mut total = Tally::default();
        let mut platforms: BTreeMap<String, PlatformTally> = BTreeMap::new();
        for line in lines {
            total.add(&line.outcome, line.jobs);
            let platform = platforms.entry(line.platform.clone()).or_default();
            platform.tally.add(&line.outcome, line.jobs);
            if !line.reason.is_empty() {
                let reason = format!("{}.{}", line.outcome, line.reason);
                *platform.reasons.entry(reason).or_default() += line.jobs;
            }
            // Lines come sorted, so those of a stratum follow one another.
            let same =
                |it: &&mut StratumTally| it.category == line.category && it.stratum == line.stratum;
            match platform.strata.last_mut().filter(same) {
                Some(stratum) => stratum.tally.add(&line.outcome, line.jobs),
                None => {
                    let mut tally = Tally::default();
                    tally.add(&line.outcome, line.jobs);
                    platform.strata.push(StratumTally {
                        category: line.category.clone(),
                        stratum: line.stratum.clone(),
                        tally,
                    });
                }
            }
        }
        let complete = total.planned == total.ended();
        Self {
            run_id,
            as_of,
            started_at,
            ended_at,
            complete,
            total,
            platforms,
        }
    }

    /// The certificate for people.
    pub(crate) fn print(&self) -> anyhow::Result<()> {
        let words = [
            "planned",
            "measured",
            "unchanged",
            "absent",
            "forbidden",
            "failed",
        ];
        let mut table = output::table(std::iter::once("platform").chain(words), 1);
        for (name, platform) in &self.platforms {
            table.add_row(std::iter::once(name.clone()).chain(platform.tally.cells()));
        }
        table.add_row(std::iter::once("all".to_owned()).chain(self.total.cells()));
        let seconds = self.ended_at.duration_since(self.started_at).as_secs();
        say!(
            "Certificate of run {} ({} s)\n{table}",
            self.run_id,
            seconds
        )?;

        let mut reasons = output::table(["platform", "outcome.reason", "jobs"], 2);
        for (name, platform) in &self.platforms {
            for (reason, jobs) in &platform.reasons {
                reasons.add_row([name.clone(), reason.clone(), output::thousands(*jobs)]);
            }
        }
        if reasons.row_count() > 0 {
            say!("\n{reasons}")?;
        }
        if self.complete {
            say!(
                "\ncomplete: {} planned = {} ended",
                self.total.planned,
                self.total.ended()
            )
        } else {
            say!(
                "\nNOT COMPLETE: {} of {} jobs have ended",
                self.total.ended(),
                self.total.planned
            )
        }
    }

    /// The strata of each platform, for people.
    pub(crate) fn print_strata(&self) -> anyhow::Result<()> {
        let words = [
            "planned",
            "measured",
            "unchanged",
            "absent",
            "forbidden",
            "failed",
        ];
        let mut table = output::table(
            ["platform", "category", "stratum"].into_iter().chain(words),
            3,
        );
        for (name, platform) in &self.platforms {
            for stratum in &platform.strata {
                let keys = [
                    name.clone(),
                    stratum.category.clone(),
                    stratum.stratum.clone(),
                ];
                table.add_row(keys.into_iter().chain(stratum.tally.cells()));
            }
        }
        say!("\n{table}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(
        platform: &str,
        stratum: &str,
        outcome: &str,
        reason: &str,
        jobs: u64,
    ) -> CertificateLine {
        CertificateLine {
            platform: platform.to_owned(),
            category: "commune".to_owned(),
            stratum: stratum.to_owned(),
            outcome: outcome.to_owned(),
            reason: reason.to_owned(),
            jobs,
        }
    }

    fn certificate(lines: &[CertificateLine]) -> Certificate {
        let at = Timestamp::UNIX_EPOCH;
        Certificate::of("2026-11-23".parse().unwrap(), at, at, at, lines)
    }

    #[test]
    fn outcomes_add_up_to_the_plan() {
        let certificate = certificate(&[
            line("bluesky", "500-1999", "measured", "", 3),
            line("website", "500-1999", "absent", "dns_nxdomain", 2),
            line("website", "500-1999", "measured", "", 7),
            line("website", "<500", "failed", "http_5xx", 1),
        ]);
        assert!(certificate.complete);
        assert_eq!(certificate.total.planned, 13);
        let website = &certificate.platforms["website"];
        assert_eq!((website.tally.planned, website.tally.absent), (10, 2));
        assert_eq!(website.strata.len(), 2);
        assert_eq!(website.reasons["failed.http_5xx"], 1);
    }

    #[test]
    fn a_job_without_an_outcome_leaves_the_certificate_open() {
        let open = certificate(&[
            line("website", "<500", "measured", "", 7),
            line("website", "<500", "", "", 1),
        ]);
        assert!(!open.complete);
        assert_eq!((open.total.planned, open.total.ended()), (8, 7));
    }
}
