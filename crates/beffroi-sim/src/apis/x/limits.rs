//! Windows of 15 minutes, the cap of a billing cycle, credits, and the bill (fact sheet, sections 5
//! and 6).

use jiff::Timestamp;
use serde_json::json;

use super::{
    super::network::Service,
    PLATFORM,
    answers::{POST_MILLS, Reply, USER_MILLS},
    problem::Problem,
};
use crate::{
    answer::Answer,
    draw::hash,
    meters::{Clock, Quota, Standing},
};

const WINDOW_SECS: i64 = 15 * 60;
const CYCLE_SECS: i64 = 30 * 86_400;
/// Credits do not come back by themselves.
const FOR_EVER_SECS: i64 = 1 << 40;

/// What is limited for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    UsersByName,
    UsersById,
    OneUser,
    Timeline,
    Mentions,
    Posts,
    Search,
    Counts,
    Usage,
}

impl Endpoint {
    /// The endpoint of a path.
    pub(super) fn of(segments: &[&str]) -> Option<Self> {
        Some(match segments {
            ["2", "users", "by"] => Self::UsersByName,
            ["2", "users", "by", "username", _] => Self::OneUser,
            ["2", "users"] => Self::UsersById,
            ["2", "users", _] => Self::OneUser,
            ["2", "users", _, "tweets"] => Self::Timeline,
            ["2", "users", _, "mentions"] => Self::Mentions,
            ["2", "tweets"] => Self::Posts,
            ["2", "tweets", "search", "recent"] => Self::Search,
            ["2", "tweets", "counts", "recent"] => Self::Counts,
            ["2", "usage", "tweets"] => Self::Usage,
            _ => return None,
        })
    }

    /// Its name in the meters.
    fn name(self) -> &'static str {
        match self {
            Self::UsersByName => "users_by_name",
            Self::UsersById => "users_by_id",
            Self::OneUser => "one_user",
            Self::Timeline => "timeline",
            Self::Mentions => "mentions",
            Self::Posts => "posts",
            Self::Search => "search",
            Self::Counts => "counts",
            Self::Usage => "usage",
        }
    }
}

/// Counts a request.
pub(super) fn take(
    service: &Service<'_>,
    credential: &str,
    endpoint: Endpoint,
    now: Timestamp,
) -> Standing {
    let quotas = &service.settings.quotas;
    let limit = match endpoint {
        Endpoint::UsersByName | Endpoint::UsersById | Endpoint::OneUser => quotas.x_user_requests,
        Endpoint::Timeline => quotas.x_timeline_requests,
        Endpoint::Mentions => quotas.x_mention_requests,
        Endpoint::Posts => quotas.x_post_requests,
        Endpoint::Search => quotas.x_search_requests,
        Endpoint::Counts => quotas.x_count_requests,
        Endpoint::Usage => quotas.x_usage_requests,
    };
    let window = Quota {
        bucket: endpoint.name(),
        subject: 0,
        limit,
        clock: Clock::Window { secs: WINDOW_SECS },
        is_published: true,
    };
    service.spend(PLATFORM, credential, window, 1, now)
}

/// The headers of every answer. There is no `Retry-After`.
pub(super) fn with_headers(answer: Answer, standing: &Standing) -> Answer {
    answer
        .header("x-rate-limit-limit", standing.limit.to_string())
        .header("x-rate-limit-remaining", standing.remaining().to_string())
        .header(
            "x-rate-limit-reset",
            standing.resets_at.as_second().to_string(),
        )
}

/// The window is used up, in one of the two forms.
pub(super) fn too_many(standing: &Standing) -> Answer {
    let value = match standing.resets_at.as_second() / WINDOW_SECS % 2 {
        0 => json!({
            "title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank",
            "status": 429,
        }),
        _ => json!({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}),
    };
    Answer::json(429, &value)
}

fn cap(service: &Service<'_>) -> Quota {
    Quota {
        bucket: "posts_of_cycle",
        subject: 0,
        limit: service.settings.quotas.x_posts_per_cycle,
        clock: Clock::Window { secs: CYCLE_SECS },
        is_published: false,
    }
}

fn credit(service: &Service<'_>) -> Quota {
    Quota {
        bucket: "credit_mills",
        subject: 0,
        limit: service.settings.quotas.x_credit_mills,
        clock: Clock::Window {
            secs: FOR_EVER_SECS,
        },
        is_published: false,
    }
}

/// Why nothing more is read, whatever the windows say.
pub(super) fn spent(service: &Service<'_>, credential: &str, now: Timestamp) -> Option<Problem> {
    let is_spent = |quota: Quota| {
        let standing = service.meters.standing(PLATFORM, credential, quota, now);
        // Asked in vain: this counts the refusal.
        standing.is_spent && service.spend(PLATFORM, credential, quota, 1, now).is_spent
    };
    if is_spent(credit(service)) {
        return Some(Problem::no_credits());
    }
    is_spent(cap(service)).then(Problem::capped)
}

/// Bills what an answer holds, each object once in a UTC day. What is left of cap and credit is
/// overdrawn by one answer at the most.
pub(super) fn charge(service: &Service<'_>, credential: &str, reply: &Reply, now: Timestamp) {
    let bill = |kind, ids: &[u64], mills| {
        let billed = ids.iter().filter(|id| {
            service
                .meters
                .bill(PLATFORM, credential, (kind, **id), mills, now)
        });
        billed.count() as u64
    };
    let users = bill("user", &reply.users, USER_MILLS);
    let posts = bill("post", &reply.posts, POST_MILLS);
    let requests = match reply.is_charged {
        // Each request is an object of its own.
        true => {
            let id = hash(now.as_nanosecond().to_string().as_bytes());
            bill("request", &[id], POST_MILLS)
        }
        false => 0,
    };
    let draw = |quota: Quota, units: u64| {
        let left = service.meters.standing(PLATFORM, credential, quota, now);
        let units = units.min(left.remaining());
        if units > 0 {
            service
                .meters
                .spend(PLATFORM, credential, quota, units, now);
        }
    };
    draw(cap(service), posts);
    draw(
        credit(service),
        users * USER_MILLS + (posts + requests) * POST_MILLS,
    );
}

/// One's own consumption.
pub(super) fn usage(service: &Service<'_>, credential: &str, now: Timestamp) -> Reply {
    let standing = service
        .meters
        .standing(PLATFORM, credential, cap(service), now);
    Reply::free(json!({"data": {
        "project_id": "1",
        "project_cap": standing.limit.to_string(),
        "project_usage": standing.used.to_string(),
        "cap_reset_day": 1,
    }}))
}
