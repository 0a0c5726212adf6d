//! Corrections by hand: `collectivity,field,value,note`; the format is told in `docs/registry.md`.

use std::collections::HashSet;

use url::Url;

use crate::{
    BodyKey, Correction, DeclaredAccount, DeclaredWebsite, Import, Issue, Verdict, address,
    cells::{self, ColumnValue},
    csv_lines::{Row, Sheet},
};

/// The columns that must be there; any order is read.
pub(crate) const COLUMNS: [&str; 3] = ["collectivity", "field", "value"];
/// The reader's own remarks: read by nobody.
pub(crate) const NOTE: &str = "note";

/// What a row says.
enum Statement {
    Website(Option<Url>),
    Account(Url, Verdict),
    Column(ColumnValue),
}

/// Reads the corrections into `import`.
pub(crate) fn read(sheet: &Sheet, import: &mut Import) {
    let [collectivity, field, value] = COLUMNS;
    let known = [collectivity, field, value, NOTE];
    import.issues.extend(sheet.check_columns(&known));
    let [body_at, field_at, value_at] = sheet.indices(COLUMNS);
    let mut seen = HashSet::new();
    let mut repairs: Vec<Issue> = Vec::new();
    let mut statements = Vec::new();
    import.source.rows += sheet.for_each(&mut import.issues, |row| {
        let body: BodyKey = row.read(body_at, |text| {
            text.parse::<BodyKey>()
                .map_err(|invalid| invalid.to_string())
        })?;
        let (statement, repair) = statement(row, field_at, value_at)?;
        if !seen.insert((body.clone(), subject(&statement, row.text(field_at)))) {
            let reason = "a row above already says this of the same body; keep one of the two";
            return Err(row.issue(field_at, reason));
        }
        repairs.extend(repair);
        let (raw, column) = (row.text(value_at).to_owned(), row.column(value_at));
        statements.push((body, statement, raw, column, row.place()));
        Ok(())
    });
    import.issues.append(&mut repairs);
    for (body, statement, raw, column, place) in statements {
        let page = None;
        match statement {
            Statement::Website(url) => import.websites.push(DeclaredWebsite {
                body,
                url,
                raw,
                column,
                page,
                place,
            }),
            Statement::Account(url, verdict) => import.accounts.push(DeclaredAccount {
                body,
                url,
                column,
                label: None,
                verdict,
                page,
                place,
            }),
            Statement::Column(value) => import.corrections.push(Correction { body, value, place }),
        }
    }
}

/// What a row is about: one row may speak of a body's website or column, one of each account.
fn subject(statement: &Statement, field: &str) -> String {
    match statement {
        Statement::Account(url, _) => format!("account {url}"),
        Statement::Website(_) | Statement::Column(_) => field.to_lowercase(),
    }
}

fn statement(
    row: &Row,
    field_at: usize,
    value_at: usize,
) -> Result<(Statement, Option<Issue>), Box<Issue>> {
    let field = row.text(field_at).to_lowercase();
    if field == "website" && row.text(value_at).is_empty() {
        return Ok((Statement::Website(None), None));
    }
    if ["website", "account", "not_account"].contains(&field.as_str()) {
        let address = row.read(value_at, address::parse)?;
        let repair = address
            .repair
            .map(|repair| row.warning(value_at, format!("{repair}; read as `{}`", address.url)));
        let statement = match field.as_str() {
            "website" => Statement::Website(Some(address.url)),
            "account" => Statement::Account(address.url, Verdict::Own),
            _ => Statement::Account(address.url, Verdict::NotOwn),
        };
        return Ok((statement, repair));
    }
    match ColumnValue::parse(&field, row.text(value_at)) {
        Some(checked) => {
            let value = row.read(value_at, |_| checked)?;
            Ok((Statement::Column(value), None))
        }
        None => Err(row.issue(field_at, unknown_field(&field))),
    }
}

fn unknown_field(field: &str) -> String {
    if field == "siren" {
        return "the SIREN is the key and cannot be corrected; give the whole body in the columns \
                of `collectivites.csv`"
            .into();
    }
    format!(
        "no such field; write one of: website, account, not_account, {}",
        cells::CORRECTABLE.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Severity, SourceKind, csv_source};

    fn import(rows: &[&str]) -> Import {
        let text = format!("collectivity,field,value,note\n{}\n", rows.join("\n"));
        csv_source::import("corrections.csv", text.as_bytes())
    }

    #[test]
    fn each_field_of_the_format_is_read() {
        let import = import(&[
            "01004,website,https://a.example,seen in person",
            "01005,website,,has none",
            "239710015,account,https://social.example/@region,",
            "departement:01,not_account,https://social.example/@other,",
            "01004,population,1234,",
            "01004,name,\"Ambérieu, la ville\",",
        ]);
        assert_eq!(import.issues, []);
        assert_eq!(import.source.kind, SourceKind::Corrections);
        assert_eq!(import.websites[1].url, None);
        let verdicts: Vec<_> = import
            .accounts
            .iter()
            .map(|account| account.verdict)
            .collect();
        assert_eq!(verdicts, [Verdict::Own, Verdict::NotOwn]);
        let values: Vec<_> = import.corrections.iter().map(|c| c.value.clone()).collect();
        assert_eq!(
            values,
            [
                ColumnValue::Population(1234),
                ColumnValue::Name("Ambérieu, la ville".into())
            ]
        );
    }

    #[test]
    fn a_bad_row_is_told_with_its_column() {
        for (bad, column, word) in [
            (
                "1004,website,https://a.example,",
                "collectivity",
                "leading zeros",
            ),
            ("01004,site,https://a.example,", "field", "not_account"),
            ("01004,siren,239710015,", "field", "is the key"),
            ("01004,website,mairie@a.example,", "value", "e-mail"),
            ("01004,account,,", "value", "empty"),
            ("01004,population,12 000,", "value", "digits only"),
        ] {
            let import = import(&["01009,website,https://z.example,", bad]);
            assert_eq!(import.websites.len(), 1);
            let [issue] = &import.issues[..] else {
                panic!("{bad}: {:?}", import.issues)
            };
            assert_eq!(issue.column.as_ref().unwrap().name, column, "{bad}");
            assert!(issue.reason.contains(word), "{bad}: {}", issue.reason);
        }
    }

    #[test]
    fn the_second_of_two_rows_about_one_thing_is_the_bad_one() {
        let import = import(&[
            "01004,website,https://a.example,",
            "01004,Website,https://b.example,",
            "01004,account,https://social.example/@a,",
            "01004,not_account,https://social.example/@a,",
            "01004,account,https://social.example/@b,",
        ]);
        let lines: Vec<_> = import
            .errors()
            .map(|issue| issue.place.to_string())
            .collect();
        assert_eq!(lines, ["line 3", "line 5"]);
        assert_eq!((import.websites.len(), import.accounts.len()), (1, 2));
    }

    #[test]
    fn a_repaired_address_is_kept_with_a_warning() {
        let import = import(&["01004,website,www.a.example,"]);
        assert_eq!(
            import.websites[0].url.as_ref().unwrap().as_str(),
            "http://www.a.example/"
        );
        assert_eq!(import.issues[0].severity, Severity::Warning);
    }
}
