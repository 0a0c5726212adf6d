use std::io::Write;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use proptest::prelude::*;
use reqwest::header::HeaderValue;

use super::*;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn bare(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn brotli(body: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 5,
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &body[..], &mut out, &params).unwrap();
    out
}

fn zstd(body: &[u8]) -> Vec<u8> {
    zstd::encode_all(body, 3).unwrap()
}

fn headers(values: &[&str]) -> HeaderMap {
    values
        .iter()
        .map(|value| (CONTENT_ENCODING, HeaderValue::from_str(value).unwrap()))
        .collect()
}

/// Decodes in steps of so many bytes, and looks at what comes by piece.
fn decode(codings: &[&str], coded: &[u8], step: usize, max: u64) -> Result<Vec<u8>, Stop> {
    let mut decoding = Decoding::of(&headers(codings), max).ok_or(Stop::Broken)?;
    let mut out = Vec::new();
    for part in coded.chunks(step) {
        decoding.push(part, &mut |bytes| {
            assert!(bytes.len() <= OUTPUT_BYTES || codings.is_empty());
            out.extend_from_slice(bytes);
            if out.len() as u64 > max {
                Err(Stop::Full)
            } else {
                Ok(())
            }
        })?;
    }
    if decoding.is_complete() {
        Ok(out)
    } else {
        Err(Stop::Broken)
    }
}

const ALL: u64 = 1 << 20;

fn text() -> Vec<u8> {
    "Conseil municipal du 12 novembre à 18 h. "
        .repeat(2_000)
        .into_bytes()
}

/// Each coding with a body in it.
fn samples(body: &[u8]) -> [(&'static str, Vec<u8>); 5] {
    [
        ("gzip", gzip(body)),
        ("deflate", zlib(body)),
        ("deflate", bare(body)),
        ("br", brotli(body)),
        ("zstd", zstd(body)),
    ]
}

#[test]
fn every_coding_is_undone_however_the_bytes_are_cut() {
    for body in [text(), b"x".to_vec(), Vec::new()] {
        for (coding, coded) in samples(&body) {
            for step in [1, 2, 3, 7, 1_000, usize::MAX] {
                let decoded = decode(&[coding], &coded, step, ALL);
                assert!(decoded.as_deref() == Ok(&body[..]), "{coding} by {step}");
            }
        }
    }
}

#[test]
fn names_are_read_in_any_case_and_over_several_headers() {
    let body = text();
    let twice = brotli(&gzip(&body));
    for (codings, coded) in [
        (&["GZIP"][..], gzip(&body)),
        (&["x-gzip"], gzip(&body)),
        (&[" Br "], brotli(&body)),
        (&["gzip, identity"], gzip(&body)),
        (&["gzip", "utf-8"], gzip(&body)),
        (&["gzip,br"], twice.clone()),
        (&["gzip, br"], twice.clone()),
        (&["gzip", "br"], twice.clone()),
        (&["br, gzip"], gzip(&brotli(&body))),
        (&["gzip, gzip"], gzip(&gzip(&body))),
        (
            &["deflate, zstd", "br, gzip"],
            gzip(&brotli(&zstd(&bare(&body)))),
        ),
        (&["identity"], body.clone()),
        (&[], body.clone()),
    ] {
        for step in [1, 1_000] {
            let decoded = decode(codings, &coded, step, ALL);
            assert!(decoded.as_deref() == Ok(&body[..]), "{codings:?} by {step}");
        }
    }
    for codings in [
        &["compress"][..],
        &["gzip, exi"],
        &["gzip, br, gzip, br, gzip"],
    ] {
        assert_eq!(decode(codings, &twice, 100, ALL), Err(Stop::Broken));
    }
}

#[test]
fn streams_that_follow_one_another_are_one_body() {
    let (first, second) = (b"a".repeat(100), b"b".repeat(5_000));
    let whole = [&first[..], &second].concat();
    // A frame of zstd that is to be skipped.
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    for (coding, coded) in [
        ("gzip", [gzip(&first), gzip(&second)].concat()),
        ("gzip", [gzip(&first), gzip(b""), gzip(&second)].concat()),
        ("zstd", [zstd(&first), zstd(&second)].concat()),
        (
            "zstd",
            [&skipped[..], &zstd(&first), &skipped, &zstd(&second)].concat(),
        ),
    ] {
        for step in [1, 10, usize::MAX] {
            let decoded = decode(&[coding], &coded, step, ALL);
            assert!(decoded.as_deref() == Ok(&whole[..]), "{coding} by {step}");
        }
    }
}

#[test]
fn what_trails_a_complete_stream_is_passed_over() {
    let body = text();
    for (coding, coded) in samples(&body) {
        for trail in [
            &b"\0"[..],
            b"\x1f",
            b"\x1f\x8b",
            b"<!-- cache -->",
            &[0; 600],
        ] {
            for step in [1, 1_000_000] {
                let decoded = decode(&[coding], &[&coded, trail].concat(), step, ALL);
                assert!(decoded.as_deref() == Ok(&body[..]), "{coding}, {trail:?}");
            }
        }
    }
}

#[test]
fn a_stream_that_is_cut_or_corrupt_is_broken() {
    let body = text();
    for (coding, coded) in samples(&body) {
        for kept in [1, 2, 3, 5, coded.len() / 2, coded.len() - 1] {
            let decoded = decode(&[coding], &coded[..kept], 64, ALL);
            assert_eq!(decoded, Err(Stop::Broken), "{coding}, {kept} bytes");
        }
    }
    let mut cut = [gzip(&body), gzip(&body)].concat();
    cut.truncate(cut.len() - 1);
    assert_eq!(decode(&["gzip"], &cut, 64, ALL), Err(Stop::Broken));
    let mut wrong_sum = gzip(&body);
    let at = wrong_sum.len() - 6;
    wrong_sum[at] ^= 1;
    assert_eq!(decode(&["gzip"], &wrong_sum, 64, ALL), Err(Stop::Broken));
    for coding in ["gzip", "zstd"] {
        let plain = decode(&[coding], b"<html>Bonjour</html>", 64, ALL);
        assert_eq!(plain, Err(Stop::Broken), "{coding}");
    }
}

#[test]
fn no_body_at_all_is_an_empty_one() {
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, br"] {
        assert_eq!(decode(&[coding], b"", 1, ALL), Ok(Vec::new()), "{coding}");
    }
}

#[test]
fn a_stage_stops_as_soon_as_the_last_has_had_enough() {
    let bomb = vec![0; 8 << 20];
    for (coding, coded) in samples(&bomb) {
        let mut decoding = Decoding::of(&headers(&[coding]), ALL).unwrap();
        let mut pieces = 0;
        let stop = decoding.push(&coded, &mut |_| {
            pieces += 1;
            if pieces == 3 { Err(Stop::Full) } else { Ok(()) }
        });
        assert_eq!((stop, pieces), (Err(Stop::Full), 3), "{coding}");
    }
}

#[test]
fn a_stage_is_not_stuffed_with_what_comes_to_nothing() {
    // Ever more empty streams, and a stage before them that makes many out of few bytes.
    let empty = gzip(b"").repeat(1_000_000);
    assert_eq!(
        decode(&["gzip"], &empty, 10_000, 100 << 20),
        Err(Stop::Broken)
    );
    let swollen = gzip(&bare(b"").repeat(1_000_000));
    assert_eq!(
        decode(&["deflate, gzip"], &swollen, 10_000, ALL),
        Err(Stop::Full)
    );
    let skipped = [
        &[0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0x7f][..],
        &[0; 2 << 20],
    ]
    .concat();
    assert_eq!(decode(&["zstd"], &skipped, 10_000, ALL), Err(Stop::Full));
}

#[test]
fn a_window_larger_than_http_allows_is_refused() {
    let coded = |window_log| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(window_log).unwrap();
        encoder.write_all(&text()).unwrap();
        encoder.finish().unwrap()
    };
    assert!(decode(&["zstd"], &coded(23), 100, ALL).is_ok());
    assert_eq!(decode(&["zstd"], &coded(24), 100, ALL), Err(Stop::Broken));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_bring_a_decoder_down(
        garbage in proptest::collection::vec(any::<u8>(), 0..300),
        step in 1usize..50,
        at in 0usize..200,
    ) {
        for (coding, mut coded) in samples(&text()) {
            drop(decode(&[coding], &garbage, step, ALL));
            let at = at.min(coded.len());
            coded.splice(at..at, garbage.iter().copied());
            drop(decode(&[coding, "gzip"], &coded, step, ALL));
            drop(decode(&[coding], &coded, step, ALL));
        }
    }
}
