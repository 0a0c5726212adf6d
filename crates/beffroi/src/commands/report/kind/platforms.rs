//! The report on platforms as such.

use beffroi_store::reports;

use super::{Kind, NOBODY};
use crate::{
    commands::report::{
        RunOf,
        table::Cell::{Number, Text, Word},
    },
    gate::Use,
};

pub(in crate::commands::report) const PLATFORMS: Kind = Kind {
    name: "platforms",
    sql: reports::PLATFORM_FIGURES,
    gated: &[
        "followers",
        "posts_per_week",
        "applause",
        "conversation",
        "amplification",
        "e",
        "interactions",
        "views_median",
        "reply_rate",
    ],
    used: Use::OnePlatform,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("metric"),
        Number("accounts"),
        Number("mean"),
        Number("lower_quartile"),
        Number("median"),
        Number("upper_quartile"),
        Word("flags"),
    ],
    title: ("Réseaux", "Platforms"),
    note: (
        "sur les comptes, trois au moins, qui ont le chiffre ; E et ses variantes se comparent à composantes égales, les taux bruts de deux réseaux jamais ; un délai que sept jours n'ont pas vu dépasse tous les autres, et ce qui en dépend manque (réponse tronquée)",
        "over the accounts, three at least, that have the figure; E and its kin compare over the same components, raw rates of two platforms never; a delay that seven days have not seen is longer than all others, and what rests on it is missing (truncated)",
    ),
    nothing: NOBODY,
};
