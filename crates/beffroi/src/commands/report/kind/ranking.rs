//! Reports on the index: ranks of accounts and of collectivities, rank shift, movers.

use beffroi_store::reports;

use super::{Kind, NO_SCORES};
use crate::{
    commands::report::{
        RunOf,
        table::Cell::{Interval, Number, Percent, Ranks, Text, Word},
    },
    gate::Use,
};

pub(in crate::commands::report) const RANKING: Kind = Kind {
    name: "ranking",
    sql: reports::RANKING,
    gated: &["total"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("components"),
        Text("peers"),
        Ranks("rank_from", "rank_to", "ranked_of"),
        Text("account"),
        Text("collectivity"),
        Interval("total"),
        Percent("top_ten"),
        Interval("audience_score"),
        Interval("activity_score"),
        Interval("engagement_score"),
        Interval("dialogue_score"),
        Number("closed_posts"),
        Number("followers"),
        Word("flags"),
    ],
    title: ("Classement", "Ranking"),
    note: (
        "chaque groupe de pairs à part (un réseau, les mêmes composantes de E) ; rangs ex æquo ; [intervalle de 90 %] ; choisir par --platform, --category, --stratum",
        "each peer group apart (one platform, the same components of E); tie ranks; [interval of 90 %]; choose by --platform, --category, --stratum",
    ),
    nothing: NO_SCORES,
};

/// The same of collectivities. What is withheld of them hangs on the accounts in each total, which the
/// statement looks at.
pub(in crate::commands::report) const RANKING_OF_COLLECTIVITIES: Kind = Kind {
    name: "ranking",
    sql: reports::RANKING_COLLECTIVITIES,
    gated: &["total"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("peers"),
        Ranks("rank_from", "rank_to", "ranked_of"),
        Text("collectivity"),
        Text("department_code"),
        Number("population"),
        Interval("total"),
        Percent("top_ten"),
        Number("accounts"),
        Text("total_platforms"),
        Text("not_combined"),
        Number("effective_networks"),
        Word("flags"),
    ],
    title: ("Classement des collectivités", "Ranking of collectivities"),
    note: (
        "indice : moyenne des indices de leurs comptes classés qui peuvent être combinés ; chaque groupe de pairs à part ; rangs ex æquo ; [intervalle de 90 %] ; la moyenne de plusieurs comptes est plus près du milieu que l'indice d'un seul ; choisir par --category, --stratum",
        "index: mean of the indices of their ranked accounts that may be combined; each peer group apart; tie ranks; [interval of 90 %]; the mean of several accounts lies nearer to the middle than the index of one alone; choose by --category, --stratum",
    ),
    nothing: NO_SCORES,
};

pub(in crate::commands::report) const RANKSHIFT: Kind = Kind {
    name: "rankshift",
    sql: reports::RANKSHIFT,
    gated: &["total"],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("account"),
        Text("collectivity"),
        Word("reading"),
        Number("rank_shift"),
        Number("fans_rank"),
        Ranks("rank_from", "rank_to", "ranked_of"),
        Number("followers"),
        Interval("total"),
        Number("closed_posts"),
        Text("peers"),
        Word("flags"),
    ],
    title: ("Écart de rang", "Rank shift"),
    note: (
        "rang par les abonnés moins rang par l'indice, parmi les mêmes pairs ; « ex æquo » : l'écart ne sort pas du groupe d'ex æquo et ne dit rien",
        "rank by followers less rank by the index, among the same peers; `within ties`: the shift stays within the tie group and says nothing",
    ),
    nothing: NO_SCORES,
};

pub(in crate::commands::report) const MOVERS: Kind = Kind {
    name: "movers",
    sql: reports::MOVERS,
    gated: &["total"],
    used: Use::EachAccount,
    nights: RunOf::TwoNights,
    cells: &[
        Text("platform"),
        Text("account"),
        Text("collectivity"),
        Word("movement"),
        Number("change"),
        Interval("total_before"),
        Interval("total"),
        Ranks("rank_before_from", "rank_before_to", "ranked_before_of"),
        Ranks("rank_from", "rank_to", "ranked_of"),
        Number("closed_posts"),
        Text("peers"),
        Word("flags"),
    ],
    title: ("Mouvements", "Movers"),
    note: (
        "seulement ceux dont les intervalles de 90 % des deux nuits ne se touchent pas",
        "only those whose intervals of 90 % of the two nights do not touch",
    ),
    nothing: (
        "personne n'a monté ni baissé au-delà des intervalles",
        "nobody rose or fell beyond the intervals",
    ),
};
