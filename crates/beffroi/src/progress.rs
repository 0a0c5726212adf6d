//! How far a run has come: bars with rate and time left on a terminal, plain log lines elsewhere.

use std::{
    collections::HashMap,
    io::{self, IsTerminal, Write},
    sync::LazyLock,
    time::{Duration, Instant},
};

use beffroi_store::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

/// Time between two log lines where there is no terminal.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// The bars on the terminal, while there are any: what else is written there must go above them.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Standard error for the log: lines go above the bars.
pub(crate) struct AboveBars;

impl Write for AboveBars {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        BARS.suspend(|| io::stderr().write(text))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Shows progress on standard error.
pub(crate) enum ProgressView {
    Bars(HashMap<String, ProgressBar>),
    Log {
        begun: Instant,
        last: Option<(Instant, u64)>,
    },
}

impl ProgressView {
    pub(crate) fn new() -> Self {
        if io::stderr().is_terminal() {
            Self::Bars(HashMap::new())
        } else {
            Self::Log {
                begun: Instant::now(),
                last: None,
            }
        }
    }

    /// Shows where the run is now.
    pub(crate) fn show(&mut self, progress: &[Progress]) {
        match self {
            Self::Bars(platforms) => {
                for it in progress {
                    let bar = platforms.entry(it.platform.clone()).or_insert_with(|| {
                        let style = ProgressStyle::with_template(
                            "{prefix:>10} {bar:32} {pos:>6}/{len} {rate:>9} {eta:>4} left",
                        )
                        .expect("the template is right")
                        .with_key("rate", rate);
                        let bar = ProgressBar::new(it.planned).with_style(style);
                        BARS.add(bar.with_prefix(it.platform.clone()))
                    });
                    bar.set_length(it.planned);
                    bar.set_position(it.ended);
                }
            }
            Self::Log { begun, last } => {
                let now = Instant::now();
                if last.is_some_and(|(at, _)| now - at < LOG_INTERVAL) {
                    return;
                }
                let planned: u64 = progress.iter().map(|it| it.planned).sum();
                let ended: u64 = progress.iter().map(|it| it.ended).sum();
                let (since, before) = last.unwrap_or((*begun, 0));
                let seconds = (now - since).as_secs_f64().max(0.001);
                let rate = ended.saturating_sub(before) as f64 / seconds;
                let left = (rate > 0.0).then(|| (planned.saturating_sub(ended)) as f64 / rate);
                tracing::info!(
                    jobs.ended = ended,
                    jobs.planned = planned,
                    jobs.per_sec = format!("{rate:.0}"),
                    left_secs = left.map_or("unknown".to_owned(), |left| format!("{left:.0}")),
                    "crawling"
                );
                *last = Some((now, ended));
            }
        }
    }
}

/// The bars go when the run has ended or is interrupted.
impl Drop for ProgressView {
    fn drop(&mut self) {
        if let Self::Bars(_) = self {
            // Fails only when the terminal is gone.
            let _ = BARS.clear();
        }
    }
}

fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    // Fails only when the bar's own buffer does.
    let _ = write!(out, "{:.1}/s", state.per_sec());
}
