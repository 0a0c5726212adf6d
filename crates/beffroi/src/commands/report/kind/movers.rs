//! Reports on what changed for accounts, against the week and the year before.

use beffroi_store::reports;

use super::Kind;
use crate::{
    commands::report::{
        RunOf,
        table::Cell::{Number, Text, Word},
    },
    gate::Use,
};

/// Nobody to compare.
const NO_TRENDS: (&str, &str) = (
    "rien à comparer pour cette nuit et ces filtres : la série est trop courte, ou la nuit a été jugée avant ces comparaisons (`beffroi judge --night NUIT`)",
    "nothing to compare for this night and these filters: the series is too short, or the night was judged before there were comparisons (`beffroi judge --night NIGHT`)",
);

pub(in crate::commands::report) const MOVERS_WEEK: Kind = Kind {
    name: "movers_week",
    sql: reports::MOVERS_WEEK,
    gated: &["interactions"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("account"),
        Text("collectivity"),
        Text("week"),
        Number("week_interactions"),
        Number("week_before"),
        Number("week_ratio"),
        Number("week_peers_ratio"),
        Number("week_deviation"),
        Number("week_year_before"),
        Word("seasons"),
        Word("flags"),
    ],
    title: (
        "Mouvements d'une semaine à l'autre",
        "Movers from week to week",
    ),
    note: (
        "interactions des publications de la dernière semaine close, contre la semaine d'avant ; écart : en écarts types robustes des variations habituelles du compte ; pairs : variation médiane du réseau ; un compte qui publie peu varie beaucoup",
        "interactions of the posts of the last closed week, against the week before; deviation: in robust standard deviations of the account's usual changes; peers: median change of the platform; an account that posts little varies much",
    ),
    nothing: NO_TRENDS,
};

pub(in crate::commands::report) const MOVERS_YEAR: Kind = Kind {
    name: "movers_year",
    sql: reports::MOVERS_YEAR,
    gated: &["followers", "posts_per_week", "interactions"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("account"),
        Text("collectivity"),
        Number("post_interactions"),
        Number("post_interactions_ratio"),
        Number("post_interactions_peers_ratio"),
        Number("post_interactions_deviation"),
        Number("weekly_posts"),
        Number("weekly_posts_ratio"),
        Number("weekly_posts_peers_ratio"),
        Number("weekly_posts_deviation"),
        Number("followers_ratio"),
        Number("followers_peers_ratio"),
        Number("followers_deviation"),
        Word("seasons"),
        Word("seasons_before"),
        Word("flags"),
    ],
    title: (
        "Mouvements d'une année à l'autre",
        "Movers from year to year",
    ),
    note: (
        "treize semaines closes contre les mêmes semaines un an plus tôt ; facteurs du compte et médian des pairs (réseau et strate) ; écart entre les deux, en écarts types robustes : une saison que tous partagent n'en fait pas",
        "thirteen closed weeks against the same weeks a year before; the account's factors and the median of its peers (platform and stratum); deviation between the two, in robust standard deviations: a season that all share makes none",
    ),
    nothing: NO_TRENDS,
};
