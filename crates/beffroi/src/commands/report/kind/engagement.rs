//! Reports on figures: engagement, dialogue, their medians, one account.

use beffroi_store::reports;

use super::{Kind, NOBODY};
use crate::{
    commands::report::{
        RunOf,
        table::Cell::{Interval, Number, Percent, PercentInterval, Ranks, Text, Word},
    },
    gate::Use,
};

pub(in crate::commands::report) const ENGAGEMENT: Kind = Kind {
    name: "engagement",
    sql: reports::ENGAGEMENT,
    gated: &[
        "followers",
        "posts_per_week",
        "applause",
        "conversation",
        "amplification",
        "e",
        "interactions",
        "views_median",
        "engagement_score",
    ],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("account"),
        Text("collectivity"),
        Number("followers"),
        Number("posts_per_week"),
        Number("closed_posts"),
        Number("young_posts"),
        Text("components"),
        Number("e"),
        Number("e_post_median"),
        Interval("engagement_score"),
        Ranks(
            "engagement_rank_from",
            "engagement_rank_to",
            "engagement_of",
        ),
        Text("engagement_peers"),
        Word("flags"),
    ],
    title: ("Engagement", "Engagement"),
    note: (
        "E : interactions par publication et mille abonnés (Bonsón, Royo & Ratkai 2015) ; engagement : centile parmi les pairs, intervalle de 90 % ; rangs ex æquo",
        "E: interactions per post and thousand followers (Bonsón, Royo & Ratkai 2015); engagement: percentile among peers, interval of 90 %; tie ranks",
    ),
    nothing: NOBODY,
};

/// The same of collectivities. What is withheld of them hangs on the accounts in each figure, which the
/// statement looks at.
pub(in crate::commands::report) const ENGAGEMENT_OF_COLLECTIVITIES: Kind = Kind {
    name: "engagement",
    sql: reports::ENGAGEMENT_OF_COLLECTIVITIES,
    gated: &["posts_per_week", "interactions", "reply_rate"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("collectivity"),
        Text("category"),
        Text("stratum"),
        Number("accounts"),
        Number("posts_per_week"),
        Number("interactions"),
        Number("interactions_per_inhabitant"),
        Number("threads"),
        Percent("reply_rate"),
        Number("reply_delay_median"),
        Text("platforms"),
        Text("not_combined"),
        Word("flags"),
    ],
    title: (
        "Engagement des collectivités",
        "Engagement of collectivities",
    ),
    note: (
        "sommes sur les comptes de la collectivité qui peuvent être combinés ; interactions pour mille habitants et semaine ; les abonnés ne s'ajoutent pas : une même personne en suit plusieurs",
        "sums over the collectivity's accounts that may be combined; interactions per thousand inhabitants and week; followers are not added up: one person follows several",
    ),
    nothing: (
        "aucun chiffre de collectivité pour cette nuit et ces filtres ; `beffroi rollup --night NUIT` les calcule",
        "no figures of collectivities for this night and these filters; `beffroi rollup --night NIGHT` computes them",
    ),
};

pub(in crate::commands::report) const PEERS: Kind = Kind {
    name: "peers",
    sql: reports::PEERS,
    gated: &["posts_per_week", "e", "reply_rate"],
    used: Use::Together,
    nights: RunOf::OneNight,
    cells: &[
        Text("category"),
        Text("stratum"),
        Number("accounts"),
        Number("posts_per_week"),
        Number("accounts_asked"),
        Percent("reply_rate"),
        Number("accounts_with_e"),
        Number("e"),
        Number("e_post_median"),
        Text("platforms"),
        Word("flags"),
    ],
    title: ("Pairs", "Peers"),
    note: (
        "médianes sur les comptes, trois au moins, de tous les réseaux qui peuvent être combinés ; E complet seulement",
        "medians over the accounts, three at least, of all networks that may be combined; full E only",
    ),
    nothing: NOBODY,
};

pub(in crate::commands::report) const DIALOGUE: Kind = Kind {
    name: "dialogue",
    sql: reports::DIALOGUE,
    gated: &["reply_rate"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("account"),
        Text("collectivity"),
        Number("threads"),
        Number("closed_threads"),
        PercentInterval("reply_rate"),
        Percent("answered_2h"),
        Percent("answered_24h"),
        Number("reply_delay_quartile"),
        Number("reply_delay_median"),
        Number("reply_delay_upper_quartile"),
        Interval("dialogue_score"),
        Ranks("dialogue_rank_from", "dialogue_rank_to", "dialogue_of"),
        Text("dialogue_peers"),
        Word("flags"),
    ],
    title: ("Dialogue", "Dialogue"),
    note: (
        "réponses en 7 jours [intervalle de Wilson, 95 %] ; rien au-dessous de dix fils ; délais de Kaplan-Meier",
        "answered within 7 days [Wilson's interval, 95 %]; nothing below ten threads; delays of Kaplan-Meier",
    ),
    nothing: (
        "aucun fil de visiteurs n'est connu pour ces filtres",
        "no visitors' thread is known for these filters",
    ),
};

pub(in crate::commands::report) const ACCOUNT: Kind = Kind {
    name: "account",
    sql: reports::ACCOUNT,
    gated: &["followers", "posts_per_week", "e", "reply_rate", "total"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("night"),
        Number("followers"),
        Number("posts_per_week"),
        Number("closed_posts"),
        Number("young_posts"),
        Text("components"),
        Number("e"),
        Number("e_post_median"),
        Percent("reply_rate"),
        Interval("total"),
        Ranks("rank_from", "rank_to", "ranked_of"),
        Text("peers"),
        Word("flags"),
    ],
    title: ("Compte", "Account"),
    note: (
        "une ligne par nuit jugée ; [intervalle de 90 %] ; rangs ex æquo",
        "a line for each judged night; [interval of 90 %]; tie ranks",
    ),
    nothing: NOBODY,
};
