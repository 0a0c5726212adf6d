//! Field expressions of the Graph API: `id,posts.since(1).limit(25){id,comments.limit(0)}`.

/// A field that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Field {
    pub(super) name: String,
    /// `.limit(25).order(chronological)`.
    pub(super) arguments: Arguments,
    /// What stands in braces.
    pub(super) fields: Option<Vec<Field>>,
}

/// Modifiers of a field or parameters of an edge, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Arguments(pub(super) Vec<(String, String)>);

impl Arguments {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        super::super::parameter(&self.0, name)
    }
}

/// Reads an expression; `None` where it is none.
pub(super) fn parse(text: &str) -> Option<Vec<Field>> {
    let mut reader = Reader { rest: text };
    let fields = reader.list(0)?;
    reader.rest.is_empty().then_some(fields)
}

/// Braces in braces; Meta allows no more than a few.
const MAX_DEPTH: usize = 6;

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn list(&mut self, depth: usize) -> Option<Vec<Field>> {
        let mut fields = vec![self.field(depth)?];
        while self.takes(',') {
            fields.push(self.field(depth)?);
        }
        Some(fields)
    }

    fn field(&mut self, depth: usize) -> Option<Field> {
        let mut field = Field {
            name: self.word()?.to_owned(),
            ..Field::default()
        };
        while self.takes('.') {
            let name = self.word()?;
            let end = self.rest.starts_with('(').then(|| self.rest.find(')'))??;
            let value = &self.rest[1..end];
            self.rest = &self.rest[end + 1..];
            field.arguments.0.push((name.to_owned(), value.to_owned()));
        }
        if depth < MAX_DEPTH && self.takes('{') {
            field.fields = Some(self.list(depth + 1)?);
            self.takes('}').then_some(())?;
        }
        Some(field)
    }

    fn word(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = self
            .rest
            .find(|c| !is_of_word(c))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn takes(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_taken_apart() {
        let text = "id, posts.since(1).limit(25){id,comments.filter(stream).limit(0)\
                    .summary(total_count){from{id}}},name";
        let fields = parse(text).unwrap();
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["id", "posts", "name"]);
        assert_eq!(fields[1].arguments.get("limit"), Some("25"));
        let comments = &fields[1].fields.as_ref().unwrap()[1];
        assert_eq!(comments.arguments.get("summary"), Some("total_count"));
        assert_eq!(comments.fields.as_ref().unwrap()[0].name, "from");
        let named = parse("business_discovery.username(mairie.x){id}").unwrap();
        assert_eq!(named[0].arguments.get("username"), Some("mairie.x"));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "",
            "id,",
            "id{",
            "id{}",
            "posts.limit",
            "posts.limit(3",
            "a b",
            "{id}",
            "id}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        let deep = "a{".repeat(40) + "b" + &"}".repeat(40);
        assert_eq!(parse(&deep), None);
    }
}
