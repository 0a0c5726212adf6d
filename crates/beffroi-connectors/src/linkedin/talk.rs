//! What was said below a post: comments, and the replies to those that have any. Of a citizen nothing
//! outlives the answer but times.

use beffroi_model::MissingReason;
use url::Url;

use super::{
    ask::{Asker, Kind},
    posts::reason,
    refusal::Refusal,
    requests,
    wire::{Comment, List},
};
use crate::conversation::{self, Message, ThreadTimes};

/// Reads the comments of one organisation's posts.
pub(super) struct Reader<'r, 'a> {
    pub(super) asker: &'r mut Asker<'a>,
    pub(super) base: &'r Url,
    /// Whose own replies count as answers.
    pub(super) own_urn: &'r str,
    /// How many calls may still be made.
    pub(super) calls_left: u16,
}

impl Reader<'_, '_> {
    /// The threads below a post: a call for 100 comments, and one for each that has replies.
    pub(super) async fn below(&mut self, post: &str) -> Result<Vec<ThreadTimes>, MissingReason> {
        let comments = self.comments(post, false).await?;
        // The index of the comment that each reply is to.
        let mut replies: Vec<(usize, Comment)> = Vec::new();
        for (index, comment) in comments.iter().enumerate() {
            if comment.replies != Some(0) {
                let below = self.comments(&comment.urn, true).await?;
                replies.extend(below.into_iter().map(|reply| (index, reply)));
            }
        }
        let message = |comment, parent| self.message(comment, parent);
        let of_post = comments.iter().map(|comment| message(comment, post));
        let of_comments = replies
            .iter()
            .map(|(index, reply)| message(reply, comments[*index].urn.as_str()));
        let messages: Vec<Message<'_>> = of_post.chain(of_comments).collect();
        Ok(conversation::read(post, &messages).threads)
    }

    fn message<'m>(&self, comment: &'m Comment, parent: &'m str) -> Message<'m> {
        Message {
            id: &comment.urn,
            parent,
            is_own: comment.actor.as_deref() == Some(self.own_urn),
            at: comment.at,
        }
    }

    /// All comments below a post or a comment. One that was deleted in between has none.
    async fn comments(
        &mut self,
        urn: &str,
        is_citizens: bool,
    ) -> Result<Vec<Comment>, MissingReason> {
        let mut comments = Vec::new();
        for page in 0.. {
            let calls_left = self.calls_left.checked_sub(1);
            self.calls_left = calls_left.ok_or(MissingReason::NotAsked)?;
            let start = page * requests::PER_PAGE;
            let url = requests::comments(self.base, urn, start);
            let shown = is_citizens.then(|| requests::comments_shown(self.base, start));
            let asked = self.asker.ask_shown_as(Kind::Comments, url, shown.as_ref());
            let list: List<Comment> = match asked.await {
                Ok(list) => list,
                Err(Refusal::NotThere) => break,
                Err(refusal) => return Err(reason(refusal)),
            };
            if list.elements.is_unreadable() {
                return Err(MissingReason::CallFailed);
            }
            let may_go_on = list.may_go_on(requests::PER_PAGE);
            comments.extend(list.elements.read);
            if !may_go_on {
                break;
            }
        }
        Ok(comments)
    }
}
