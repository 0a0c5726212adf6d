//! Tells by its header which of the CSV formats a file has, and reads it.

use crate::{
    Import, Issue, Place, Severity, SourceKind, collectivities_csv, corrections_csv,
    csv_lines::Sheet, websites_csv,
};

/// Reads a CSV text; the hash of the source is the caller's to fill in.
pub(crate) fn import(file: &str, bytes: &[u8]) -> Import {
    let mut import = Import::empty(SourceKind::Unknown, file);
    let sheet = match Sheet::open(file, bytes) {
        Ok(sheet) => sheet,
        Err(issue) => {
            import.issues.push(*issue);
            return import;
        }
    };
    if sheet.has(&corrections_csv::COLUMNS) {
        import.source.kind = SourceKind::Corrections;
        corrections_csv::read(&sheet, &mut import);
    } else if sheet.has(&collectivities_csv::COLUMNS) {
        import.source.kind = SourceKind::Collectivities;
        collectivities_csv::read(&sheet, &mut import);
    } else if sheet.has(&websites_csv::COLUMNS) {
        import.source.kind = SourceKind::Websites;
        websites_csv::read(&sheet, &mut import);
    } else {
        import.issues.push(sheet.unknown_header(&expected()));
    }
    if import.source.kind != SourceKind::Unknown && import.source.rows == 0 {
        let (place, reason) = (Place::Line(1), "a header and no row: the file says nothing");
        let issue = Issue::new(Severity::Warning, file, place, None, "", reason);
        import.issues.push(issue);
    }
    import.issues.sort_by_key(|issue| issue.place);
    import
}

/// The headers that are read, for the message.
fn expected() -> String {
    format!(
        "`{},{}` (corrections), `{}` (bodies) or `{}` (websites)",
        corrections_csv::COLUMNS.join(","),
        corrections_csv::NOTE,
        collectivities_csv::COLUMNS.join(","),
        websites_csv::COLUMNS.join(","),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_header_names_the_expected_ones() {
        let import = import("x.csv", b"code;site\n01004;https://a.example\n");
        assert_eq!(import.source.kind, SourceKind::Unknown);
        let [issue] = &import.issues[..] else {
            panic!("{:?}", import.issues)
        };
        assert_eq!(issue.place, Place::Line(1));
        assert_eq!(issue.value, "code,site");
        assert!(issue.reason.contains("insee_code,website"));
        assert!(issue.reason.contains("collectivity,field,value,note"));
    }

    #[test]
    fn an_empty_file_is_an_issue() {
        let issue = &import("x.csv", b"").issues[0];
        assert!(issue.reason.contains("empty"));
        assert_eq!(issue.severity, Severity::Fatal);
    }

    #[test]
    fn a_header_alone_is_a_warning() {
        let issues = import("x.csv", b"insee_code,website\n\n").issues;
        assert_eq!(issues.len(), 1);
        assert_eq!(issues[0].severity, Severity::Warning);
        assert!(issues[0].reason.contains("no row"));
    }
}
