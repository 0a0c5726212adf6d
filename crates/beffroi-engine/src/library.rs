//! The border with ClickHouse as a library: the only unsafe code of the workspace.
//!
//! libchdb has a C interface; of it we use four functions, whose shapes were tried with release
//! 26.7.3 (its header is not in the package). The library is never unloaded: its threads would run
//! on in code that is gone.

#![expect(unsafe_code, reason = "a C library can only be called so")]

use std::{
    ffi::{CStr, CString, c_char, c_int, c_void},
    path::Path,
    ptr,
};

use crate::EngineError;

/// What `query_stable_v2` returns; only `error` is read.
#[repr(C)]
struct QueryResult {
    buffer: *mut c_char,
    length: usize,
    vector: *mut c_void,
    elapsed_secs: f64,
    rows: u64,
    bytes: u64,
    error: *mut c_char,
}

type Query = unsafe extern "C" fn(c_int, *mut *mut c_char) -> *mut QueryResult;
type SetSignalHandlers = unsafe extern "C" fn(c_int);
type Shutdown = unsafe extern "C" fn();
type Version = unsafe extern "C" fn() -> *const c_char;

/// A loaded library.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Library {
    query: Query,
    shutdown: Shutdown,
    version: Version,
}

impl Library {
    /// Loads the library for the rest of the process's life and keeps its hands off our signals.
    pub(crate) fn load(path: &Path) -> Result<Self, EngineError> {
        let refused = |source| EngineError::Library {
            path: path.to_owned(),
            source,
        };
        // SAFETY: the initialisers of libchdb run here. The operator chose the file, and nothing of
        // ours depends on state that they could change: the process does nothing else.
        let library = unsafe { libloading::Library::new(path) }.map_err(refused)?;
        // SAFETY: each symbol has this type in release 26.7.3, the one that `make engine` installs.
        let (query, set_signal_handlers, shutdown, version) = unsafe {
            (
                *library.get::<Query>(c"query_stable_v2").map_err(refused)?,
                *library
                    .get::<SetSignalHandlers>(c"chdb_set_signal_handlers_enabled")
                    .map_err(refused)?,
                *library.get::<Shutdown>(c"chdb_shutdown").map_err(refused)?,
                *library.get::<Version>(c"chdb_version").map_err(refused)?,
            )
        };
        // The function pointers above stay valid because the library is never closed.
        std::mem::forget(library);
        // SAFETY: takes a flag and touches only the library's own state, before anything else ran.
        unsafe { set_signal_handlers(0) };
        Ok(Self {
            query,
            shutdown,
            version,
        })
    }

    /// The library's version, `26.7.3`.
    pub(crate) fn version(&self) -> String {
        // SAFETY: takes nothing and returns a string constant of the library, or null.
        unsafe { copy_text((self.version)()) }.unwrap_or_default()
    }

    /// Runs `clickhouse local` with these arguments (the first is the program's name) until it
    /// ends. Returns what it reports as its error.
    pub(crate) fn run(&self, arguments: &[CString]) -> Option<String> {
        let count = c_int::try_from(arguments.len()).expect("a dozen arguments");
        let mut pointers: Vec<*mut c_char> = arguments
            .iter()
            .map(|argument| argument.as_ptr().cast_mut())
            .chain([ptr::null_mut()])
            .collect();
        // SAFETY: `pointers` holds `count` strings ended by NUL and a closing null, all of which
        // outlive the call; the library reads them only, as a `main` does.
        let result = unsafe { (self.query)(count, pointers.as_mut_ptr()) };
        if result.is_null() {
            return None;
        }
        // SAFETY: not null, hence a `QueryResult` of the library's, whose `error` is null or a
        // string. It is never freed: the process is about to end.
        unsafe { copy_text((*result).error) }
    }

    /// Closes what the library still has open. Nothing of it may be called afterwards.
    pub(crate) fn shutdown(self) {
        // SAFETY: takes nothing; called once, when `run` has returned.
        unsafe { (self.shutdown)() }
    }
}

/// Copies a C string.
///
/// # Safety
/// `text` is null or points to bytes ended by NUL.
unsafe fn copy_text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and ended by NUL by the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    Some(text.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_library_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("libchdb.so");
        std::fs::write(&path, "not an ELF file").unwrap();
        let error = Library::load(&path).unwrap_err();
        assert!(error.to_string().contains("libchdb.so"), "{error}");
    }

    #[test]
    fn a_c_text_is_copied_and_null_is_none() {
        let text = CString::new("26.7.3").unwrap();
        // SAFETY: null, and a string that lives through the call.
        unsafe {
            assert_eq!(copy_text(ptr::null()), None);
            assert_eq!(copy_text(text.as_ptr()), Some("26.7.3".to_owned()));
        }
    }
}
