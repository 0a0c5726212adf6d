//! Ids of videos: eleven letters that hold the account's number and the second of publication, so
//! that a video is found without a list of all of them.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bits of the time: seconds until the year 36,000.
const TIME_BITS: u32 = 40;

/// Spreads numbers over all letters; odd, so that it can be undone.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// What undoes it: Newton's method for the inverse in the numbers below 2^64.
const INVERSE: u64 = {
    let mut inverse = FACTOR;
    let mut round = 0;
    while round < 6 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(FACTOR.wrapping_mul(inverse)));
        round += 1;
    }
    inverse
};

/// The id of the video that an account published then.
pub(super) fn video(account: u32, at: i64) -> String {
    let number = (u64::from(account) << TIME_BITS) | (at as u64 & ((1 << TIME_BITS) - 1));
    let spread = number.wrapping_mul(FACTOR);
    letters(spread.rotate_left(31).wrapping_mul(FACTOR), 11)
}

/// Account and second of an id, if it is one; whether there is such a video is another question.
pub(super) fn read(id: &str) -> Option<(u32, i64)> {
    if id.len() != 11 {
        return None;
    }
    let mut number: u64 = 0;
    for letter in id.bytes() {
        let value = LETTERS.iter().position(|it| *it == letter)? as u64;
        number = number.checked_mul(64)?.checked_add(value)?;
    }
    let spread = number.wrapping_mul(INVERSE).rotate_right(31);
    let number = spread.wrapping_mul(INVERSE);
    let account = u32::try_from(number >> TIME_BITS).ok()?;
    Some((account, (number & ((1 << TIME_BITS) - 1)) as i64))
}

fn letters(mut number: u64, count: usize) -> String {
    let mut letters: Vec<char> = Vec::with_capacity(count);
    for _ in 0..count {
        letters.push(char::from(LETTERS[(number % 64) as usize]));
        number /= 64;
    }
    letters.into_iter().rev().collect()
}

/// The 22 letters behind `UC`, of two numbers.
pub(super) fn channel(one: u64, other: u64) -> String {
    format!("UC{}{}", letters(one, 11), letters(other, 11))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_video() {
        for (account, at) in [(0, 0), (7, 1_790_000_123), (999_999, 1_104_537_600)] {
            let id = video(account, at);
            assert_eq!(id.len(), 11);
            assert_eq!(read(&id), Some((account, at)), "{id}");
        }
        assert_ne!(
            video(1, 100)[..6],
            video(1, 101)[..6],
            "neighbours do not look alike"
        );
        for none in ["", "abc", "abcdefghijkl", "abcdefghij!"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn a_channels_id_has_the_form_of_one() {
        let id = channel(u64::MAX, 3);
        assert_eq!(id.len(), 24);
        assert!(id.starts_with("UC"));
    }
}
