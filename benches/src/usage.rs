//! Time by the clock and by the processor, of this process and of others.

use std::time::{Duration, Instant};

use anyhow::Context;
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    sys::{
        resource::{UsageWho, getrusage},
        time::{TimeVal, TimeValLike as _},
    },
    unistd::{Pid, SysconfVar, sysconf},
};

/// A stretch of work, begun.
#[derive(Debug)]
pub struct Meter {
    begin: Instant,
    own_cpu: Duration,
    others: Vec<(u32, Duration)>,
}

/// What a stretch of work took.
#[derive(Debug, Clone)]
pub struct Spent {
    /// By the clock.
    pub wall: Duration,
    /// Processor time of this process, all threads, user and system.
    pub cpu: Duration,
    /// The same of the other processes, in the order given.
    pub others: Vec<Duration>,
}

impl Meter {
    /// Begins, looking at these other processes too.
    pub fn start(others: &[u32]) -> anyhow::Result<Self> {
        let others = others
            .iter()
            .map(|&pid| Ok((pid, cpu_of(pid)?)))
            .collect::<anyhow::Result<_>>()?;
        Ok(Self {
            begin: Instant::now(),
            own_cpu: own_cpu()?,
            others,
        })
    }

    /// Ends.
    pub fn stop(self) -> anyhow::Result<Spent> {
        let wall = self.begin.elapsed();
        let cpu = own_cpu()?.saturating_sub(self.own_cpu);
        let others = self
            .others
            .into_iter()
            .map(|(pid, before)| Ok(cpu_of(pid)?.saturating_sub(before)))
            .collect::<anyhow::Result<_>>()?;
        Ok(Spent { wall, cpu, others })
    }
}

fn own_cpu() -> anyhow::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).context("getrusage failed")?;
    let micros = |time: TimeVal| u64::try_from(time.num_microseconds()).unwrap_or_default();
    Ok(Duration::from_micros(
        micros(usage.user_time()) + micros(usage.system_time()),
    ))
}

/// Processor time of another process, to a hundredth of a second.
pub fn cpu_of(pid: u32) -> anyhow::Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let stat =
        std::fs::read_to_string(&path).with_context(|| format!("could not read `{path}`"))?;
    let ticks = ticks_in(&stat).with_context(|| format!("`{path}` is not as proc(5) says"))?;
    let per_second = sysconf(SysconfVar::CLK_TCK)?.context("no clock tick is known")?;
    Ok(Duration::from_secs_f64(ticks as f64 / per_second as f64))
}

/// The largest resident size that a process has had, and the present one, MiB.
pub fn memory_of(pid: u32) -> anyhow::Result<(f64, f64)> {
    let path = format!("/proc/{pid}/status");
    let status =
        std::fs::read_to_string(&path).with_context(|| format!("could not read `{path}`"))?;
    let size = |name| size_in(&status, name).with_context(|| format!("`{path}` has no `{name}`"));
    Ok((size("VmHWM:")?, size("VmRSS:")?))
}

/// A size of proc_pid_status(5), MiB.
fn size_in(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// The sum of `utime` and `stime`, fields 14 and 15 of proc_pid_stat(5). The name of the program
/// stands in parentheses and may hold anything.
fn ticks_in(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// How the machine's cores are shared out, so that who serves never takes time from who is measured.
#[derive(Debug)]
pub struct Cores {
    measured: CpuSet,
    helpers: CpuSet,
}

impl Cores {
    /// The first core that we may use for what is measured, the others for its helpers.
    pub fn split() -> anyhow::Result<Self> {
        let allowed = sched_getaffinity(Pid::from_raw(0)).context("no core is known")?;
        let mut measured = CpuSet::new();
        let mut helpers = CpuSet::new();
        let mut is_first = true;
        for core in 0..CpuSet::count() {
            if !allowed.is_set(core)? {
                continue;
            }
            let set = if is_first {
                &mut measured
            } else {
                &mut helpers
            };
            set.set(core)?;
            is_first = false;
        }
        // With a single core there is nothing to share out.
        let has_helpers = (0..CpuSet::count()).any(|core| helpers.is_set(core).unwrap_or(false));
        Ok(Self {
            helpers: if has_helpers { helpers } else { measured },
            measured,
        })
    }

    /// Processes started from now on stay on the helpers' cores.
    pub fn start_helpers(&self) -> anyhow::Result<()> {
        sched_setaffinity(Pid::from_raw(0), &self.helpers).context("the cores cannot be chosen")
    }

    /// This thread, and those that it starts from now on, stay on the core that is measured.
    pub fn measure(&self) -> anyhow::Result<()> {
        sched_setaffinity(Pid::from_raw(0), &self.measured).context("the cores cannot be chosen")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0 8 0 1 2 3";
        assert_eq!(ticks_in(stat), Some(175));
        assert_eq!(ticks_in("42 (a"), None);
    }

    #[test]
    fn sizes_are_found_by_their_name() {
        let status = "Name:\tx\nVmHWM:\t    3072 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!(size_in(status, "VmHWM:"), Some(3.0));
        assert_eq!(size_in(status, "VmRSS:"), Some(2.0));
        assert_eq!(size_in(status, "VmSwap:"), None);
    }

    #[test]
    fn work_costs_processor_time_and_waiting_does_not() {
        let meter = Meter::start(&[std::process::id()]).unwrap();
        std::thread::sleep(Duration::from_millis(30));
        let spent = meter.stop().unwrap();
        assert!(spent.wall >= Duration::from_millis(30));
        assert!(spent.cpu < spent.wall, "{spent:?}");
        assert_eq!(spent.others.len(), 1);
    }
}
