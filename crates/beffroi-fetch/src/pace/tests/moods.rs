//! How servers that ask for patience get it, and what is remembered of them.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

async fn enter<'a>(pace: &'a Pace, site: &Target, tempo: Tempo) -> Result<Permit<'a>, NotNow> {
    pace.enter(site, true, tempo, None).await
}

/// One exchange that ends with this status; gives the moment that is to be waited for.
async fn exchange(pace: &Pace, site: &Target, tempo: Tempo, status: u16) -> Option<Timestamp> {
    let permit = enter(pace, site, tempo).await.unwrap();
    permit.answered(status, None)
}

/// The memories that changed, by key.
fn memories(pace: &Pace) -> std::collections::BTreeMap<String, HostMemory> {
    let memories = pace.notebook.take().memories;
    memories
        .into_iter()
        .map(|it| (it.key.clone(), it))
        .collect()
}

fn budget(holder: &str) -> Tempo {
    let count = |number| NonZeroU32::new(number).unwrap();
    let budget = BudgetSpec {
        requests: count(100),
        per: SECOND,
        concurrency: count(5),
        holder: Holder::default(),
    };
    Tempo::Api(budget.held_by(holder))
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_back_all_that_stands_behind_the_server() {
    let pace = pace();
    let site = target("a.example", "1.1.1.1");
    let until = exchange(&pace, &site, SITE, 429).await.unwrap();
    let wait = until.duration_since(Timestamp::now()).as_secs();
    assert!((59..=75).contains(&wait), "{wait}");
    let neighbour = target("b.example", "1.1.1.1");
    for site in [&site, &neighbour] {
        let refused = enter(&pace, site, SITE).await.err();
        assert_eq!(refused, Some(NotNow::Blocked(until)));
    }
    let other = target("c.example", "2.2.2.2");
    assert!(enter(&pace, &other, SITE).await.is_ok());

    let memories = memories(&pace);
    assert_eq!(memories.len(), 2, "{memories:?}");
    for key in ["a.example", "group:1.1.1.1"] {
        assert_eq!(memories[key].blocked_until, Some(until));
        assert_eq!((memories[key].backoff, memories[key].slowed), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_503_holds_back_the_host_and_slows_its_neighbours() {
    let pace = pace();
    let site = target("a.example", "1.1.1.1");
    let until = exchange(&pace, &site, SITE, 503).await.unwrap();
    assert!(enter(&pace, &site, SITE).await.is_err());
    tokio::time::sleep(SECOND).await;
    let neighbours: Vec<Target> = (0..3)
        .map(|host| target(&format!("n{host}.example"), "1.1.1.1"))
        .collect();
    assert_eq!(sendings(&pace, &neighbours, SITE).await, [0, 500, 1000]);
    let told = memories(&pace);
    assert_eq!(told["a.example"].blocked_until, Some(until));
    let group = &told["group:1.1.1.1"];
    assert_eq!((group.blocked_until, group.slowed), (None, 1));

    for number in 0..20 {
        let site = target(&format!("g{number}.example"), "1.1.1.1");
        assert_eq!(exchange(&pace, &site, SITE, 200).await, None);
    }
    tokio::time::sleep(SECOND).await;
    let neighbours = &neighbours[..2];
    assert_eq!(sendings(&pace, neighbours, SITE).await, [0, 250]);
    assert_eq!(memories(&pace)["group:1.1.1.1"].slowed, 0);
}

#[tokio::test(start_paused = true)]
async fn an_api_that_refuses_one_credential_is_asked_by_the_others() {
    let pace = pace();
    let api = target("api.example", "1.1.1.1");
    let (one, two) = (budget("one"), budget("two"));
    let until = exchange(&pace, &api, one, 429).await.unwrap();
    let refused = enter(&pace, &api, one).await.err();
    assert_eq!(refused, Some(NotNow::Blocked(until)));
    assert!(enter(&pace, &api, two).await.is_ok());
    assert!(enter(&pace, &api, SITE).await.is_ok(), "nor is its website");
    // Another budget of the same holder.
    let Tempo::Api(spec) = one else {
        unreachable!()
    };
    let slower = Tempo::Api(BudgetSpec {
        per: 2 * SECOND,
        ..spec
    });
    assert!(enter(&pace, &api, slower).await.is_err());

    let told = pace.notebook.take().memories;
    assert_eq!(told.len(), 1);
    assert!(told[0].key.starts_with("api:api.example/"), "{told:?}");
    let another = super::pace();
    another.recall(told);
    let refused = enter(&another, &api, one).await.err();
    assert_eq!(refused, Some(NotNow::Blocked(until)));
    assert!(enter(&another, &api, two).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_recalled_holds_in_another_process() {
    let (first, second) = (pace(), pace());
    let site = target("a.example", "1.1.1.1");
    let neighbour = target("b.example", "1.1.1.1");
    let until = exchange(&first, &site, SITE, 429).await.unwrap();
    second.recall(first.notebook.take().memories);
    for site in [&site, &neighbour] {
        let refused = enter(&second, site, SITE).await.err();
        assert_eq!(refused, Some(NotNow::Blocked(until)));
    }
    assert_eq!(second.notebook.take().memories, [], "no news");
    tokio::time::sleep(80 * SECOND).await;
    let next = exchange(&second, &site, SITE, 429).await.unwrap();
    let wait = next.duration_since(Timestamp::now()).as_secs();
    assert!((119..=150).contains(&wait), "the next level: {wait}");
}

#[tokio::test(start_paused = true)]
async fn a_crawl_delay_is_remembered_before_robots_txt_is_read_again() {
    let (first, second) = (pace(), pace());
    let site = target("a.example", "1.1.1.1");
    let slow = Tempo::Site(CrawlDelay::Read(Some(7 * SECOND)));
    drop(enter(&first, &site, slow).await.unwrap());
    let told = first.notebook.take().memories;
    assert_eq!(told[0].crawl_delay, Some(7 * SECOND));
    drop(enter(&first, &site, slow).await.unwrap());
    assert_eq!(first.notebook.take().memories, [], "told once");

    second.recall(told);
    let unread = Tempo::Site(CrawlDelay::Unread);
    let moments = sendings(&second, &[site.clone(), site.clone()], unread).await;
    assert_eq!(moments, [0, 7_300]);
    drop(enter(&second, &site, SITE).await.unwrap());
    assert_eq!(second.notebook.take().memories[0].crawl_delay, None);
}

#[tokio::test(start_paused = true)]
async fn a_moment_named_with_a_good_answer_blocks_without_offence() {
    let pace = pace();
    let site = target("a.example", "1.1.1.1");
    let until = Timestamp::now() + 60 * SECOND;
    let permit = enter(&pace, &site, SITE).await.unwrap();
    assert_eq!(permit.answered(200, Some(until)), Some(until));
    drop(permit);
    assert!(enter(&pace, &site, SITE).await.is_err());
    let told = memories(&pace);
    assert_eq!(told["a.example"].blocked_until, Some(until));
    assert_eq!((told.len(), told["a.example"].backoff), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn memories_of_long_ago_are_not_kept() {
    let pace = pace();
    let hours_ago = |hours: u64| Timestamp::now() - Duration::from_secs(3600 * hours);
    let memory = |key: &str, backoff, at| HostMemory {
        key: key.to_owned(),
        blocked_until: Some(at),
        backoff,
        slowed: 0,
        crawl_delay: None,
        at,
    };
    pace.recall(vec![
        memory("old.example", 5, hours_ago(5)),
        memory("group:1.1.1.1", 0, hours_ago(1)),
        memory("young.example", 5, hours_ago(3)),
    ]);
    assert_eq!((pace.hosts.len(), pace.groups.len()), (1, 0));
    let young = target("young.example", "1.1.1.1");
    let until = exchange(&pace, &young, SITE, 429).await.unwrap();
    let wait = until.duration_since(Timestamp::now()).as_secs();
    assert!((239..=300).contains(&wait), "level three: {wait}");
}
