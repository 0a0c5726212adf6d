//! What the benches print: a JSON line for each measurement as it is made, and one table of them all at
//! the end, as the README has it.

use serde_json::{Map, Value};

/// Measurements with the same columns.
#[derive(Debug)]
pub struct Table {
    columns: &'static [Column],
    rows: Vec<Vec<String>>,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its key in the JSON lines.
    pub key: &'static str,
    /// Its heading in the table.
    pub heading: &'static str,
    /// Digits behind the point.
    pub digits: usize,
}

impl Column {
    /// A column of the table and the JSON lines.
    pub const fn new(key: &'static str, heading: &'static str, digits: usize) -> Self {
        Self {
            key,
            heading,
            digits,
        }
    }
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &'static [Column]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row, and prints it as a JSON line. What has no column stands in the JSON line alone.
    pub fn add(&mut self, row: Value) {
        println!("{row}");
        let empty = Map::new();
        let cells = row.as_object().unwrap_or(&empty);
        let text = |column: &Column| match cells.get(column.key) {
            None | Some(Value::Null) => "–".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => match number.as_f64() {
                Some(value) => with_thousands(&format!("{value:.*}", column.digits)),
                None => number.to_string(),
            },
            Some(other) => other.to_string(),
        };
        self.rows.push(self.columns.iter().map(text).collect());
    }

    /// Prints the table.
    pub fn print(&self) {
        let headings: Vec<&str> = self.columns.iter().map(|column| column.heading).collect();
        println!("\n| {} |", headings.join(" | "));
        println!("|{}", " --- |".repeat(headings.len()));
        for row in &self.rows {
            println!("| {} |", row.join(" | "));
        }
        println!();
    }
}

/// Writes `1234567.8` as `1,234,567.8`.
fn with_thousands(number: &str) -> String {
    let (whole, fraction) = number
        .split_once('.')
        .map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let follow = whole.len() - place;
        let is_after_a_digit = text.ends_with(|last: char| last.is_ascii_digit());
        if is_after_a_digit && follow.is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{text}.{fraction}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        let cases = [
            ("0", "0"),
            ("999.5", "999.5"),
            ("1000", "1,000"),
            ("-1234567.80", "-1,234,567.80"),
        ];
        for (plain, parted) in cases {
            assert_eq!(with_thousands(plain), parted);
        }
    }

    #[test]
    fn a_row_keeps_the_order_of_the_columns_and_marks_what_is_missing() {
        const COLUMNS: &[Column] = &[
            Column::new("rate", "jobs/s", 0),
            Column::new("share", "share", 2),
            Column::new("none", "none", 0),
        ];
        let mut table = Table::new(COLUMNS);
        table.add(serde_json::json!({"share": 0.956, "rate": 12345.6, "more": 1}));
        assert_eq!(table.rows, [["12,346", "0.96", "–"]]);
    }
}
