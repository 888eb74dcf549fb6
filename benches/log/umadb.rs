//! UmaDB, an event store with the same kind of guard: its storage engine with the thread that writes in groups, in this
//! process and without the network in between.

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use gather::PersonId;
use tokio::sync::{mpsc, oneshot, watch};
use umadb_core::mvcc::{Mvcc, StorageOptions};
use umadb_core::writer_thread_blocking::writer_thread_blocking;
use umadb_core::writer_thread_request::WriterThreadRequest;
use umadb_dcb::{DcbAppendCondition, DcbEvent, DcbQuery, DcbQueryItem};

use super::{Contestant, place};

pub(crate) const NAME: &str = "UmaDB, in this process";

struct Uma {
    requests: mpsc::Sender<WriterThreadRequest>,
    writer: Option<JoinHandle<()>>,
}

impl Uma {
    fn open(folder: &Path) -> Self {
        let options = StorageOptions::default().db_path(folder);
        let store = Arc::new(Mvcc::new(false, options).unwrap());
        let (requests, received) = mpsc::channel(1_024);
        let writer = thread::spawn(move || {
            let (head, _heads) = watch::channel(None);
            writer_thread_blocking(store, received, head, 2_000);
        });
        Self { requests, writer: Some(writer) }
    }

    /// Stores an event unless there is one of the same person.
    fn append(&self, body: &[u8]) {
        let person = format!("person:{}", PersonId::random());
        let event = DcbEvent {
            event_type: "RegistrationConfirmed".into(),
            tags: vec![person.clone()],
            data: body.to_vec(),
            uuid: None,
            metadata: Vec::new(),
        };
        let of_person = DcbQueryItem { types: Vec::new(), tags: vec![person] };
        let condition = DcbAppendCondition::new(DcbQuery { items: vec![of_person] });
        let (response_tx, answer) = oneshot::channel();
        let request = WriterThreadRequest::Append {
            events: vec![event],
            condition: Some(condition),
            tracking_info: None,
            response_tx,
            cancel: None,
        };
        assert!(self.requests.blocking_send(request).is_ok());
        answer.blocking_recv().unwrap().unwrap();
    }
}

impl Drop for Uma {
    fn drop(&mut self) {
        let _ = self.requests.blocking_send(WriterThreadRequest::Shutdown);
        self.writer.take().map(JoinHandle::join);
    }
}

pub(crate) fn contestant(root: &Path, frame: &Arc<Vec<u8>>, crowd: usize) -> Contestant {
    let uma = Uma::open(&place(root, &format!("umadb-{crowd}")));
    let frame = Arc::clone(frame);
    Contestant::crowd(NAME, crowd, move |_| uma.append(&frame))
}
