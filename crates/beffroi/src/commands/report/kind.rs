//! The reports that are one statement and one table, as data.

use beffroi_store::reports;

use super::{
    RunOf,
    table::Cell::{self, Interval, Number, Percent, PercentInterval, Ranks, Text, Word},
};
use crate::gate::Use;

/// A report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// Its statement.
    pub(super) sql: &'static str,
    /// The columns that the policies may withhold.
    pub(super) gated: &'static [&'static str],
    /// How it uses them.
    pub(super) used: Use,
    /// How many nights it compares.
    pub(super) nights: RunOf,
    /// What a terminal shows of it.
    pub(super) cells: &'static [Cell],
    /// Title, in French and English.
    pub(super) title: (&'static str, &'static str),
    /// What has to be known to read it, in French and English.
    pub(super) note: (&'static str, &'static str),
    /// What it shows of whose absence is told, in French and English.
    pub(super) nothing: (&'static str, &'static str),
}

const NO_SCORES: (&str, &str) = (
    "aucun indice pour cette nuit et ces filtres ; `beffroi rollup --night NUIT` juge une nuit",
    "no index for this night and these filters; `beffroi rollup --night NIGHT` judges a night",
);
const NOBODY: (&str, &str) = ("rien pour ces filtres", "nothing for these filters");

pub(super) const ENGAGEMENT: Kind = Kind {
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

pub(super) const PEERS: Kind = Kind {
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
    ],
    title: ("Pairs", "Peers"),
    note: (
        "médianes sur les comptes de tous les réseaux qui peuvent être combinés ; E complet seulement",
        "medians over the accounts of all networks that may be combined; full E only",
    ),
    nothing: NOBODY,
};

pub(super) const RANKING: Kind = Kind {
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

pub(super) const RANKSHIFT: Kind = Kind {
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

pub(super) const DIALOGUE: Kind = Kind {
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
        "réponses en 7 jours [intervalle de Wilson, 95 %] ; rien au-dessous de dix fils ; délais de Kaplan-Meier, « — » : plus de 7 jours ou non connu",
        "answered within 7 days [Wilson's interval, 95 %]; nothing below ten threads; delays of Kaplan-Meier, `—`: more than 7 days, or not known",
    ),
    nothing: (
        "aucun fil de visiteurs n'est connu pour ces filtres",
        "no visitors' thread is known for these filters",
    ),
};

pub(super) const MOVERS: Kind = Kind {
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

/// Nobody to compare.
const NO_TRENDS: (&str, &str) = (
    "rien à comparer pour cette nuit et ces filtres : la série est trop courte, ou la nuit a été jugée avant ces comparaisons (`beffroi judge --night NUIT`)",
    "nothing to compare for this night and these filters: the series is too short, or the night was judged before there were comparisons (`beffroi judge --night NIGHT`)",
);

pub(super) const MOVERS_WEEK: Kind = Kind {
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

pub(super) const MOVERS_YEAR: Kind = Kind {
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

pub(super) const DORMANT: Kind = Kind {
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
    ],
    title: (
        "Comptes et sites muets ou partis",
        "Silent and departed accounts and sites",
    ),
    note: (
        "dormant : a publié, mais rien depuis 90 jours ; départs et fermetures : nuit où ils ont été vus",
        "dormant: has posts, and none for 90 days; departures and closures: the night they were seen",
    ),
    nothing: NOBODY,
};

pub(super) const ACCOUNT: Kind = Kind {
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

/// Presence is a public fact: nothing of it is gated.
pub(super) const PRESENCE: Kind = Kind {
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

pub(super) const OVER_TIME: Kind = Kind {
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
    ],
    title: ("Présence dans le temps", "Presence over time"),
    note: (
        "dernière nuit jugée de chaque mois ; collectivités d'aujourd'hui",
        "last judged night of each month; today's bodies",
    ),
    nothing: NOBODY,
};

pub(super) const COVERAGE: Kind = Kind {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::report::columns::Dictionary;

    const ALL: [Kind; 10] = [
        ENGAGEMENT, PEERS, RANKING, RANKSHIFT, DIALOGUE, MOVERS, DORMANT, ACCOUNT, OVER_TIME,
        COVERAGE,
    ];

    #[test]
    fn tables_show_columns_that_the_statements_have_and_somebody_explained() {
        let dictionary = Dictionary::shipped();
        for kind in ALL {
            assert!(!kind.cells.is_empty(), "{}", kind.name);
            for cell in kind.cells {
                let column = cell.column();
                let is_there = kind.sql.split(|c: char| c != '_' && !c.is_alphanumeric());
                assert!(
                    is_there.into_iter().any(|word| word == column),
                    "{}: {column}",
                    kind.name
                );
                assert!(dictionary.get(column).is_some(), "{column}");
            }
        }
    }

    #[test]
    fn every_statement_heeds_what_is_withheld() {
        for kind in ALL {
            for column in kind.gated {
                assert!(
                    kind.sql.contains(&format!("['{column}'], ")),
                    "{} does not heed `{column}`",
                    kind.name
                );
            }
        }
    }
}
