//! The machine that the program runs on.

/// Its name, for messages and for the names of workers; `worker` where the system tells none.
pub(crate) fn name() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match told.trim() {
        "" => "worker".to_owned(),
        name => name.to_owned(),
    }
}
