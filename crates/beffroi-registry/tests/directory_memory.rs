//! The directory is a stream: memory does not grow with the file. Alone in its own process, since
//! the peak of memory is the process's.
#![cfg(target_os = "linux")]

use std::io::Read;

use beffroi_registry::{DirectorySettings, import_reader};

/// Bodies in the made-up file; with `FILLER_BYTES` each it is far larger than the bound below.
const BODIES: usize = 20_000;
const FILLER_BYTES: usize = 3_000;
/// Growth allowed while a file of 60 MB is read, KiB.
const MAX_GROWTH_KIB: u64 = 16 * 1024;

/// A directory made while it is read.
struct MadeUp {
    made: usize,
    ready: Vec<u8>,
    at: usize,
    bytes: usize,
}

impl MadeUp {
    fn refill(&mut self) {
        let opening = if self.made == 0 {
            "{\"service\":["
        } else {
            ","
        };
        self.made += 1;
        let end = if self.made == BODIES { "]}" } else { "" };
        let code = 10_000 + self.made % 1_000;
        let filler = "x".repeat(FILLER_BYTES);
        let body = format!(
            r#"{opening}{{"id":"{code}","nom":"Mairie - X","mission":"{filler}",
                "pivot":[{{"type_service_local":"mairie","code_insee_commune":["{code}"]}}],
                "site_internet":[{{"libelle":"","valeur":"https://x{code}.example"}}]}}{end}"#
        );
        self.bytes += body.len();
        self.ready = body.into_bytes();
        self.at = 0;
    }
}

impl Read for MadeUp {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.ready.len() && self.made < BODIES {
            self.refill();
        }
        let count = out.len().min(self.ready.len() - self.at);
        out[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// The most memory that this process has held so far, KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
    let peak = status.lines().find_map(|line| {
        let kib = line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?;
        kib.parse().ok()
    });
    peak.expect("a process has a peak")
}

#[test]
fn memory_does_not_grow_with_the_directory() {
    let mut directory = MadeUp {
        made: 0,
        ready: Vec::new(),
        at: 0,
        bytes: 0,
    };
    let before = peak_kib();
    let import = import_reader("annuaire", &mut directory, &DirectorySettings::default()).unwrap();
    let growth = peak_kib() - before;
    assert_eq!(import.issues, []);
    assert_eq!(
        (import.source.rows, import.websites.len()),
        (BODIES as u64, 1_000)
    );
    assert!(directory.bytes as u64 > 3 * MAX_GROWTH_KIB * 1024);
    assert!(growth < MAX_GROWTH_KIB, "{growth} KiB");
}
