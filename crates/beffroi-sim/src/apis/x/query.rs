//! The language of searches, as far as it asks whose a message is.

/// Signs of a query at the most, on pay-per-use.
const MAX_QUERY: usize = 512;

/// A query, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Term {
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    From(String),
    To(String),
    Conversation(u64),
    InReplyTo(u64),
    IsReply,
    IsRetweet,
    MinReplies(u64),
}

/// Reads a query; `None` when it is too long or holds what is not known here.
pub(super) fn read(text: &str) -> Option<Term> {
    // A minus before a bracket stands alone then.
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut reader = Reader {
        words: spaced.split_whitespace().map(str::to_owned).collect(),
        at: 0,
    };
    let is_short = text.chars().count() <= MAX_QUERY;
    let term = reader.any()?;
    (is_short && reader.at == reader.words.len()).then_some(term)
}

struct Reader {
    words: Vec<String>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    /// `a b OR c d`: nearer words bind more closely.
    fn any(&mut self) -> Option<Term> {
        let mut terms = vec![self.all()?];
        while self.peek() == Some("OR") {
            self.at += 1;
            terms.push(self.all()?);
        }
        Some(match terms.len() {
            1 => terms.remove(0),
            _ => Term::Any(terms),
        })
    }

    fn all(&mut self) -> Option<Term> {
        let mut terms = Vec::new();
        while let Some(word) = self.peek() {
            if matches!(word, "OR" | ")") {
                break;
            }
            terms.push(self.one()?);
        }
        match terms.len() {
            0 => None,
            1 => terms.pop(),
            _ => Some(Term::All(terms)),
        }
    }

    fn one(&mut self) -> Option<Term> {
        let word = self.peek()?.to_owned();
        self.at += 1;
        if word == "(" {
            let term = self.any()?;
            let is_closed = self.peek() == Some(")");
            self.at += 1;
            return is_closed.then_some(term);
        }
        if let Some(rest) = word.strip_prefix('-') {
            let term = match rest {
                "" => self.one()?,
                rest => operator(rest)?,
            };
            return Some(Term::Not(Box::new(term)));
        }
        operator(&word)
    }
}

fn operator(word: &str) -> Option<Term> {
    if let Some(name) = word.strip_prefix('@') {
        return Some(Term::To(name.to_lowercase()));
    }
    let (name, value) = word.split_once(':')?;
    Some(match (name, value) {
        ("from", name) => Term::From(name.to_lowercase()),
        ("to", name) => Term::To(name.to_lowercase()),
        ("conversation_id", id) => Term::Conversation(id.parse().ok()?),
        ("in_reply_to_tweet_id", id) => Term::InReplyTo(id.parse().ok()?),
        ("is", "reply") => Term::IsReply,
        ("is", "retweet") => Term::IsRetweet,
        ("min_replies", least) => Term::MinReplies(least.parse().ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_as_x_reads_them() {
        let to = |name: &str| Term::To(name.to_owned());
        let no_retweet = || Term::Not(Box::new(Term::IsRetweet));
        assert_eq!(
            read("(to:A OR to:b) -is:retweet"),
            Some(Term::All(vec![
                Term::Any(vec![to("a"), to("b")]),
                no_retweet()
            ]))
        );
        assert_eq!(
            read("from:a is:reply OR -(to:b)"),
            Some(Term::Any(vec![
                Term::All(vec![Term::From("a".to_owned()), Term::IsReply]),
                Term::Not(Box::new(to("b"))),
            ]))
        );
        for wrong in [
            "",
            "(to:a",
            "to:a)",
            "word",
            "to:a OR",
            "has:dragons",
            "min_replies:x",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
