//! An audit finds nothing wrong with what a desk writes, and whatever is forged.
//!
//! `GATHER_SOAK=50` audits fifty times as many histories.

use std::ops::Range;
use std::sync::Arc;

use gather::audit::{Auditor, Findings, Rule, verify};
use gather::log::{Anchor, Batch, Error, FileLog, Guard, Log, MemoryLog, Page, Scope};
use gather::privacy::MemoryVault;
use gather::testkit::{History, TestClock, conferences, epoch, histories, queues};
use gather::{ActorId, Content, Desk, Fact, GatheringId, Position, RequestId};
use proptest::prelude::*;
use proptest::sample::Index;

fn cases(number: u32) -> ProptestConfig {
    let soak = std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    ProptestConfig::with_cases(number.saturating_mul(soak))
}

fn audited(log: &dyn Log) -> Findings {
    verify(log, &mut |_| ()).unwrap()
}

/// What a desk writes while it lives through a history.
fn lived(history: &History) -> Arc<MemoryLog> {
    let (log, clock) = (Arc::new(MemoryLog::new()), TestClock::at(epoch()));
    let desk =
        Desk::builder().clock(clock.clone()).over(Arc::clone(&log), Arc::new(MemoryVault::new())).unwrap();
    for nth in 0..history.steps.len() {
        clock.set(history.time(nth));
        let _ = history.play_step(&desk, nth);
    }
    log
}

fn lives(length: Range<usize>) -> impl Strategy<Value = History> {
    prop_oneof![2 => histories(length.clone()), 1 => conferences(length.clone()), 3 => queues(length)]
}

/// Whether what a fact does can be done once.
#[expect(clippy::wildcard_enum_match_arm, reason = "others can happen again")]
fn happens_once(fact: &Fact) -> bool {
    match fact {
        Fact::GatheringAnnounced { .. }
        | Fact::GatheringCancelled { .. }
        | Fact::DraftAnnounced { .. }
        | Fact::BooksClosed { .. }
        | Fact::GatheringArchived { .. }
        | Fact::RegistrationConfirmed { .. }
        | Fact::RegistrationWaitlisted { .. }
        | Fact::RegistrationPromoted { .. }
        | Fact::RegistrationEnded { .. }
        | Fact::RegistrationHeld { .. }
        | Fact::HoldConfirmed { .. }
        | Fact::ApprovalRequested { .. }
        | Fact::PlaceOffered { .. }
        | Fact::OfferAccepted { .. }
        | Fact::PlaceTransferred { .. }
        | Fact::FollowUpRequested { .. }
        | Fact::MovedToFollowUp { .. }
        | Fact::InterestNoted { .. }
        | Fact::RegistrationReconfirmed { .. }
        | Fact::ReconfirmationClosed { .. }
        | Fact::SetAsideMade { .. }
        | Fact::LineClosed { .. }
        | Fact::OfferingAdded { .. }
        | Fact::SessionAdded { .. }
        | Fact::SessionDropped { .. }
        | Fact::ResourceAttached { .. } => true,
        Fact::RegistrationApproved { ahead, .. } => ahead.is_none(),
        _ => false,
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// What was decided in a history, and happens again: the first fact of it that can happen once is found, where it is.
    #[test]
    fn what_happens_again_is_found(history in lives(10..110), which in any::<Index>()) {
        let page = lived(&history).read(Position::START, usize::MAX).unwrap();
        let once: Vec<_> = page.batches.iter().filter(|it| it.batch.facts.iter().any(happens_once)).collect();
        prop_assume!(!once.is_empty());
        let again = once[which.index(once.len())];
        let mut batches: Vec<Batch> = page.batches.iter().map(|stored| stored.batch.clone()).collect();
        batches.truncate(page.batches.iter().position(|it| it.first == again.first).unwrap() + 1);
        let mut forged = again.batch.clone();
        forged.id = RequestId::from_u128(0xF0F0);
        forged.facts.retain(happens_once);
        forged.facts.truncate(1);
        batches.push(forged);
        let log = MemoryLog::new();
        log.exclusive(Position::START, &mut |_| batches.clone()).unwrap();
        let findings = audited(&log);
        let found: Vec<_> = findings.found.iter().map(|finding| finding.position).collect();
        prop_assert_eq!(found, [again.last().next()], "{:?}\n{}", batches.last(), findings);
    }

    #[test]
    fn nothing_is_found_in_what_a_desk_writes(history in lives(1..110)) {
        let findings = audited(&lived(&history));
        prop_assert!(findings.is_sound(), "{}", findings);
        prop_assert_eq!(findings.taken_on_trust, 0);
    }
}

/// The log of a frozen file, read as bytes of its own time, and the rules that its facts break: those were put together
/// to have one of every kind, and nobody decided them.
fn frozen(name: &str) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.gather");
    let file = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(file, &path).unwrap();
    // What was written before there were heads has none.
    audited(&FileLog::options().rebuild_head().open(&path).unwrap())
}

#[test]
fn what_older_versions_wrote_is_linked_by_its_own_bytes() {
    for name in ["format1a.gather", "format1b.gather", "format1c.gather"] {
        let findings = frozen(name);
        let of_bytes = [Rule::Chain, Rule::Gap, Rule::SeenAhead, Rule::RequestTwice];
        let unlinked = findings.found.iter().find(|finding| of_bytes.contains(&finding.rule));
        assert_eq!(unlinked, None, "{name}");
        assert_eq!(findings.taken_on_trust, 0, "{name}");
    }
}

#[test]
fn a_year_of_a_network_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("year");
    crate::examples::year(&out);
    let findings = audited(&FileLog::open_in(&out).unwrap());
    assert!(findings.is_sound(), "{findings}");
    assert!(findings.to.position.get() > 500, "{}", findings.to.position);
}

/// A store whose bytes are not those that its chain was taken over.
#[derive(Debug)]
struct Altered {
    log: MemoryLog,
    /// The position of the batch that it hands over otherwise.
    at: Position,
}

impl Log for Altered {
    fn anchor(&self) -> Result<Anchor, Error> {
        self.log.anchor()
    }

    fn read(&self, after: Position, limit: usize) -> Result<Page, Error> {
        let mut page = self.log.read(after, limit)?;
        for stored in page.batches.iter_mut().filter(|stored| stored.first == self.at) {
            stored.batch.actor = Some(ActorId::from_u128(1));
        }
        Ok(page)
    }

    fn exclusive(&self, after: Position, decide: &mut dyn FnMut(&Page) -> Vec<Batch>) -> Result<Page, Error> {
        self.log.exclusive(after, decide)
    }
}

/// A log of so many batches of one fact each.
fn of_batches(number: u128) -> MemoryLog {
    let log = MemoryLog::new();
    let batch = |nth: u128| Batch {
        id: RequestId::from_u128(nth),
        time: epoch(),
        actor: None,
        trace: None,
        content: Some(Content::from_bytes([0; 8])),
        guard: Guard { seen: Position::START, scope: Scope::everything() },
        facts: vec![Fact::BookingOpened { gathering: GatheringId::from_u128(1) }],
    };
    log.exclusive(Position::START, &mut |_| (0..number).map(batch).collect()).unwrap();
    log
}

#[test]
fn a_batch_that_was_altered_is_found_by_the_chain() {
    for at in [1, 2, 255, 256, 257, 600] {
        let altered = Altered { log: of_batches(600), at: Position::new(at) };
        let findings = audited(&altered);
        let unlinked: Vec<_> = findings.found.iter().filter(|it| it.rule == Rule::Chain).collect();
        assert_eq!(unlinked.len(), 1, "{findings}");
        assert_eq!(unlinked[0].position, altered.at);
        assert_eq!(findings.to, altered.log.anchor().unwrap());
    }
}

#[test]
fn findings_beyond_the_limit_are_counted_and_progress_comes_to_an_end() {
    let log = of_batches(1_200);
    let mut told = Vec::new();
    let findings = verify(&log, &mut |progress| told.push((progress.done, progress.total))).unwrap();
    assert_eq!((findings.found.len(), findings.more, findings.batches), (1_000, 200, 1_200));
    assert_eq!(findings.found[0].code(), "unknown_gathering");
    assert_eq!((told[0], *told.last().unwrap()), ((0, 1_200), (1_200, 1_200)));
    assert!(told.is_sorted() && told.len() > 4, "{told:?}");
}

/// An auditor that is fed pages as they come says what one says that reads all at once.
#[test]
fn whoever_follows_a_log_finds_the_same() {
    let log = of_batches(300);
    let (mut follower, mut at) = (Auditor::new(log.anchor().unwrap().log), Position::START);
    for limit in (1..).take_while(|limit| limit * (limit - 1) / 2 < 300) {
        let page = log.read(at, limit).unwrap();
        at = page.batches.last().map_or(at, gather::log::StoredBatch::last);
        follower.take(&page);
    }
    assert_eq!(follower.findings(), &audited(&log));
    // Who leaves something out is told.
    let mut other = Auditor::new(log.anchor().unwrap().log);
    other.take(&log.read(Position::new(7), 1).unwrap());
    assert_eq!(other.finish().found[0].rule, Rule::Gap);
}

#[test]
fn a_desk_audits_its_own_log_while_others_book() {
    let desk = Desk::in_memory();
    let hall =
        gather::Gathering::webinar("Archives").at("2099-03-05 Europe/London".parse().unwrap()).places(50);
    let on = desk.announce(hall).unwrap().outcome;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..40 {
                    let _ = desk.register(on, gather::PersonId::random()).unwrap().outcome;
                }
            });
        }
        let findings = desk.verify(&mut |_| ()).unwrap();
        assert!(findings.is_sound(), "{findings}");
    });
    let findings = desk.verify(&mut |_| ()).unwrap();
    assert!(findings.is_sound(), "{findings}");
    assert_eq!(findings.to.position.get(), 161);
}
