//! Takes a fingerprint of the sources that say how a log is folded, so that a checkpoint written by others is known.
//!
//! A number kept by hand would be forgotten one day, and a fold of older rules be taken for one of today's. So any
//! change in these rooms, be it a comment, makes another fingerprint; the next opening replays the log, once.

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Whatever says how a log becomes state, lists and a keyring, and how these become bytes: whole rooms, and single files.
const ROOMS: &[&str] = &[
    "desk/checkpoint/image.rs",
    "domain",
    "fact",
    "id.rs",
    "image.rs",
    "log/wire",
    "person.rs",
    "privacy/keyring.rs",
    "projection",
    "record.rs",
    "schedule",
    "schedule.rs",
    "sealed.rs",
    "text.rs",
    "token.rs",
];

/// What holds nothing but tests.
const TESTS: &[&str] = &["tests", "tests.rs", "fixture.rs"];

#[allow(clippy::print_stdout, reason = "this is how a build script says what it has found")]
fn main() -> io::Result<()> {
    let src = Path::new("src");
    for room in ROOMS {
        println!("cargo::rerun-if-changed={}", src.join(room).display());
    }
    println!("cargo::rustc-env=GATHER_FOLD={}", fingerprint(src)?);
    Ok(())
}

/// Of all these files below a folder, in an order of their own.
pub(crate) fn fingerprint(src: &Path) -> io::Result<String> {
    let (mut first, mut second) = (DefaultHasher::new(), DefaultHasher::new());
    second.write_u8(1);
    for file in files(src)? {
        let bytes = fs::read(&file)?;
        // The name as it is written everywhere, whatever stands between its parts here.
        let name = file.strip_prefix(src).unwrap_or(&file);
        for hash in [&mut first, &mut second] {
            for part in name {
                hash.write(part.as_encoded_bytes());
            }
            hash.write_usize(bytes.len());
            hash.write(&bytes);
        }
    }
    Ok(format!("{:016x}{:016x}", first.finish(), second.finish()))
}

fn files(src: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left: Vec<PathBuf> = ROOMS.iter().map(|room| src.join(room)).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                left.push(entry?.path());
            }
        } else {
            found.push(path);
        }
    }
    let is_test = |file: &Path| file.iter().any(|part| TESTS.iter().any(|name| part == *name));
    found.retain(|file| !is_test(file.strip_prefix(src).unwrap_or(file)));
    found.sort_unstable();
    Ok(found)
}
