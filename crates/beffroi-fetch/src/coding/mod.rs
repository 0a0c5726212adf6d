//! Undoes a body's `Content-Encoding` while it arrives, whatever codings it names, in whatever
//! order and spelling.
//!
//! Codings stand one behind the other as stages. A stage hands on what it has decoded in pieces of
//! at most [`OUTPUT_BYTES`], and stops as soon as the one behind it has had enough: memory does not
//! depend on what a body swells to. A complete stream may be followed by anything; one that is cut
//! short is broken.

mod decoder;

use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use decoder::{Coding, Decoder};

/// What we undo, as servers are told.
pub(crate) const ACCEPTED: &str = "gzip, deflate, br, zstd";

/// Codings of one body. A site and the cache before it make two; more than this is nobody's
/// intention.
const MAX_CODINGS: usize = 4;

/// Largest piece that a stage hands on, in bytes: the window of deflate, and what its library takes
/// as well.
const OUTPUT_BYTES: usize = 32 * 1024;

/// Streams that may follow one another in one coding. Servers that compress part by part make some
/// hundreds; a stage that must begin anew for each few bytes costs more than it reads.
const MAX_MEMBERS: u32 = 10_000;

/// Why decoding ends before the body does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The bytes are not what their coding says.
    Broken,
    /// There is more than is wanted.
    Full,
}

/// Where decoded bytes go.
type Emit<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Stop>;

/// The codings of one body. Without any, bytes pass as they are.
pub(crate) struct Decoding {
    /// The coding that was applied last comes first.
    stages: Vec<Stage>,
}

impl Decoding {
    /// Reads the head; `None` when it names what we cannot undo. No coded form of `max_bytes` is
    /// much longer than they: a stage that is given more than that is stuffed.
    pub(crate) fn of(headers: &HeaderMap, max_bytes: u64) -> Option<Self> {
        let max_coded_bytes = max_bytes
            .saturating_add(max_bytes / 8)
            .saturating_add(64 * 1024);
        let mut stages = Vec::new();
        for value in headers.get_all(CONTENT_ENCODING) {
            for name in value.as_bytes().split(|byte| *byte == b',') {
                let name = name.trim_ascii();
                if !is_no_coding(name) {
                    if stages.len() == MAX_CODINGS {
                        return None;
                    }
                    stages.push(Stage::new(Coding::named(name)?, max_coded_bytes));
                }
            }
        }
        stages.reverse();
        Some(Self { stages })
    }

    /// Takes the next bytes of the body and emits what they decode to.
    pub(crate) fn push(&mut self, bytes: &[u8], emit: Emit<'_>) -> Result<(), Stop> {
        push_through(&mut self.stages, bytes, emit)
    }

    /// Whether the body may end here. One without a single byte may: some servers name the coding
    /// that they would have used.
    pub(crate) fn is_complete(&self) -> bool {
        self.stages.iter().all(Stage::is_complete)
    }
}

/// What some servers write where they mean none, a charset for example.
fn is_no_coding(name: &[u8]) -> bool {
    ["", "identity", "none", "utf-8", "utf8"]
        .iter()
        .any(|harmless| name.eq_ignore_ascii_case(harmless.as_bytes()))
}

fn push_through(stages: &mut [Stage], bytes: &[u8], emit: Emit<'_>) -> Result<(), Stop> {
    match stages.split_first_mut() {
        None => emit(bytes),
        Some((stage, behind)) => stage.push(bytes, &mut |out| push_through(behind, out, emit)),
    }
}

/// One coding on its way to be undone.
struct Stage {
    coding: Coding,
    place: Place,
    /// Made for the first stream and kept for those that follow.
    decoder: Option<Decoder>,
    /// The first bytes of a stream, by which it is known, until all are there.
    held: Vec<u8>,
    output: Box<[u8]>,
    coded_bytes: u64,
    max_coded_bytes: u64,
    members: u32,
}

/// Where a stage stands in its streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before one, or behind the last.
    Before,
    Within,
    /// Behind the last; what comes is of no meaning.
    Behind,
}

impl Stage {
    fn new(coding: Coding, max_coded_bytes: u64) -> Self {
        Self {
            coding,
            place: Place::Before,
            decoder: None,
            held: Vec::with_capacity(coding.telling_bytes()),
            output: vec![0; OUTPUT_BYTES].into_boxed_slice(),
            coded_bytes: 0,
            max_coded_bytes,
            members: 0,
        }
    }

    fn push(&mut self, mut input: &[u8], emit: Emit<'_>) -> Result<(), Stop> {
        self.coded_bytes += input.len() as u64;
        if self.coded_bytes > self.max_coded_bytes {
            return Err(Stop::Full);
        }
        while !input.is_empty() {
            match self.place {
                Place::Before => {
                    let missing = self.coding.telling_bytes() - self.held.len();
                    let (telling, rest) = input.split_at(missing.min(input.len()));
                    self.held.extend_from_slice(telling);
                    input = rest;
                    if telling.len() == missing {
                        self.begin(emit)?;
                    }
                }
                Place::Within => input = &input[self.decode(input, emit)?..],
                Place::Behind => return Ok(()),
            }
        }
        Ok(())
    }

    /// A stream begins, if its first bytes say so.
    fn begin(&mut self, emit: Emit<'_>) -> Result<(), Stop> {
        let held = std::mem::take(&mut self.held);
        if !self.coding.is_begun_by(&held) {
            self.place = Place::Behind;
            return if self.members > 0 {
                Ok(())
            } else {
                Err(Stop::Broken)
            };
        }
        match &mut self.decoder {
            Some(decoder) => decoder.begin_again(),
            none => *none = Some(self.coding.decoder(&held).ok_or(Stop::Broken)?),
        }
        self.place = Place::Within;
        // No stream is shorter than the bytes that tell it: none of them are left over.
        self.decode(&held, emit)?;
        self.held = held;
        self.held.clear();
        Ok(())
    }

    /// Decodes what of the input belongs to the stream, and tells how much that was.
    fn decode(&mut self, input: &[u8], emit: Emit<'_>) -> Result<usize, Stop> {
        let decoder = self.decoder.as_mut().ok_or(Stop::Broken)?;
        let mut read = 0;
        loop {
            let step = decoder
                .step(&input[read..], &mut self.output)
                .ok_or(Stop::Broken)?;
            read += step.read;
            if step.written > 0 {
                emit(&self.output[..step.written])?;
            }
            if step.is_end {
                self.members += 1;
                if self.members > MAX_MEMBERS {
                    return Err(Stop::Broken);
                }
                self.place = if self.coding.may_repeat() {
                    Place::Before
                } else {
                    Place::Behind
                };
                return Ok(read);
            }
            let may_hold_more = step.written == self.output.len();
            if read == input.len() && !may_hold_more {
                return Ok(read);
            }
            if step.read == 0 && step.written == 0 {
                return Err(Stop::Broken); // it will never get on
            }
        }
    }

    fn is_complete(&self) -> bool {
        match self.place {
            Place::Before => self.members > 0 || self.held.is_empty(),
            Place::Within => false,
            Place::Behind => true,
        }
    }
}

#[cfg(test)]
mod tests;
