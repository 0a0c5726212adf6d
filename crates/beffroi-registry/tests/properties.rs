//! What holds for any input whatever.

use beffroi_registry::{DirectorySettings, Import, Index, Severity, import_reader, resolve};
use proptest::{collection::vec, prelude::*, sample::select};

fn import(bytes: &[u8]) -> Import {
    import_reader("input", bytes, &DirectorySettings::default()).expect("memory can be read")
}

/// Rows of `insee_code,website` that cannot be read, one for each way to be bad.
const BAD_ROWS: [&[u8]; 9] = [
    b"1004,https://a.example/x?",
    b"01 04,https://a.example",
    b"99999,",
    b"99999,mairie@a.example",
    b"99999,ftp://a.example",
    b"99999,\"https://a.example",
    b"99999",
    b"99999,https://a.example,more",
    b"99999,https://a.example/\xE9",
];

/// Beginnings that lead into each of the readers.
const OPENINGS: [&[u8]; 8] = [
    b"",
    b"\x1F\x8B\x08",
    b"BZh9",
    b"{\"service\":[",
    b"[{\"pivot\":[{\"type_service_local\":\"mairie\",\"code_insee_commune\":[\"",
    b"collectivity,field,value\n01004,",
    b"insee_code;website\n",
    b"siren,insee_code,name,category,population,department_code,region_code,epci_siren,\
      postal_codes,latitude,longitude\n,99001,",
];

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic_and_alike_each_time(
        opening in select(&OPENINGS[..]),
        bytes in vec(any::<u8>(), 0..400),
    ) {
        let input = [opening, &bytes].concat();
        let first = import(&input);
        prop_assert_eq!(&first, &import(&input));
        let resolved = resolve(&first, &Index::default());
        prop_assert!(resolved.issues.len() >= first.issues.len());
    }

    #[test]
    fn any_text_in_csv_cells_is_read_without_a_panic(
        opening in select(&OPENINGS[5..]),
        cells in vec("[ -~é\"\n;,]{0,12}", 0..40),
    ) {
        let input = [opening, cells.join(",").as_bytes()].concat();
        let import = import(&input);
        prop_assert_eq!(import.errors().count() <= import.source.rows as usize, true);
    }

    #[test]
    fn good_rows_are_kept_and_each_bad_one_is_one_issue(
        rows in vec(prop::option::weighted(0.7, Just(())), 1..60),
        bad in vec(select(&BAD_ROWS[..]), 60),
        crlf in any::<bool>(),
        delimiter in select(&[b',', b';'][..]),
    ) {
        let end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        let mut text = b"insee_code,website".to_vec();
        for (number, row) in rows.iter().enumerate() {
            text.extend_from_slice(end);
            match row {
                Some(()) => {
                    let good = format!("{:05},https://site-{number}.example/", 10_000 + number);
                    text.extend_from_slice(good.as_bytes());
                }
                None => text.extend_from_slice(bad[number]),
            }
        }
        for byte in &mut text {
            if *byte == b',' {
                *byte = delimiter;
            }
        }
        let import = import(&text);
        let good = rows.iter().flatten().count();
        prop_assert_eq!(import.websites.len(), good);
        prop_assert_eq!(import.issues.len(), rows.len() - good);
        prop_assert!(import.issues.iter().all(|issue| issue.severity == Severity::Error));
        prop_assert_eq!(import.source.rows, rows.len() as u64);
    }
}
