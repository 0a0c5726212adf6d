//! The two languages in which reports speak.

use clap::ValueEnum;
use serde::Serialize;

/// A language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

impl Lang {
    /// The language asked for, else that of the environment where it is one of ours, else French: the
    /// observatory's readers are. What the environment says by `C`, `POSIX` or nothing is no wish.
    pub(crate) fn of(asked: Option<Self>) -> Self {
        let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
        asked.unwrap_or_else(|| Self::of_environment(variables.map(std::env::var).map(Result::ok)))
    }

    fn of_environment(values: [Option<String>; 3]) -> Self {
        let first = values.into_iter().flatten().find(|value| !value.is_empty());
        match first {
            Some(value) if value.starts_with("en") => Self::En,
            _ => Self::Fr,
        }
    }

    /// The words in this language.
    pub(crate) fn pick<T>(self, fr: T, en: T) -> T {
        match self {
            Self::Fr => fr,
            Self::En => en,
        }
    }

    /// A number as people of this language write it: thousands set apart, a decimal comma or point.
    pub(crate) fn number(self, value: f64, decimals: usize) -> String {
        let text = format!("{:.decimals$}", value.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let whole = whole
            .parse()
            .map_or_else(|_| whole.to_owned(), crate::output::thousands);
        let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
        let sign = if value < 0.0 && !is_zero { "−" } else { "" };
        let point = self.pick(",", ".");
        if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}{point}{fraction}")
        }
    }

    /// A number with as many decimals as its size is worth: three figures.
    pub(crate) fn figure(self, value: f64) -> String {
        let decimals = match value.abs() {
            size if size >= 100.0 || value.fract() == 0.0 => 0,
            size if size >= 10.0 => 1,
            size if size >= 1.0 => 2,
            _ => 3,
        };
        self.number(value, decimals)
    }

    /// A share (0 to 1) in percent. What is above zero never looks like zero.
    pub(crate) fn percent(self, share: f64) -> String {
        let percent = 100.0 * share;
        if percent > 0.0 && percent < 0.05 {
            return format!("<{}", self.number(0.1, 1));
        }
        self.number(percent, usize::from(percent.abs() < 10.0))
    }

    /// A count with its noun.
    pub(crate) fn of_count(self, count: u64, one: &str, many: &str) -> String {
        // French counts zero as one.
        let is_one = count == 1 || (self == Self::Fr && count == 0);
        let noun = if is_one { one } else { many };
        format!("{} {noun}", crate::output::thousands(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses_between_two_languages() {
        let of = |all: &str, messages: &str, lang: &str| {
            Lang::of_environment([all, messages, lang].map(|it| Some(it.to_owned())))
        };
        assert_eq!(of("", "", "en_GB.UTF-8"), Lang::En);
        assert_eq!(of("", "fr_FR.UTF-8", "en_GB.UTF-8"), Lang::Fr);
        assert_eq!(of("", "", "C.UTF-8"), Lang::Fr);
        assert_eq!(Lang::of_environment([None, None, None]), Lang::Fr);
        assert_eq!(Lang::of(Some(Lang::En)), Lang::En);
    }

    #[test]
    fn numbers_are_written_as_each_language_has_them() {
        assert_eq!(Lang::Fr.number(1234.56, 1), "1\u{202f}234,6");
        assert_eq!(Lang::En.number(-0.5, 2), "−0.50");
        assert_eq!(Lang::Fr.number(-0.001, 1), "0,0");
        assert_eq!(Lang::En.figure(6.375), "6.38");
        assert_eq!(Lang::En.figure(0.0), "0");
        assert_eq!(Lang::Fr.percent(0.0512), "5,1");
        assert_eq!(Lang::Fr.percent(0.0002), "<0,1");
        assert_eq!(Lang::En.percent(0.0), "0.0");
        assert_eq!(Lang::Fr.of_count(0, "compte", "comptes"), "0 compte");
        assert_eq!(Lang::En.of_count(0, "account", "accounts"), "0 accounts");
    }
}
