//! The accounts, a part at a time: the tables are sorted by account, so that a part is read alone, and a
//! statement needs no more memory however many accounts there are.

use uuid::Uuid;

/// Posts that one part may have, about: with these the largest statement takes less than
/// a gibibyte (a reading of 150,000 posts took 350 MB).
const POSTS_OF_A_PART: u64 = 2_500_000;

/// Most parts that accounts are cut into.
const MOST_PARTS: u64 = 256;

/// Accounts from one id to another, that one not included. ClickHouse compares the second half of an id
/// first, so the ends differ there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) first: Uuid,
    pub(super) end: Uuid,
}

/// As many parts as so many posts ask for. An account's id is a version-5 UUID: its second half begins with
/// the bits 10 and is even below.
pub(super) fn parts(posts: u64) -> Vec<Part> {
    let count = (posts / POSTS_OF_A_PART + 1).min(MOST_PARTS);
    let bound = |number: u64| {
        if number == 0 {
            Uuid::nil()
        } else if number == count {
            Uuid::max()
        } else {
            Uuid::from_u64_pair(0, (1 << 63) + ((1 << 62) / count) * number)
        }
    };
    (0..count)
        .map(|number| Part {
            first: bound(number),
            end: bound(number + 1),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_from_the_first_id_to_the_last() {
        assert_eq!(
            parts(0),
            [Part {
                first: Uuid::nil(),
                end: Uuid::max()
            }]
        );
        let many = parts(40 * POSTS_OF_A_PART);
        assert_eq!(many.len(), 41);
        assert!(many.windows(2).all(|pair| pair[0].end == pair[1].first));
        let bounds = many.iter().skip(1).map(|part| part.first.as_u64_pair().1);
        assert!(bounds.clone().is_sorted_by(|a, b| a < b));
        assert!(bounds.clone().all(|half| (half >> 62) == 0b10));
        assert_eq!(parts(u64::MAX).len(), 256);
    }
}
