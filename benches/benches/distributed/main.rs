//! Many workers as processes, with a coordinator, a real RabbitMQ and a real ClickHouse, on the simulated
//! France: what they use of the budgets, how long a night takes, what more workers bring. Judged by the
//! arrivals that the simulator saw.
//!
//! `-- budget`, `-- changing`, `-- dying`, `-- makespan`, `-- speedup` for one of them, `--quick` for a
//! small form, and numbers for how many workers.

mod budget;
mod makespan;
mod speedup;

use std::process::ExitCode;

use beffroi_benches::child;

/// What is asked for on the command line.
#[derive(Debug, Clone)]
struct Form {
    is_quick: bool,
    /// Workers, one measurement each.
    fleets: Vec<usize>,
}

fn main() -> ExitCode {
    if let Some(played) = child::play() {
        return played;
    }
    match bench() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let fleets: Vec<usize> = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let is_given = |word: &str| arguments.iter().any(|argument| argument == word);
    let is_quick = is_given("--quick");
    let names = ["budget", "changing", "dying", "makespan", "speedup"];
    let is_wanted = |name| is_given(name) || !names.into_iter().any(is_given);
    let form = |usual: &[usize], quick: &[usize]| Form {
        is_quick,
        fleets: match (fleets.is_empty(), is_quick) {
            (false, _) => fleets.clone(),
            (true, false) => usual.to_vec(),
            (true, true) => quick.to_vec(),
        },
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    // On this thread, with which the processes that it starts would end.
    runtime.block_on(async {
        if is_wanted("budget") {
            budget::steady(&form(&[1, 2, 4, 8], &[2])).await?;
        }
        if is_wanted("changing") {
            budget::changing(&form(&[4], &[3])).await?;
        }
        if is_wanted("dying") {
            budget::dying(&form(&[4], &[3])).await?;
        }
        if is_wanted("makespan") {
            makespan::night(&form(&[4], &[2])).await?;
        }
        if is_wanted("speedup") {
            speedup::grow(&form(&[1, 2, 4, 8], &[1, 2])).await?;
        }
        Ok(())
    })
}
