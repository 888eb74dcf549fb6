//! SQLite as a host would set it up by hand: WAL, a sync for each commit, one row a transaction, and a guard.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gather::PersonId;
use rusqlite::{Connection, TransactionBehavior, params};

use super::{Contestant, place};

pub(crate) const NAME: &str = "SQLite, a connection each";
pub(crate) const BEHIND_A_LOCK: &str = "SQLite, one connection and a lock";

fn open(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("log.sqlite")).unwrap();
    connection.busy_timeout(Duration::from_secs(60)).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS record (position INTEGER PRIMARY KEY, person BLOB NOT NULL, body BLOB NOT NULL);
             CREATE INDEX IF NOT EXISTS by_person ON record (person, position);",
        )
        .unwrap();
    connection
}

/// Stores a record unless there is one of the same person that came after what was seen.
fn append(connection: &mut Connection, body: &[u8]) {
    let person = PersonId::random().bytes();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let mut guard = transaction
        .prepare_cached("SELECT position FROM record WHERE person = ?1 AND position > ?2 LIMIT 1")
        .unwrap();
    assert!(!guard.exists(params![person, 0]).unwrap());
    drop(guard);
    let mut insert = transaction.prepare_cached("INSERT INTO record (person, body) VALUES (?1, ?2)").unwrap();
    insert.execute(params![person, body]).unwrap();
    drop(insert);
    transaction.commit().unwrap();
}

pub(crate) fn contestant(root: &Path, frame: &Arc<Vec<u8>>, crowd: usize) -> Contestant {
    let folder = place(root, &format!("sqlite-{crowd}"));
    let connections: Vec<_> = (0..crowd).map(|_| Mutex::new(open(&folder))).collect();
    let frame = Arc::clone(frame);
    Contestant::crowd(NAME, crowd, move |nth| append(&mut connections[nth].lock().unwrap(), &frame))
}

pub(crate) fn behind_a_lock(root: &Path, frame: &Arc<Vec<u8>>, crowd: usize) -> Contestant {
    let connection = Mutex::new(open(&place(root, "sqlite-lock")));
    let frame = Arc::clone(frame);
    Contestant::crowd(BEHIND_A_LOCK, crowd, move |_| append(&mut connection.lock().unwrap(), &frame))
}
