//! One visit to one account: who it is, its counters, its posts, its dialogue, in this order. What
//! fails on the way leaves what was brought before.

use std::collections::{BTreeMap, HashSet};

use beffroi_fetch::{Request, visit_time};
use beffroi_model::{Absent, FigureName, Measurement, MissingReason, Post};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    MastodonConnector, MastodonSettings,
    address::{Handle, authority},
    observe::{self, Listing, Need},
    requests,
    resolve::{self, Home, Standing},
    wire::{Account, Context, Status},
};
use crate::{
    MeasureRequest, Measured,
    api::{Calls, Reply, Setback},
    conversation::ThreadTimes,
    dialogue::{Dialogue, Remembered},
    tolerant::Items,
    window::Window,
};

/// How long a home server is believed before WebFinger is asked again.
const HOME_BELIEVED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a visit leaves for the next one: own ids and times alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct State {
    /// Root of the home server's API.
    root: Url,
    /// The handle by its own server.
    handle: String,
    /// The account's id there.
    id: String,
    /// When WebFinger told so.
    resolved_at: Timestamp,
    /// When the account last wrote below a status.
    last_reply_at: Option<Timestamp>,
    /// Conversations, by the id of their post.
    conversations: BTreeMap<String, Remembered>,
}

/// Asks servers on behalf of one visit: within the instance's budget, with its token.
pub(super) struct Asker<'a> {
    settings: &'a MastodonSettings,
    calls: Calls,
}

impl Asker<'_> {
    /// Asks one address.
    pub(super) async fn get(&mut self, url: Url) -> Result<Reply, Setback> {
        let authorization = self.settings.authorization(&url);
        let mut request = Request::api(url, self.settings.budget());
        if let Some((name, value)) = authorization {
            request = request.header(name, value);
        }
        self.calls.get(request).await
    }
}

/// Measures an account.
pub(super) async fn measure(connector: &MastodonConnector, request: &MeasureRequest) -> Measured {
    let mut measurement = request.begun();
    let mut visit = Visit {
        connector,
        request,
        asker: Asker {
            settings: &connector.settings,
            calls: Calls::new(connector.client.clone()),
        },
        window: Window::before(request.as_of, connector.settings.window_days),
    };
    let end = visit.run(&mut measurement).await;
    measurement.fetches = visit.asker.calls.into_records();
    Measured::ended(measurement, end)
}

struct Visit<'a> {
    connector: &'a MastodonConnector,
    request: &'a MeasureRequest,
    asker: Asker<'a>,
    window: Window,
}

/// The account as found, and when its home was last confirmed.
struct Found {
    account: Account,
    account_id: String,
    home: Home,
    resolved_at: Timestamp,
}

impl Visit<'_> {
    async fn run(&mut self, measurement: &mut Measurement) -> Result<(), Setback> {
        let previous = self.previous_state();
        let found = self.find_account(previous.as_ref()).await?;
        let api_host = authority(&found.home.root).unwrap_or_default();
        if observe::is_instance_actor(&found.account, &found.home.handle, &api_host) {
            return Err(Setback::absent(Absent::NotAnAccount));
        }
        measurement.identity = observe::identity(
            &found.account,
            &self.request.account.handle,
            &found.home.handle,
        );
        // Its counters are zeros then, which mean nothing.
        if found.account.suspended {
            return Err(Setback::absent(Absent::Suspended));
        }
        if let Some(moved) = &found.account.moved {
            let page = &self.request.account.url;
            let domain = &found.home.handle.domain;
            measurement.finds = observe::successor(moved, domain, page, &self.request.subjects);
            return Err(Setback::absent(Absent::Moved));
        }
        let (mut listing, cut) = self.list(&found).await;
        if listing.is_unreadable() {
            return Err(Setback::layout());
        }
        measurement.figures = observe::figures(&found.account);
        measurement
            .unavailable
            .insert(FigureName::Views, MissingReason::NotGivenByPlatform);
        let mut dialogue = Dialogue::default();
        if let Some(reason) = cut {
            measurement.unavailable.insert(FigureName::Posts, reason);
            dialogue.miss(reason);
        }
        let previous = previous.filter(|state| state.id == found.account_id);
        let conversations = self
            .converse(&found, &mut listing, previous.as_ref(), &mut dialogue)
            .await;
        let state = State {
            root: found.home.root,
            handle: found.home.handle.canonical(),
            id: found.account_id,
            resolved_at: found.resolved_at,
            last_reply_at: listing.last_reply_at(),
            conversations,
        };
        let state = serde_json::to_string(&state).expect("text, times and numbers are JSON");
        measurement.state = Some(state);
        measurement.posts = listing.posts;
        measurement.threads = dialogue.figure();
        Ok(())
    }

    /// What the last visit left; a state that cannot be read (another version's) is as none.
    fn previous_state(&self) -> Option<State> {
        let text = self.request.previous_state.as_deref()?;
        serde_json::from_str(text).ok()
    }

    async fn find_account(&mut self, previous: Option<&State>) -> Result<Found, Setback> {
        let no_handle = || Setback::absent(Absent::NotAnAccount);
        let handle = Handle::parse(&self.request.account.handle).ok_or_else(no_handle)?;
        let configured = self.connector.settings.base_url(&handle.domain);

        if let Some(found) = self.recall(previous, configured.as_ref()).await? {
            return Ok(found);
        }
        let home = match configured {
            Some(root) => Home {
                root,
                handle,
                standing: Standing::Silent,
            },
            None => {
                let scheme = handle.scheme(&self.request.account.url);
                resolve::find_home(&mut self.asker, &handle, scheme).await?
            }
        };
        let cache = &self.connector.software;
        let account = resolve::look_up(&mut self.asker, cache, &home).await?;
        let account_id = account.id.clone().ok_or_else(Setback::layout)?;
        Ok(Found {
            account,
            account_id,
            home,
            resolved_at: visit_time(),
        })
    }

    /// The account by the id that the last visit left, while that is fresh.
    async fn recall(
        &mut self,
        previous: Option<&State>,
        configured: Option<&Url>,
    ) -> Result<Option<Found>, Setback> {
        let Some(state) = previous else {
            return Ok(None);
        };
        let Some(handle) = Handle::parse(&state.handle) else {
            return Ok(None);
        };
        // By the run's clock, so that a visit that is played again asks what it asked.
        let age = self.request.as_of.duration_since(state.resolved_at);
        let is_elsewhere = configured.is_some_and(|root| *root != state.root);
        if is_elsewhere || age >= HOME_BELIEVED_FOR {
            return Ok(None);
        }
        let account = resolve::recall(&mut self.asker, &state.root, &state.id).await?;
        Ok(account.map(|account| Found {
            account,
            account_id: state.id.clone(),
            home: Home {
                root: state.root.clone(),
                handle,
                standing: Standing::Known,
            },
            resolved_at: state.resolved_at,
        }))
    }

    /// Lists the account's statuses back to the start of the window. The reason tells why the list
    /// is not whole, when it is not.
    async fn list(&mut self, found: &Found) -> (Listing, Option<MissingReason>) {
        let mut listing = Listing::default();
        let root = &found.home.root;
        let instance = authority(root).unwrap_or_default();
        let mut url = requests::statuses(root, &found.account_id);
        for _ in 0..self.connector.settings.max_pages.get() {
            let reply = match self.asker.get(url).await {
                Ok(reply) if reply.status() == 200 => reply,
                Ok(reply) => return (listing, Some(resolve::refusal(&reply).missing_reason())),
                Err(setback) => return (listing, Some(setback.missing_reason())),
            };
            let Some(page) = reply.json::<Items<Status>>() else {
                return (listing, Some(MissingReason::CallFailed));
            };
            let is_empty = page.read.is_empty() && page.unreadable == 0;
            listing.add_page(page, &found.account_id, self.window);
            let is_read = listing
                .oldest_read
                .is_some_and(|at| self.window.is_past(at));
            let next = reply
                .header("link")
                .and_then(|link| requests::next_page(root, link));
            match next {
                Some(next) if !is_empty && !is_read => url = next,
                _ => return (listing, None),
            }
            if let Err(spent) = self.connector.paging.turn(&instance).await {
                tracing::warn!(
                    error = &spent as &dyn std::error::Error,
                    "a list is left unread"
                );
                return (listing, Some(MissingReason::Truncated));
            }
        }
        (listing, Some(MissingReason::Truncated))
    }

    /// Reads the conversations below the posts, and returns what is to be remembered of them. The
    /// first call that fails ends the asking: the figure is lost by then, and the server in
    /// trouble. Posts that were deleted since they were listed are taken off the list.
    async fn converse(
        &mut self,
        found: &Found,
        listing: &mut Listing,
        previous: Option<&State>,
        dialogue: &mut Dialogue,
    ) -> BTreeMap<String, Remembered> {
        let has_replied_since =
            previous.is_some_and(|state| listing.last_reply_at() > state.last_reply_at);
        let mut conversations = BTreeMap::new();
        let mut contexts_left = self.connector.settings.max_contexts;
        let mut setback = None;
        let mut deleted = HashSet::new();
        for post in &listing.posts {
            let mark = listing.mark(post);
            let remembered = previous.and_then(|state| state.conversations.get(&post.post_id));
            let now = match observe::need(mark, remembered, has_replied_since) {
                Need::Nothing => continue,
                Need::Recall(remembered) => remembered.clone(),
                Need::Ask if setback.is_some() => continue,
                Need::Ask if contexts_left == 0 => {
                    dialogue.miss(MissingReason::NotAsked);
                    continue;
                }
                Need::Ask => {
                    contexts_left -= 1;
                    match self.context(found, post).await {
                        Ok(Some((threads, is_truncated))) => Remembered {
                            mark: mark.unwrap_or_default(),
                            threads,
                            is_truncated,
                        },
                        Ok(None) => {
                            deleted.insert(post.post_id.clone());
                            continue;
                        }
                        Err(error) => {
                            dialogue.miss(error.missing_reason());
                            setback = Some(error);
                            continue;
                        }
                    }
                }
            };
            dialogue.add(&post.post_id, &now.threads);
            if now.is_truncated {
                dialogue.miss(MissingReason::Truncated);
            }
            if mark.is_some() {
                conversations.insert(post.post_id.clone(), now);
            }
        }
        listing
            .posts
            .retain(|post| !deleted.contains(&post.post_id));
        conversations
    }

    /// The threads below a post, and whether the answer was cut at the platform's limit; `None`
    /// when the post is there no more.
    async fn context(
        &mut self,
        found: &Found,
        post: &Post,
    ) -> Result<Option<(Vec<ThreadTimes>, bool)>, Setback> {
        let url = requests::context(&found.home.root, &post.post_id);
        let limit = match self.connector.settings.authorization(&url) {
            Some(_) => requests::AUTHORISED_DESCENDANTS,
            None => requests::ANONYMOUS_DESCENDANTS,
        };
        let reply = self.asker.get(url).await?;
        if is_gone(&reply) && self.is_deleted(found, post).await? {
            return Ok(None);
        }
        if reply.status() != 200 {
            return Err(resolve::refusal(&reply));
        }
        let context: Context = reply.json().ok_or_else(Setback::layout)?;
        let shown = context.descendants.read.len() + context.descendants.unreadable;
        let conversation = observe::conversation(&post.post_id, &found.account_id, &context);
        let threads = conversation.ok_or_else(Setback::layout)?.threads;
        Ok(Some((threads, shown >= limit)))
    }

    /// Whether a post is there no more. Any server says "not found" of a path that it does not
    /// know, so that a context is believed to be gone only if the post is gone as well.
    async fn is_deleted(&mut self, found: &Found, post: &Post) -> Result<bool, Setback> {
        let url = requests::status(&found.home.root, &post.post_id);
        Ok(is_gone(&self.asker.get(url).await?))
    }
}

fn is_gone(reply: &Reply) -> bool {
    matches!(reply.status(), 404 | 410)
}
