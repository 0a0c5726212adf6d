//! The decoders of the libraries under one shape: bytes in, bytes out, and whether the stream has
//! ended.

use brotli::{BrotliDecompressStream, BrotliResult, HeapAlloc, HuffmanCode};
use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Operation};

/// Window of deflate, as a power of two: the largest there is.
const DEFLATE_WINDOW_LOG: u8 = 15;

/// Largest window of zstd, as a power of two: the 8 MiB that HTTP allows (RFC 9659).
const ZSTD_WINDOW_LOG: u32 = 23;

type BrotliState = brotli::BrotliState<HeapAlloc<u8>, HeapAlloc<u32>, HeapAlloc<HuffmanCode>>;

/// A content coding (RFC 9110, 8.4.1; RFC 7932; RFC 8878).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    /// Deflate within zlib as the RFC says, or bare as some servers send it.
    Deflate,
    Brotli,
    Zstd,
}

/// A decoder on its way through a stream.
pub(super) enum Decoder {
    /// Of gzip, zlib or bare deflate.
    Flate(Decompress),
    Brotli(Box<BrotliState>),
    Zstd(zstd::stream::raw::Decoder<'static>),
}

/// What a decoder did with some input.
pub(super) struct Step {
    pub(super) read: usize,
    pub(super) written: usize,
    /// The stream has ended; what is left of the input does not belong to it.
    pub(super) is_end: bool,
}

impl Coding {
    /// By the name in the head.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        [
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
            ("deflate", Self::Deflate),
            ("br", Self::Brotli),
            ("zstd", Self::Zstd),
        ]
        .into_iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()))
        .map(|(_, coding)| coding)
    }

    /// How many of a stream's first bytes must be seen before it can be decoded.
    pub(super) fn telling_bytes(self) -> usize {
        match self {
            Self::Gzip => 3,
            Self::Deflate => 2,
            Self::Brotli => 0,
            Self::Zstd => 4,
        }
    }

    /// Whether a stream may begin with these. The other codings have no mark by which to tell.
    pub(super) fn is_begun_by(self, telling: &[u8]) -> bool {
        match self {
            Self::Gzip => telling == [0x1f, 0x8b, 8],
            Self::Deflate | Self::Brotli => true,
            // A frame, or one to be skipped.
            Self::Zstd => matches!(
                telling,
                [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18]
            ),
        }
    }

    /// Whether streams may follow one another (RFC 1952, 2.2; RFC 8878, 3).
    pub(super) fn may_repeat(self) -> bool {
        matches!(self, Self::Gzip | Self::Zstd)
    }

    /// A decoder for the stream that begins with these.
    pub(super) fn decoder(self, telling: &[u8]) -> Option<Decoder> {
        Some(match self {
            Self::Gzip => Decoder::Flate(Decompress::new_gzip(DEFLATE_WINDOW_LOG)),
            Self::Deflate => Decoder::Flate(Decompress::new(is_zlib(telling))),
            // Strict: without the windows of up to 1 GiB that only the library's own format knows.
            Self::Brotli => Decoder::Brotli(Box::new(BrotliState::new_strict(
                HeapAlloc::new(0),
                HeapAlloc::new(0),
                HeapAlloc::new(HuffmanCode::default()),
            ))),
            Self::Zstd => {
                let mut decoder = zstd::stream::raw::Decoder::new().ok()?;
                decoder
                    .set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))
                    .ok()?;
                Decoder::Zstd(decoder)
            }
        })
    }
}

/// The header of zlib: deflate, a window it has, and a check sum (RFC 1950, 2.2). A bare stream
/// that looks so would begin with a stored block whose padding is not zero; nobody writes that.
fn is_zlib(telling: &[u8]) -> bool {
    let [method, flags] = telling else {
        return false;
    };
    method & 0x0f == 8
        && method >> 4 <= 7
        && u16::from_be_bytes([*method, *flags]).is_multiple_of(31)
}

impl Decoder {
    /// Another stream of the same coding follows.
    pub(super) fn begin_again(&mut self) {
        match self {
            // Keeps being of gzip, the only one of its coding that may repeat.
            Self::Flate(decompress) => decompress.reset(true),
            // The others do so by themselves, or never.
            Self::Brotli(_) | Self::Zstd(_) => {}
        }
    }

    /// Reads on; `None` when the input is not what it should be.
    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Option<Step> {
        match self {
            Self::Flate(decompress) => {
                let before = (decompress.total_in(), decompress.total_out());
                let status = decompress
                    .decompress(input, output, FlushDecompress::None)
                    .ok()?;
                Some(Step {
                    read: usize::try_from(decompress.total_in() - before.0).ok()?,
                    written: usize::try_from(decompress.total_out() - before.1).ok()?,
                    is_end: status == Status::StreamEnd,
                })
            }
            Self::Brotli(state) => {
                let (mut read, mut written, mut total) = (0, 0, 0);
                let result = BrotliDecompressStream(
                    &mut input.len(),
                    &mut read,
                    input,
                    &mut output.len(),
                    &mut written,
                    output,
                    &mut total,
                    state,
                );
                let is_end = match result {
                    BrotliResult::ResultSuccess => true,
                    BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => false,
                    BrotliResult::ResultFailure => return None,
                };
                Some(Step {
                    read,
                    written,
                    is_end,
                })
            }
            Self::Zstd(decoder) => {
                let status = decoder.run_on_buffers(input, output).ok()?;
                Some(Step {
                    read: status.bytes_read,
                    written: status.bytes_written,
                    is_end: status.remaining == 0,
                })
            }
        }
    }
}
