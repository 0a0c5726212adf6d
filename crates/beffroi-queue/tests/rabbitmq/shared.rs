//! The broker that most tests share: started by the first that asks for its address, stopped at the end.

use std::{
    fmt,
    sync::{Mutex, OnceLock, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

use crate::broker::Broker;

#[derive(Default)]
pub(crate) struct SharedBroker {
    url: OnceLock<String>,
    keeper: Mutex<Option<Keeper>>,
}

/// A broker dies with the thread that started it; this one does nothing else.
struct Keeper {
    stop: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl SharedBroker {
    /// Starts the broker unless it runs.
    pub(crate) fn url(&self) -> &str {
        self.url.get_or_init(|| {
            let (tell_url, url) = mpsc::channel();
            let (stop, stopped) = mpsc::channel();
            let thread = thread::spawn(move || {
                let broker = Broker::start();
                tell_url.send(broker.url()).unwrap();
                let _ = stopped.recv();
            });
            let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
            *keeper = Some(Keeper { stop, thread });
            url.recv().expect("the broker starts")
        })
    }

    pub(crate) fn stop(&self) {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Keeper { stop, thread }) = keeper.take() {
            drop(stop);
            thread.join().unwrap();
        }
    }
}

impl fmt::Debug for SharedBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedBroker")
    }
}
