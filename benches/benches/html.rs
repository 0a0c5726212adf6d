//! HTML discovery on one core, in bytes a second: the whole pass over a page, and its stages.
//!
//! Pages: `wordpress`, the page that the pipeline's benchmark serves; `simulated`, home pages of a
//! simulated France as its server sends them, legacy charsets and broken markup included.

use beffroi_benches::samples::{Sample, simulated, wordpress};
use beffroi_connectors::website::{
    accounts_on_page,
    extract::{Extractor, extract},
};
use beffroi_fetch::{TextDecoder, TextKind};
use divan::{Bencher, black_box, counter::BytesCount};

/// Bytes that arrive at once, as hyper hands them over.
const CHUNK_BYTES: usize = 16 * 1024;

const MAX_LINKS: usize = 2_000;

const KINDS: [Kind; 2] = [Kind::Wordpress, Kind::Simulated];

#[derive(Debug, Clone, Copy)]
enum Kind {
    Wordpress,
    Simulated,
}

impl Kind {
    fn samples(self) -> &'static [Sample] {
        match self {
            Self::Wordpress => wordpress(),
            Self::Simulated => simulated(),
        }
    }
}

fn main() {
    divan::main();
}

/// Bytes to text to facts to accounts: what a page costs after it was fetched.
#[divan::bench(args = KINDS)]
fn discovery(bencher: Bencher<'_, '_>, kind: Kind) {
    over_all(bencher, kind, |sample| {
        black_box(accounts_on_page(&decode(sample), &sample.url));
    });
}

/// Bytes to text.
#[divan::bench(args = KINDS)]
fn stage_1_decode(bencher: Bencher<'_, '_>, kind: Kind) {
    over_all(bencher, kind, |sample| {
        black_box(decode(sample));
    });
}

/// Text to facts, in one streaming pass.
#[divan::bench(args = KINDS)]
fn stage_2_extract(bencher: Bencher<'_, '_>, kind: Kind) {
    over_all(bencher, kind, |sample| {
        let host = sample.url.host_str().unwrap_or_default();
        black_box(extract(&sample.text, host, MAX_LINKS));
    });
}

/// Text to facts to accounts: less the stage before, the price of judging links.
#[divan::bench(args = KINDS)]
fn stage_2_and_3_extract_and_recognise(bencher: Bencher<'_, '_>, kind: Kind) {
    over_all(bencher, kind, |sample| {
        black_box(accounts_on_page(&sample.text, &sample.url));
    });
}

/// Bytes to facts as the connector reads them, without the text ever being whole.
#[divan::bench(args = KINDS)]
fn streamed_decode_and_extract(bencher: Bencher<'_, '_>, kind: Kind) {
    over_all(bencher, kind, |sample| {
        let mut decoder = decoder(sample);
        let mut extractor = Extractor::new(sample.url.host_str().unwrap_or_default(), MAX_LINKS);
        for chunk in sample.bytes.chunks(CHUNK_BYTES) {
            decoder.push(chunk, |text| extractor.write(text));
        }
        decoder.finish(|text| extractor.write(text));
        black_box(extractor.finish());
    });
}

fn over_all(bencher: Bencher<'_, '_>, kind: Kind, read: impl Fn(&Sample) + Sync) {
    let samples = kind.samples();
    let bytes: usize = samples.iter().map(|sample| sample.bytes.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench(|| samples.iter().for_each(&read));
}

fn decoder(sample: &Sample) -> TextDecoder {
    TextDecoder::new(sample.charset.as_deref(), TextKind::Html)
}

fn decode(sample: &Sample) -> String {
    let mut text = String::with_capacity(sample.bytes.len());
    let mut decoder = decoder(sample);
    for chunk in sample.bytes.chunks(CHUNK_BYTES) {
        decoder.push(chunk, |piece| text.push_str(piece));
    }
    decoder.finish(|piece| text.push_str(piece));
    text
}
