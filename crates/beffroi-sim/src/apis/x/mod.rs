//! X: API v2 with an app's bearer token, pay-per-use (fact sheet `x`).

mod answers;
mod limits;
mod message;
mod posts;
mod problem;
mod query;
mod search;
mod truth;
mod user;
mod users;
mod words;

use beffroi_model::Platform;

use super::{
    network::{Call, NetworkApi, Service},
    tokens::{Credentials, TokenState},
};
use crate::{
    SimSettings, SocialTruth,
    answer::Answer,
    world::{World, network::NetworkAccount},
};

use self::{answers::Reply, limits::Endpoint, problem::Problem};

const PLATFORM: Platform = Platform::X;
const HOST: &str = "api.x.test";

/// The API.
pub(crate) struct X;

impl NetworkApi for X {
    fn platforms(&self) -> &'static [Platform] {
        &[PLATFORM]
    }

    fn hosts(&self) -> Vec<String> {
        vec![HOST.to_owned()]
    }

    fn names(&self, _world: &World, account: &NetworkAccount) -> Vec<String> {
        user::names(account)
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        truth::of(world, account)
    }

    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer {
        let token = service.judge(PLATFORM, call.bearer().unwrap_or_default());
        let refused = match token.state {
            TokenState::Good => None,
            TokenState::Expired => Some(("expired", Problem::unauthorized())),
            TokenState::Unknown => Some(("unknown", Problem::unauthorized())),
            TokenState::WithoutPermission => Some(("permission", Problem::not_enrolled())),
        };
        if let Some((kind, problem)) = refused {
            service.meters.refuse(PLATFORM, &token.name, kind);
            return problem.answer();
        }
        let segments = call.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let Some(endpoint) = Endpoint::of(&segments).filter(|_| call.method == hyper::Method::GET)
        else {
            return Problem::no_such_path().answer();
        };
        let standing = limits::take(service, &token.name, endpoint, call.now);
        let answer = if standing.is_spent {
            limits::too_many(&standing)
        } else if let Some(problem) = limits::spent(service, &token.name, call.now) {
            problem.answer()
        } else {
            match respond(service, &token.name, call, endpoint, &segments) {
                Ok(reply) => {
                    limits::charge(service, &token.name, &reply, call.now);
                    let mut value = reply.value;
                    if service.settings.new_field_names {
                        words::renew(&mut value);
                    }
                    Answer::json(200, &value)
                }
                Err(problem) => problem.answer(),
            }
        };
        limits::with_headers(answer, &standing)
    }

    fn configuration(&self, settings: &SimSettings, http_port: u16) -> String {
        let secret = Credentials::of(PLATFORM).map_or("", |it| it.secret);
        let quotas = &settings.quotas;
        let words = match settings.new_field_names {
            true => "post",
            false => "tweet",
        };
        format!(
            "[platforms.x]\n\
             base_url = \"http://{HOST}:{http_port}/\"\n\
             field_names = \"{words}\"\n\
             # Who answers everybody fills more pages than the default reads.\n\
             max_pages = 50\n\
             max_search_pages = 50\n\
             dollars_per_day = 5000.0\n\
             posts_per_day = 1000000\n\
             user_requests = {}\n\
             timeline_requests = {}\n\
             post_requests = {}\n\
             search_requests = {}\n\
             [platforms.x.credentials.simulated]\n\
             secret = \"{secret}\"\n",
            quotas.x_user_requests.max(1),
            quotas.x_timeline_requests.max(1),
            quotas.x_post_requests.max(1),
            quotas.x_search_requests.max(1),
        )
    }
}

fn respond(
    service: &Service<'_>,
    credential: &str,
    call: &Call<'_>,
    endpoint: Endpoint,
    segments: &[&str],
) -> Result<Reply, Problem> {
    match endpoint {
        Endpoint::UsersByName | Endpoint::UsersById | Endpoint::OneUser => {
            users::answer(service, call, endpoint, segments)
        }
        Endpoint::Timeline => posts::timeline(service, call, segments),
        Endpoint::Mentions => posts::mentions(service, call, segments),
        Endpoint::Posts => posts::lookup(service, call),
        Endpoint::Search => search::recent(service, call),
        Endpoint::Counts => search::counts(service, call),
        Endpoint::Usage => Ok(limits::usage(service, credential, call.now)),
    }
}
