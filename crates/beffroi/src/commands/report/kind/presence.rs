//! Reports on who is where. Presence is a public fact: nothing of it is gated.

use beffroi_store::reports;

use super::{Kind, NOBODY};
use crate::{
    commands::report::{
        RunOf,
        table::Cell::{Number, Percent, Text, Word},
    },
    gate::Use,
};

/// Presence is a public fact: nothing of it is gated.
pub(in crate::commands::report) const PRESENCE: Kind = Kind {
    name: "presence",
    sql: reports::PRESENCE,
    gated: &[],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[],
    title: ("Présence", "Presence"),
    note: (
        "part (%) des collectivités qui ont un compte non introuvable ; là où le rappel de la découverte est estimé, la part estimée et son intervalle de 95 % sont dans les données (--format csv)",
        "share (%) of the bodies that have an account not found absent; where the recall of discovery is estimated, the expected share and its interval of 95 % are in the data (--format csv)",
    ),
    nothing: NOBODY,
};

/// Figures of the field beside ours, over all of France.
pub(in crate::commands::report) const PUBLISHED: Kind = Kind {
    name: "published",
    sql: reports::PUBLISHED,
    gated: &[],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("figure"),
        Word("unit"),
        Text("published"),
        Number("ours"),
        Text("source"),
        Word("flags"),
    ],
    title: (
        "À côté des chiffres publiés, toute la France",
        "Beside published figures, all of France",
    ),
    note: (
        "« ici » : la même part, comptée cette nuit-là",
        "`ours`: the same share, counted that night",
    ),
    nothing: NOBODY,
};

/// The same with French figures.
pub(in crate::commands::report) const PUBLISHED_FR: Kind = Kind {
    cells: &[
        Text("figure_fr"),
        Word("unit"),
        Text("published"),
        Number("ours"),
        Text("source"),
        Word("flags"),
    ],
    ..PUBLISHED
};

pub(in crate::commands::report) const OVER_TIME: Kind = Kind {
    name: "presence",
    sql: reports::PRESENCE_OVER_TIME,
    gated: &[],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("night"),
        Word("platform"),
        Number("bodies"),
        Number("with_account"),
        Percent("share"),
        Number("active_bodies"),
        Number("dormant_bodies"),
        Word("flags"),
    ],
    title: ("Présence dans le temps", "Presence over time"),
    note: (
        "dernière nuit jugée de chaque mois ; collectivités d'aujourd'hui",
        "last judged night of each month; today's bodies",
    ),
    nothing: NOBODY,
};

pub(in crate::commands::report) const EVENTS: Kind = Kind {
    name: "events",
    sql: reports::PRESENCE_EVENTS,
    gated: &[],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("night"),
        Word("kind"),
        Text("platform"),
        Text("detail"),
        Text("collectivity"),
        Text("category"),
        Text("stratum"),
        Word("flags"),
    ],
    title: (
        "Comptes ouverts, fermés, renommés, déplacés, quittés",
        "Accounts opened, closed, renamed, moved, departed from",
    ),
    note: (
        "nuit où l'événement a été vu, la dernière d'abord",
        "the night the event was seen, the latest first",
    ),
    nothing: (
        "aucun événement pour cette période et ces filtres",
        "no event for this period and these filters",
    ),
};

pub(in crate::commands::report) const DORMANT: Kind = Kind {
    name: "dormant",
    sql: reports::DORMANT,
    gated: &["followers", "posts_per_week"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Word("kind"),
        Text("since"),
        Text("platform"),
        Text("account"),
        Text("collectivity"),
        Text("category"),
        Text("stratum"),
        Number("followers"),
        Word("flags"),
    ],
    title: (
        "Comptes et sites muets ou partis",
        "Silent and departed accounts and sites",
    ),
    note: (
        "dormant : a publié, mais rien depuis 90 jours ; hébergement seul : des vidéos sans réaction ni commentaire ; départs et fermetures : nuit où ils ont été vus",
        "dormant: has posts, and none for 90 days; hosting only: videos without reactions and comments; departures and closures: the night they were seen",
    ),
    nothing: NOBODY,
};

pub(in crate::commands::report) const COVERAGE: Kind = Kind {
    name: "run",
    sql: reports::COVERAGE,
    gated: &[],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("category"),
        Text("stratum"),
        Number("planned"),
        Number("ended_with_figures"),
        Percent("stratum_share"),
        Number("is_covered"),
    ],
    title: ("Couverture des strates", "Coverage of the strata"),
    note: ("la moins couverte d'abord", "the least covered first"),
    nothing: NOBODY,
};
