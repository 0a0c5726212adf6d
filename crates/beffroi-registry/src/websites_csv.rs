//! Websites of communes, in the columns of the shipped `mairies-sites.csv`.

use std::collections::HashSet;

use beffroi_model::Category;

use crate::{BodyKey, DeclaredWebsite, Import, Issue, address, cells, csv_lines::Sheet};

/// The columns; any order is read.
pub(crate) const COLUMNS: [&str; 2] = ["insee_code", "website"];

/// Reads the websites into `import`.
pub(crate) fn read(sheet: &Sheet, import: &mut Import) {
    import.issues.extend(sheet.check_columns(&COLUMNS));
    let [code_at, website_at] = sheet.indices(COLUMNS);
    let mut seen = HashSet::new();
    let mut repairs: Vec<Issue> = Vec::new();
    let websites = &mut import.websites;
    import.source.rows += sheet.for_each(&mut import.issues, |row| {
        let code = row.read(code_at, cells::commune_code)?;
        let address = row.read(website_at, address::parse)?;
        if !seen.insert(code.clone()) {
            let reason = "a row above gives this commune's website; keep one of the two";
            return Err(row.issue(code_at, reason));
        }
        if let Some(repair) = address.repair {
            repairs.push(row.warning(website_at, format!("{repair}; read as `{}`", address.url)));
        }
        websites.push(DeclaredWebsite {
            body: BodyKey::Code(Category::Commune, code),
            url: Some(address.url),
            raw: row.text(website_at).to_owned(),
            column: row.column(website_at),
            page: None,
            place: row.place(),
        });
        Ok(())
    });
    import.issues.append(&mut repairs);
}

#[cfg(test)]
mod tests {
    use crate::{Severity, SourceKind, csv_source};

    #[test]
    fn websites_are_kept_and_bad_rows_told() {
        let import = csv_source::import(
            "sites.csv",
            "insee_code,website\r\n01004,https://a.example\r\n01005,mairie@b.example\r\n\
             01004,https://c.example\r\n01006,\r\n01007,www.d.example\r\n"
                .as_bytes(),
        );
        assert_eq!(import.source.kind, SourceKind::Websites);
        assert_eq!(import.source.rows, 5);
        let raw: Vec<_> = import
            .websites
            .iter()
            .map(|site| site.raw.as_str())
            .collect();
        assert_eq!(raw, ["https://a.example", "www.d.example"]);
        let told: Vec<_> = import
            .issues
            .iter()
            .map(|issue| (issue.place.to_string(), issue.severity))
            .collect();
        assert_eq!(
            told,
            [
                ("line 3".to_owned(), Severity::Error),
                ("line 4".to_owned(), Severity::Error),
                ("line 5".to_owned(), Severity::Error),
                ("line 6".to_owned(), Severity::Warning),
            ]
        );
    }
}
