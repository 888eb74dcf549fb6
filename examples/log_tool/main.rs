//! A look into a log, for whoever has to answer for it.
//!
//! ```text
//! cargo run --example log_tool --features json -- verify bookings
//! ```
//!
//! A path is what `Desk::open` got, or the log file itself. `help` says what else can be done.
//!
//! Exit codes: 0 it is done, and what was verified is sound; 1 the log is damaged, or records in it break a rule; 2 it could
//! not be done: a wrong call, no log, another program's file, a newer version's, something under the name of what was to be
//! made.
#![allow(
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "what goes wrong is told on the terminal; a newer version of the crate may have more of everything"
)]

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gather::audit;
use gather::log::{self, FileLog, FileReader, Keep, Log, Salvaged, TornTail};
use gather::privacy::{adopt_keys, verify_keys};

use arguments::Asked;
use progress::Watch;
use show::Wanted;

mod arguments;
mod progress;
mod show;
mod telling;

const HELP: &str = "\
log_tool verify PATH           checks all of a log, every decision in it, and the keys beside it: exit code 0 sound, 1 not,
                               2 not usable
log_tool show PATH             the records, one a line
    --gathering ID             only those about a gathering, a person, a registration;
    --person ID                an id may be given by the digits that `show` ends it with
    --registration ID
log_tool export PATH           the log as JSON Lines (docs/json-lines.md), to the standard output
log_tool import FILE TO        an exported log into a new folder
log_tool backup PATH TO        a copy of a log, also while it is in use, into a new folder; without the keys
log_tool salvage PATH TO       what is whole of a damaged log into a new folder, with its keys if they are beside it
    --prefix-only              nothing that comes after the first damage
log_tool rebuild-head PATH     makes the head file of a log anew; exit code 1 if a damaged end had to be cut off
log_tool help                  this

PATH is the folder of a desk, or the log file itself. TO must not be there yet.
Options may stand before or behind the paths.
";

/// What the log file and the key file are called within the folder of a desk.
const LOG: &str = "log.gather";
const KEYS: &str = "keys.gather";

type Outcome = Result<ExitCode, Box<dyn Error>>;

/// The log is damaged, or breaks a rule.
const DAMAGED: u8 = 1;
/// It could not be done.
const NOT_DONE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if arguments.is_empty() {
        eprint!("{HELP}");
        return ExitCode::from(NOT_DONE);
    }
    let asked = match Asked::read(&arguments) {
        Ok(asked) => asked,
        Err(wrong) => {
            eprintln!("{wrong}\nsee `log_tool help`");
            return ExitCode::from(NOT_DONE);
        }
    };
    match run(&asked) {
        Ok(code) => code,
        // Whoever reads has read enough, as `head` does.
        Err(error) if is_closed_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            if let Some(next) = next_step(&*error, &asked) {
                eprintln!("{next}");
            }
            ExitCode::from(code_of(&*error))
        }
    }
}

fn is_closed_pipe(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) {
            return true;
        }
        next = error.source();
    }
    false
}

fn code_of(error: &(dyn Error + 'static)) -> u8 {
    let damaged = |error: &log::Error| error.is_corrupt() || error.is_diverged();
    if error.downcast_ref::<log::Error>().is_some_and(damaged) { DAMAGED } else { NOT_DONE }
}

fn is_damage(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<log::Error>().is_some_and(log::Error::is_corrupt)
}

/// What can be done about a log that cannot be used as it is.
fn next_step(error: &(dyn Error + 'static), asked: &Asked<'_>) -> Option<String> {
    // What these two complain of is no log, or nothing of it can be salvaged.
    if matches!(asked.command, "import" | "salvage") {
        return None;
    }
    let path = quoted(asked.paths.first()?);
    if is_damage(error) {
        return Some(format!("what is whole can be brought into a new log: `log_tool salvage {path} TO`"));
    }
    error.downcast_ref::<log::Error>().filter(|error| error.is_headless())?;
    Some(format!(
        "`log_tool rebuild-head {path}` does that; where the log may have lost its end, nothing can tell"
    ))
}

/// A path as it is typed.
fn quoted(path: &str) -> String {
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path.to_owned() }
}

fn run(asked: &Asked<'_>) -> Outcome {
    match (asked.command, &*asked.paths) {
        ("verify", [path]) => verify(path),
        ("show", [path]) => show(path, &asked.options),
        ("export", [path]) => export(path),
        ("import", [file, to]) => import(file, to),
        ("backup", [path, to]) => backup(path, to),
        ("salvage", [path, to]) if asked.has("--prefix-only") => salvage(path, to, Keep::Prefix),
        ("salvage", [path, to]) => salvage(path, to, Keep::WholeBatches),
        ("rebuild-head", [path]) => rebuild_head(path),
        _ => {
            io::stdout().write_all(HELP.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The log file that a path stands for.
fn log_file(path: &str) -> Result<PathBuf, String> {
    let path = Path::new(path);
    let file = if path.is_dir() { path.join(LOG) } else { path.to_owned() };
    if file.exists() { Ok(file) } else { Err(format!("there is no log: {} is not there", file.display())) }
}

/// Checksums, chain and positions, and all the rules of booking over the facts.
fn verify(path: &str) -> Outcome {
    let log = open(path)?;
    let mut watch = Watch::of("verified");
    let findings = audit::verify(&log, &mut |progress| watch.told(progress))?;
    watch.end();
    let mut out = io::stdout().lock();
    writeln!(out, "{findings}")?;
    let unread = log.unread()?;
    if unread > 0 {
        writeln!(
            out,
            "not read: {unread} bytes behind the last durable record: a write may be under way, or one did not finish; \
             where nobody has the log open, opening it once has them judged"
        )?;
    }
    let keys_are_whole = tell_keys(&log_file(path)?.with_file_name(KEYS), &mut out)?;
    Ok(if findings.is_sound() && keys_are_whole { ExitCode::SUCCESS } else { ExitCode::from(DAMAGED) })
}

/// Whether the keys beside a log are whole. Those that are kept elsewhere, or not there, are not looked at.
fn tell_keys(keys: &Path, out: &mut impl Write) -> io::Result<bool> {
    if !keys.exists() {
        return Ok(true);
    }
    match verify_keys(keys) {
        Ok(found) => {
            writeln!(out, "its keys: {found}")?;
            Ok(found.is_sound())
        }
        Err(error) => {
            writeln!(out, "its keys: {error}")?;
            Ok(false)
        }
    }
}

fn show(path: &str, options: &[(&str, &str)]) -> Outcome {
    let wanted = Wanted::read(options)?;
    let file = log_file(path)?;
    match FileReader::open(&file) {
        Err(damage) if damage.is_corrupt() => show_before(&file, &wanted, damage),
        log => print(&log?, &wanted),
    }
}

/// A damaged log does not open, so what comes before the damage is shown from a copy, which is removed again.
fn show_before(file: &Path, wanted: &Wanted, damage: log::Error) -> Outcome {
    let copied = || -> Outcome {
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("copy");
        let mut watch = Watch::of("searched");
        log::salvage(file, &copy, Keep::Prefix, &mut |progress| watch.told(progress))?;
        watch.end();
        print(&FileReader::open_in(&copy)?, wanted)
    };
    match copied() {
        Err(error) if is_closed_pipe(&*error) => Err(error),
        Err(error) if !is_damage(&*error) => {
            eprintln!("what comes before the damage cannot be shown: {error}");
            Err(damage.into())
        }
        // Nothing could be salvaged for the same reason, or all that was asked for is shown.
        _ => Err(damage.into()),
    }
}

fn print(log: &FileReader, wanted: &Wanted) -> Outcome {
    let stdout = io::stdout();
    // On a terminal the records themselves tell how far it is.
    let is_seen = stdout.is_terminal();
    let mut watch = Watch::of("shown");
    let mut out = BufWriter::new(stdout.lock());
    let shown = show::show(log, wanted, &mut out, &mut |at, end| {
        if !is_seen {
            watch.at(at.get(), end.get());
        }
    })?;
    out.flush()?;
    watch.end();
    if shown == 0 && !wanted.is_all() {
        eprintln!("no record is about all that was asked for; without options all are shown");
    }
    Ok(ExitCode::SUCCESS)
}

fn export(path: &str) -> Outcome {
    let log = open(path)?;
    let mut watch = Watch::of("exported");
    log::export(&log, BufWriter::new(io::stdout().lock()), &mut |progress| watch.told(progress))?;
    watch.end();
    Ok(ExitCode::SUCCESS)
}

fn import(file: &str, to: &str) -> Outcome {
    let lines = lines_of(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
    let mut watch = Watch::of("imported");
    let end = log::import_into(BufReader::new(lines), to, &mut |progress| watch.told(progress))?;
    watch.end();
    writeln!(io::stdout(), "imported {} records into {to}, log {}", end.position, end.log)?;
    Ok(ExitCode::SUCCESS)
}

/// The lines are read twice. What cannot go back, such as a pipe, is kept in a file without a name meanwhile.
fn lines_of(file: &str) -> io::Result<File> {
    let mut lines = File::open(file)?;
    if lines.stream_position().is_ok() {
        return Ok(lines);
    }
    let mut kept = tempfile::tempfile()?;
    io::copy(&mut lines, &mut kept)?;
    kept.rewind()?;
    Ok(kept)
}

fn backup(path: &str, to: &str) -> Outcome {
    let log = open(path)?;
    let mut watch = Watch::of("backed up");
    let end = log::backup(&log, to, &mut |progress| watch.told(progress))?;
    watch.end();
    writeln!(
        io::stdout(),
        "backed up {} records into {to}, log {}; the keys are not in it",
        end.position,
        end.log
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Exit code 0 only if nothing had to be left out.
fn salvage(path: &str, to: &str, keep: Keep) -> Outcome {
    let file = log_file(path)?;
    let mut watch = Watch::of("searched");
    let salvaged = log::salvage(&file, to, keep, &mut |progress| watch.told(progress))?;
    watch.end();
    let mut out = io::stdout().lock();
    tell_salvaged(&salvaged, keep, to, &mut out)?;
    if FileReader::open(&file).is_err_and(|error| error.is_headless()) {
        writeln!(out, "no head file belongs to the log, so whether it has lost its end cannot be told")?;
    }
    let keys = file.with_file_name(KEYS);
    if keys.exists() {
        adopt_keys(&keys, Path::new(to).join(KEYS), salvaged.head.log)?;
        writeln!(out, "brought its keys along")?;
    }
    let whole = salvaged.left_out.is_empty();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(DAMAGED) })
}

fn tell_salvaged(salvaged: &Salvaged, keep: Keep, to: &str, out: &mut impl Write) -> io::Result<()> {
    let Salvaged { head, as_it_was, batches, left_out, .. } = salvaged;
    left_out.iter().try_for_each(|part| writeln!(out, "{part}"))?;
    if *batches == 0 && !left_out.is_empty() {
        return tell_nothing_kept(keep, to, out);
    }
    writeln!(out, "kept {} records in {batches} batches in {to}, log {}", head.position, head.log)?;
    if as_it_was < &head.position {
        writeln!(
            out,
            "records after {as_it_was} have new positions, and may stand on what is lost: verify the log"
        )?;
    }
    Ok(())
}

fn tell_nothing_kept(keep: Keep, to: &str, out: &mut impl Write) -> io::Result<()> {
    let hint = match keep {
        Keep::Prefix => "before the damage; without --prefix-only what is whole behind it is kept",
        _ => "in the log",
    };
    writeln!(out, "kept nothing: there is no whole batch {hint}; the log in {to} is empty")
}

/// Exit code 0 only if nothing had to be cut off: it may be records that were damaged, and the head that could tell is made
/// anew.
fn rebuild_head(path: &str) -> Outcome {
    let log = FileLog::options().rebuild_head().open(log_file(path)?)?;
    let (head, torn) = (log.anchor()?, log.open_report().torn.clone());
    drop(log);
    let mut out = io::stdout().lock();
    if let Some(torn) = &torn {
        tell_torn(torn, &mut out)?;
    }
    writeln!(out, "the head file says again that the log ends at record {}", head.position)?;
    Ok(if torn.is_some() { ExitCode::from(DAMAGED) } else { ExitCode::SUCCESS })
}

fn tell_torn(torn: &TornTail, out: &mut impl Write) -> io::Result<()> {
    let TornTail { offset, bytes, saved_to, .. } = torn;
    writeln!(
        out,
        "cut off from offset {offset} on: {bytes} bytes that are no whole batch, damaged records or a write that did \
         not finish; they are kept in {}",
        saved_to.display()
    )
}

/// Opens a log to read it.
fn open(path: &str) -> Result<FileReader, Box<dyn Error>> {
    Ok(FileReader::open(log_file(path)?)?)
}
