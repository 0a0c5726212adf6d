//! Names of organisations: what our handles hold, and the URNs by which LinkedIn is asked.

/// What kind of page bears a name: each has names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Company,
    School,
    /// A page of a part of an organisation, which LinkedIn calls a brand.
    Showcase,
}

/// A handle, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) kind: Kind,
    /// The name in the page's address, or the number.
    pub(super) text: &'a str,
}

impl<'a> Name<'a> {
    /// Reads a handle; `None` where it cannot be one.
    pub(super) fn of_handle(handle: &'a str) -> Option<Self> {
        let (kind, text) = handle.split_once(':')?;
        let kind = match kind {
            "company" => Kind::Company,
            "school" => Kind::School,
            "showcase" => Kind::Showcase,
            _ => return None,
        };
        (!text.is_empty()).then_some(Self { kind, text })
    }

    /// Reads what stands in a setting: a handle or a number alone.
    pub(super) fn of_setting(text: &'a str) -> Option<Self> {
        let number = is_number(text).then_some(Self {
            kind: Kind::Company,
            text,
        });
        number.or_else(|| Self::of_handle(text))
    }

    /// The number, where the address holds it.
    pub(super) fn number(self) -> Option<&'a str> {
        is_number(self.text).then_some(self.text)
    }
}

impl Kind {
    /// The handle of a page of this kind.
    pub(super) fn handle(self, name: &str) -> String {
        let kind = match self {
            Self::Company => "company",
            Self::School => "school",
            Self::Showcase => "showcase",
        };
        format!("{kind}:{name}")
    }
}

/// The permanent name of an organisation.
pub(super) fn urn(id: &str, is_brand: bool) -> String {
    let kind = if is_brand {
        "organizationBrand"
    } else {
        "organization"
    };
    format!("urn:li:{kind}:{id}")
}

/// Whether a text is an organisation's number.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_taken_apart_and_others_are_none() {
        let read = |handle| Name::of_handle(handle).map(|name| (name.kind, name.text));
        assert_eq!(
            read("company:ville-de-test"),
            Some((Kind::Company, "ville-de-test"))
        );
        assert_eq!(read("school:x"), Some((Kind::School, "x")));
        assert_eq!(read("showcase:x"), Some((Kind::Showcase, "x")));
        for none in ["", "company:", "in:jean-dupont", "ville-de-test"] {
            assert_eq!(read(none), None, "{none}");
        }
        assert_eq!(
            Name::of_handle("company:2414183").unwrap().number(),
            Some("2414183")
        );
        assert_eq!(Name::of_handle("company:2-rives").unwrap().number(), None);
        assert_eq!(
            Name::of_setting("2414183").unwrap().number(),
            Some("2414183")
        );
        assert_eq!(Kind::School.handle("x"), "school:x");
        assert_eq!(urn("7", true), "urn:li:organizationBrand:7");
    }
}
