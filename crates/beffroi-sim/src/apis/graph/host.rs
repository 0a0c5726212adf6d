//! The host of Meta's Graph API: Facebook's nodes and Instagram's business discovery, single, by
//! ids, and in batches (fact sheet `facebook`, sections 3, 5 and 6).

use beffroi_model::Platform;
use serde_json::{Map, Value, json};

use super::{
    GraphError, batch, facebook,
    fields::{self, Arguments, Field},
    instagram, no_token,
    nodes::{Graph, Node},
    refusal, secret, with_app_usage,
};
use crate::{
    SimSettings, SocialTruth,
    answer::Answer,
    apis::network::{Call, NetworkApi, Service},
    draw::hash,
    meters::{Clock, Quota},
    world::{World, network::NetworkAccount},
};

pub(super) const HOST: &str = "graph.facebook.test";

/// Ids of one call, and calls of one batch, at the most.
pub(super) const MAX_TOGETHER: usize = 50;

/// Versions answered, the oldest first.
const VERSIONS: std::ops::RangeInclusive<u32> = 21..=26;

/// The host.
pub(crate) struct MetaGraph;

impl NetworkApi for MetaGraph {
    fn platforms(&self) -> &'static [Platform] {
        &[Platform::Facebook, Platform::Instagram]
    }

    fn hosts(&self) -> Vec<String> {
        vec![HOST.to_owned()]
    }

    fn names(&self, world: &World, account: &NetworkAccount) -> Vec<String> {
        match account.platform {
            Platform::Instagram => instagram::names(account),
            _ => facebook::names(world, account),
        }
    }

    fn permanent_id(&self, account: &NetworkAccount) -> Option<String> {
        Some(match account.platform {
            Platform::Instagram => instagram::account_id(account),
            _ => facebook::page_id(account),
        })
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        match account.platform {
            Platform::Instagram => instagram::truth(world, account),
            _ => facebook::truth(world, account),
        }
    }

    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer {
        let Some(secret) = secret(call) else {
            return no_token();
        };
        let segments = call.segments();
        if *call.method == hyper::Method::POST && segments.len() <= 1 {
            return batch::answer(service, call, secret);
        }
        let asked = Asked {
            segments,
            parameters: Arguments(call.parameters.clone()),
            secret,
        };
        one(service, call, &asked)
    }

    fn configuration(&self, settings: &SimSettings, http_port: u16) -> String {
        let facebook = facebook::configuration(HOST, http_port);
        let instagram = instagram::configuration(settings, HOST, http_port);
        format!("{facebook}\n{instagram}")
    }
}

/// One question, alone or in a batch.
pub(super) struct Asked<'a> {
    pub(super) segments: Vec<String>,
    pub(super) parameters: Arguments,
    pub(super) secret: &'a str,
}

/// Answers one question.
pub(super) fn one(service: &Service<'_>, call: &Call<'_>, asked: &Asked<'_>) -> Answer {
    let mut segments: Vec<&str> = asked.segments.iter().map(String::as_str).collect();
    let mut version = "v25.0";
    if let Some(number) = segments.first().and_then(|first| version_of(first)) {
        version = segments.remove(0);
        if !VERSIONS.contains(&number) {
            let message = "(#2635) You are calling a deprecated version of the API.";
            return GraphError::new(400, 2635, None, message).answer();
        }
    }
    if segments.first().is_some_and(|id| instagram::is_own(id)) {
        return instagram::answer(service, call, &segments, &asked.parameters, asked.secret);
    }
    let platform = Platform::Facebook;
    let token = service.judge(platform, asked.secret);
    let permission = "(#10) This endpoint requires the 'pages_read_engagement' permission or the \
                      'Page Public Content Access' feature or the 'Page Public Metadata Access' \
                      feature.";
    if let Some((answer, kind)) = refusal(&token, (10, permission)) {
        service.meters.refuse(platform, &token.name, kind);
        return answer;
    }
    let ids: Vec<&str> = asked
        .parameters
        .get("ids")
        .map(|ids| ids.split(',').collect())
        .unwrap_or_default();
    // Each id counts as a call.
    let calls = ids.len().max(1) as u64;
    let quota = Quota {
        bucket: "calls",
        subject: 0,
        limit: service.settings.quotas.facebook_calls_per_hour,
        clock: Clock::Rolling { secs: 3_600 },
        is_published: false,
    };
    let standing = service.spend(platform, &token.name, quota, calls, call.now);
    if standing.is_spent {
        // What is asked while blocked makes the block longer.
        service
            .meters
            .penalise(platform, &token.name, quota, calls, call.now);
        let message = "(#4) Application request limit reached";
        let status = if call.now.as_second() % 2 == 0 {
            400
        } else {
            403
        };
        return with_app_usage(
            GraphError::new(status, 4, None, message).answer(),
            &standing,
        );
    }
    let ask = Ask {
        service,
        call,
        credential: &token.name,
        secret: asked.secret,
        base: format!(
            "http://{HOST}:{}/{version}",
            service.world.settings.http_port
        ),
        parameters: &asked.parameters,
    };
    let answer = if ids.is_empty() {
        ask.path(&segments)
    } else {
        ask.together(&ids)
    };
    with_app_usage(answer.unwrap_or_else(|error| error.answer()), &standing)
}

fn version_of(segment: &str) -> Option<u32> {
    let (major, minor) = segment.strip_prefix('v')?.split_once('.')?;
    minor.parse::<u32>().ok()?;
    major.parse().ok()
}

/// A question to Facebook that may be answered.
struct Ask<'a> {
    service: &'a Service<'a>,
    call: &'a Call<'a>,
    credential: &'a str,
    secret: &'a str,
    base: String,
    parameters: &'a Arguments,
}

impl Ask<'_> {
    fn path(&self, segments: &[&str]) -> Result<Answer, GraphError> {
        match segments {
            [] => match self.parameters.get("id") {
                Some(id) => self.node(id, None),
                None => Err(GraphError::bad_parameter("Unsupported get request.")),
            },
            ["pages", "search"] => Ok(self.search()),
            [id] => self.node(id, None),
            [id, edge] => self.node(id, Some(edge)),
            _ => Err(GraphError::bad_parameter("Unknown path components")),
        }
    }

    /// Several nodes in one answer, by what was asked for; one unknown fails all.
    fn together(&self, ids: &[&str]) -> Result<Answer, GraphError> {
        if ids.len() > MAX_TOGETHER {
            let message = "(#100) Too many IDs. Maximum: 50.";
            return Err(GraphError::bad_parameter(message));
        }
        let mut nodes = Map::new();
        for id in ids {
            let answer = self.value(id, None)?;
            nodes.insert((*id).to_owned(), answer);
        }
        Ok(Answer::json(200, &Value::Object(nodes)))
    }

    fn node(&self, id: &str, edge: Option<&str>) -> Result<Answer, GraphError> {
        self.value(id, edge).map(|value| Answer::json(200, &value))
    }

    fn value(&self, id: &str, edge: Option<&str>) -> Result<Value, GraphError> {
        let fields = self.fields()?;
        let fields = fields.as_deref();
        let (account, place) = self.find(id)?;
        self.of_page(account)?;
        let life = account.life(self.service.world);
        let node = match place {
            Place::Page => Some(Node::Page),
            Place::Post(at) => post(&life, at).map(Node::Post),
            Place::Comment(post_at, at) => post(&life, post_at).and_then(|post| {
                let mut comments = super::comments::of_post(post).into_iter();
                let comment = comments.find(|comment| comment.at == at)?;
                Some(Node::Comment(post, comment))
            }),
        };
        let node = node.ok_or_else(|| facebook::unseen(id))?;
        let mut graph = Graph {
            world: self.service.world,
            account,
            life: &life,
            base: self.base.clone(),
            secret: self.secret,
            rows: 0,
        };
        match edge {
            None => graph.node(&node, fields),
            Some(edge) => graph.edge(&node, edge, self.parameters, fields),
        }
    }

    fn fields(&self) -> Result<Option<Vec<Field>>, GraphError> {
        match self.parameters.get("fields") {
            None | Some("") => Ok(None),
            Some(text) => fields::parse(text).map(Some).ok_or_else(|| {
                GraphError::new(
                    400,
                    2500,
                    None,
                    "Syntax error \"Expected end of string instead of \"{\".\" at character 1",
                )
            }),
        }
    }

    /// Whose node that is, and which.
    fn find(&self, id: &str) -> Result<(&NetworkAccount, Place), GraphError> {
        let world = self.service.world;
        // An address leads to the page that it names.
        let name = id
            .strip_prefix("https://www.facebook.com/")
            .map_or(id, |rest| rest.trim_end_matches('/'));
        let by_name = |name: &str| {
            let name = facebook::canonical(name);
            self.service.find(Platform::Facebook, &name)
        };
        if let Some(account) = by_name(name) {
            return match facebook::refusal(world, account, name) {
                Some(error) => Err(error),
                None => Ok((account, Place::Page)),
            };
        }
        let numbers: Option<Vec<i64>> = name.split('_').map(|part| part.parse().ok()).collect();
        let of_number = |number: i64| {
            let (index, at) = facebook::of_post_number(number)?;
            let account = world.networks.accounts.get(index)?;
            let is_shown = account.platform == Platform::Facebook
                && facebook::refusal(world, account, &facebook::page_id(account)).is_none();
            is_shown.then_some((account, at))
        };
        let found = match numbers.as_deref() {
            Some([first, second]) => match by_name(&first.to_string()) {
                Some(_) => of_number(*second).map(|(account, at)| (account, Place::Post(at))),
                None => {
                    of_number(*first).map(|(account, at)| (account, Place::Comment(at, *second)))
                }
            },
            Some(_) => None,
            None => return Err(facebook::unknown(name)),
        };
        found.ok_or_else(|| facebook::unseen(name))
    }

    /// What may be asked of one page in a day: so much for each of its engaged users.
    fn of_page(&self, account: &NetworkAccount) -> Result<(), GraphError> {
        let service = self.service;
        let quota = Quota {
            bucket: "calls of a page",
            subject: hash(account.handle.as_bytes()),
            limit: service.settings.quotas.facebook_page_calls_per_day,
            clock: Clock::Rolling { secs: 86_400 },
            is_published: true,
        };
        let (platform, now) = (Platform::Facebook, self.call.now);
        let standing = service.spend(platform, self.credential, quota, 1, now);
        if !standing.is_spent {
            return Ok(());
        }
        let message = "(#80001) There have been too many calls to this Page account. Wait a bit \
                       and try again.";
        let wait_secs = standing.resets_at.as_second() - now.as_second();
        let usage = json!({facebook::page_id(account): [{
            "type": "pages",
            "call_count": 100,
            "total_cputime": 25,
            "total_time": 25,
            "estimated_time_to_regain_access": (wait_secs + 59) / 60,
        }]});
        Err(GraphError {
            usage: Some(usage.to_string()),
            ..GraphError::new(400, 80_001, None, message)
        })
    }

    /// Pages whose name holds the words.
    fn search(&self) -> Answer {
        let world = self.service.world;
        let words = self.parameters.get("q").unwrap_or_default().to_lowercase();
        let mut data = Vec::new();
        for account in &world.networks.accounts {
            let name = &world.bodies[account.body as usize].collectivity.name;
            let is_found = account.platform == Platform::Facebook
                && facebook::refusal(world, account, &facebook::page_id(account)).is_none()
                && words.contains(&name.to_lowercase());
            if is_found && data.len() < 25 {
                data.push(json!({"id": facebook::page_id(account), "name": name}));
            }
        }
        Answer::json(200, &json!({"data": data}))
    }
}

fn post(life: &crate::world::network::Life, at: i64) -> Option<&crate::world::network::Post> {
    life.posts.iter().find(|post| post.at == at)
}

/// What an id names.
enum Place {
    Page,
    Post(i64),
    Comment(i64, i64),
}
