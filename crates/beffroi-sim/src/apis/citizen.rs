//! Citizens of the simulated world. Every name, id and text of theirs holds the canary word, so
//! that a test can search all that a crawler wrote for it.

/// The word that must never reach a disk.
pub const CANARY: &str = "citizen-canary";

/// Name of a visitor.
pub(super) fn name(visitor: u32) -> String {
    format!("{CANARY}-{visitor}")
}

/// What a visitor writes.
pub(super) fn text(visitor: u32) -> String {
    format!("{CANARY}-text-{visitor} : à quelle heure ?")
}
