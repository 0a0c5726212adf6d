//! Path patterns of robots.txt (RFC 9309, 2.2.2 and 2.2.3).
//!
//! Both sides are normalised first, so that comparing octets is enough: percent-encoding of what
//! needs none is undone, everything beyond ASCII is encoded, and a literal `*` or `$` is encoded
//! because bare ones are special. Matching takes time linear in the path and the pattern.

use memchr::memmem;

/// A pattern: literal pieces between the stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Vec<Vec<u8>>,
    is_anchored: bool,
    octets: usize,
}

impl Pattern {
    /// Reads the value of an `Allow` or `Disallow` line.
    pub(super) fn new(value: &[u8]) -> Self {
        let (body, is_anchored) = match value.strip_suffix(b"$") {
            Some(body) => (body, true),
            None => (value, false),
        };
        let normal = normalise(body, Side::Pattern);
        let octets = normal.len() + usize::from(is_anchored);
        let mut pieces: Vec<Vec<u8>> = normal
            .split(|byte| *byte == b'*')
            .map(<[u8]>::to_vec)
            .collect();
        // Stars in a row say no more than one.
        let last = pieces.len() - 1;
        let mut index = 0;
        pieces.retain(|piece| {
            let keep = !piece.is_empty() || index == 0 || index == last;
            index += 1;
            keep
        });
        Self {
            pieces,
            is_anchored,
            octets,
        }
    }

    /// How specific the pattern is: the longest that matches decides.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// Bytes it holds in memory, roughly.
    pub(super) fn weight(&self) -> usize {
        self.octets + self.pieces.len() * size_of::<Vec<u8>>() + size_of::<Self>()
    }

    /// Whether it matches a path that [`normal_path`] has normalised. Taking each piece at its
    /// first place leaves most room for the rest, so no other place need be tried.
    pub(super) fn matches(&self, path: &[u8]) -> bool {
        let (first, others) = self
            .pieces
            .split_first()
            .expect("splitting gives one piece at least");
        let Some(mut rest) = path.strip_prefix(first.as_slice()) else {
            return false;
        };
        let Some((last, middle)) = others.split_last() else {
            return !self.is_anchored || rest.is_empty();
        };
        for piece in middle {
            let Some(place) = memmem::find(rest, piece) else {
                return false;
            };
            rest = &rest[place + piece.len()..];
        }
        if self.is_anchored {
            rest.ends_with(last)
        } else {
            memmem::find(rest, last).is_some()
        }
    }
}

/// Normalises a path with its query for [`Pattern::matches`].
pub(super) fn normal_path(path_and_query: &str) -> Vec<u8> {
    normalise(path_and_query.as_bytes(), Side::Path)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Pattern,
    Path,
}

fn normalise(text: &[u8], side: Side) -> Vec<u8> {
    let mut normal = Vec::with_capacity(text.len());
    let mut is_query = false;
    let mut index = 0;
    while index < text.len() {
        let byte = text[index];
        let encoded = if byte == b'%' {
            hex_pair(&text[index + 1..])
        } else {
            None
        };
        match encoded {
            Some(octet) if is_same_when_decoded(octet, is_query) => normal.push(octet),
            Some(octet) => push_encoded(&mut normal, octet),
            None if !byte.is_ascii() || byte <= b' ' || byte == 0x7f => {
                push_encoded(&mut normal, byte);
            }
            None if byte == b'$' || (byte == b'*' && side == Side::Path) => {
                push_encoded(&mut normal, byte);
            }
            None => normal.push(byte),
        }
        is_query |= byte == b'?';
        index += if encoded.is_some() { 3 } else { 1 };
    }
    normal
}

/// Unreserved characters (RFC 3986, 2.3) never need encoding; `:` and `@` do not in a path nor in
/// a query, `/` and `?` not in a query.
fn is_same_when_decoded(octet: u8, is_query: bool) -> bool {
    match octet {
        b'-' | b'.' | b'_' | b'~' | b':' | b'@' => true,
        b'/' | b'?' => is_query,
        _ => octet.is_ascii_alphanumeric(),
    }
}

fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let value = digit(text.first()?)? * 16 + digit(text.get(1)?)?;
    u8::try_from(value).ok()
}

fn push_encoded(normal: &mut Vec<u8>, octet: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let (high, low) = (usize::from(octet >> 4), usize::from(octet & 15));
    normal.extend_from_slice(&[b'%', HEX[high], HEX[low]]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern.as_bytes()).matches(&normal_path(path))
    }

    #[test]
    fn stars_and_the_end_anchor_mean_what_the_rfc_says() {
        for (pattern, path, expected) in [
            ("/", "/anything", true),
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish", false),
            ("/fish", "/catfish", false),
            ("/fish*", "/fishheads", true),
            ("/fish/", "/fish", false),
            ("/*.php", "/index.php?x=1", true),
            ("/*.php$", "/index.php", true),
            ("/*.php$", "/index.php?x=1", false),
            ("/*.php$", "/a.php/b.php", true),
            ("/fish*.php", "/fishheads/catfish.php?parameters", true),
            ("*", "/x", true),
            ("*/a", "/b/a", true),
            ("/a**b", "/axxb", true),
            ("/a*b*a$", "/aba", true),
            ("/aa*a$", "/aa", false),
            ("/$", "/", true),
            ("/$", "/x", false),
            ("/a$b", "/a$b", true),
            ("/a$b", "/a", false),
            ("fish", "/fish", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn percent_encoding_makes_no_difference_where_it_has_no_meaning() {
        for (pattern, path, expected) in [
            (
                "/foo/bar?baz=https://foo.bar",
                "/foo/bar?baz=https%3A%2F%2Ffoo.bar",
                true,
            ),
            ("/foo/bar/ツ", "/foo/bar/%E3%83%84", true),
            ("/foo/bar/%E3%83%84", "/foo/bar/ツ", true),
            ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", true),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz", true),
            ("/foo/bar/baz", "/foo/bar/%62%61%7a", true),
            ("/a%2Fb", "/a/b", false),
            ("/a%2fb", "/a%2Fb", true),
            (
                "/path/file-with-a-%2A.html",
                "/path/file-with-a-*.html",
                true,
            ),
            ("/path/foo-%24", "/path/foo-$", true),
            ("/caf\u{e9}", "/caf%C3%A9", true),
            ("/100%", "/100%", true),
            ("/%zz", "/%zz", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
        }
        // A file in windows-1252 is compared octet by octet.
        assert!(Pattern::new(b"/caf\xe9").matches(&normal_path("/caf%E9")));
    }

    /// The plain definition, exponential and obviously right.
    fn slow(pattern: &[u8], path: &[u8]) -> bool {
        match pattern {
            [] => true,
            [b'$'] => path.is_empty(),
            [b'*', rest @ ..] => (0..=path.len()).any(|skip| slow(rest, &path[skip..])),
            [byte, rest @ ..] => path.first() == Some(byte) && slow(rest, &path[1..]),
        }
    }

    proptest! {
        #[test]
        fn the_fast_matcher_agrees_with_the_definition(
            pattern in "[ab/*]{0,9}\\$?", path in "/[ab/]{0,14}",
        ) {
            prop_assert_eq!(matches(&pattern, &path), slow(pattern.as_bytes(), path.as_bytes()));
        }

        #[test]
        fn no_octets_make_it_panic(
            pattern in proptest::collection::vec(any::<u8>(), 0..60), path in "\\PC{0,60}",
        ) {
            let pattern = Pattern::new(&pattern);
            let _ = pattern.matches(&normal_path(&path));
        }

        #[test]
        fn normalising_twice_changes_nothing(path in "[a-z/?%:*$é0-9A-F]{0,40}") {
            let once = normal_path(&path);
            let twice = normal_path(std::str::from_utf8(&once).unwrap());
            prop_assert_eq!(once, twice);
        }
    }

    #[test]
    fn many_stars_on_a_long_path_take_no_time() {
        let pattern = Pattern::new("/*a".repeat(5_000).as_bytes());
        let path = normal_path(&"/aaaaaaaaa".repeat(20_000));
        let begin = std::time::Instant::now();
        assert!(pattern.matches(&path));
        assert!(!Pattern::new(format!("{}c$", "*a".repeat(5_000)).as_bytes()).matches(&path));
        assert!(begin.elapsed().as_secs() < 2, "{:?}", begin.elapsed());
    }
}
