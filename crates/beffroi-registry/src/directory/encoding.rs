//! UTF-8 as it comes; a byte that is not UTF-8 is read as Windows-1252, as some editions of the
//! directory were written.

use std::io::{self, Read};

use encoding_rs::WINDOWS_1252;

/// Bytes asked from below at once: a few disk blocks.
const CHUNK_BYTES: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A reader that yields UTF-8 only.
pub(super) struct Utf8OrWindows1252<R> {
    inner: R,
    /// Bytes read, of which a character's beginning may still lack its end.
    pending: Vec<u8>,
    /// Text to be handed out from `at`.
    text: Vec<u8>,
    at: usize,
    started: bool,
    ended: bool,
}

impl<R: Read> Utf8OrWindows1252<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            pending: Vec::with_capacity(CHUNK_BYTES),
            text: Vec::with_capacity(CHUNK_BYTES),
            at: 0,
            started: false,
            ended: false,
        }
    }

    /// Reads once from below and turns what is complete into text.
    fn refill(&mut self) -> io::Result<()> {
        let held = self.pending.len();
        self.pending.resize(held + CHUNK_BYTES, 0);
        let read = self.inner.read(&mut self.pending[held..]);
        self.pending.truncate(held + *read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        self.text.clear();
        self.at = 0;
        // Three bytes decide whether the file opens with a byte-order mark.
        if !self.started && (self.pending.len() >= BYTE_ORDER_MARK.len() || self.ended) {
            self.started = true;
            if self.pending.starts_with(BYTE_ORDER_MARK) {
                self.pending.drain(..BYTE_ORDER_MARK.len());
            }
        }
        if self.started {
            self.convert();
        }
        Ok(())
    }

    fn convert(&mut self) {
        let mut rest = &self.pending[..];
        while !rest.is_empty() {
            let error = match std::str::from_utf8(rest) {
                Ok(_) => {
                    self.text.extend_from_slice(rest);
                    rest = &[];
                    break;
                }
                Err(error) => error,
            };
            let (good, bad) = rest.split_at(error.valid_up_to());
            self.text.extend_from_slice(good);
            rest = bad;
            // No length: the end of the chunk cut a character, whose end may still come.
            if error.error_len().is_none() && !self.ended {
                break;
            }
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bad[..1]);
            self.text.extend_from_slice(text.as_bytes());
            rest = &bad[1..];
        }
        let left = rest.len();
        self.pending.drain(..self.pending.len() - left);
    }
}

impl<R: Read> Read for Utf8OrWindows1252<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let count = out.len().min(self.text.len() - self.at);
        out[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A source that gives at most `step` bytes at a time.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(out.len());
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn converted(bytes: &[u8], step: usize) -> String {
        let mut text = String::new();
        Utf8OrWindows1252::new(Drip(bytes, step))
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn windows_1252_bytes_are_read_and_the_byte_order_mark_is_dropped() {
        for step in [1, 2, 7, 1000] {
            assert_eq!(
                converted(b"\xEF\xBB\xBFH\xE9rault \x80 \xE9", step),
                "Hérault € é"
            );
            assert_eq!(converted("Hérault".as_bytes(), step), "Hérault");
            assert_eq!(converted(b"cut \xE2\x82", step), "cut â‚");
        }
    }

    proptest! {
        #[test]
        fn utf_8_passes_unchanged_however_it_is_cut(text in "\\PC*", step in 1usize..9) {
            prop_assert_eq!(converted(text.as_bytes(), step), text);
        }

        #[test]
        fn any_bytes_become_text_however_they_are_cut(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            step in 1usize..9,
        ) {
            prop_assert_eq!(converted(&bytes, step), converted(&bytes, 1000));
        }
    }
}
