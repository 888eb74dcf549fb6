//! Bytes that `encode` would not have made.

use super::samples::*;
use super::*;

/// A prologue of our making, up to the scope.
fn forged_prologue() -> Writer {
    let mut out = Writer::with_room(0);
    out.put(&(LAYOUT, [0_u8; 16], 0_i64, None::<u8>, None::<u8>, None::<u8>, 0_u64)).unwrap();
    out
}

/// The bytes of a batch with one fact of our making.
fn forged(kind: u16, version: u8, tags: &[Tag], body: &[u8]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut places = Vec::new();
    for tag in tags.iter().map(|tag| tag_bytes(*tag)) {
        let known = table.iter().position(|known| *known == tag);
        places.push(known.unwrap_or(table.len()));
        if known.is_none() {
            table.push(tag);
        }
    }
    let mut out = forged_prologue();
    out.put(&(scope_code::EVERYTHING, table, 1_u8)).unwrap();
    out.put(&(kind, version, places, body)).unwrap();
    out.bytes
}

const GATHERING: Tag = Tag::Gathering(GatheringId::from_u128(1));
const PERSON: Tag = Tag::Person(PersonId::from_u128(1));
const REGISTRATION: Tag = Tag::Registration(RegistrationId::from_u128(1));

#[test]
fn what_a_newer_version_wrote_is_told_from_damage() {
    assert!(decode(&forged(4, 1, &[GATHERING], &[])).is_ok());
    for (kind, version) in [(2, 4), (4, 2), (11, 3), (19, 2), (20, 2), (47, 2), (48, 1), (999, 7)] {
        let error = decode(&forged(kind, version, &[GATHERING], &[])).unwrap_err();
        assert!(error.is_newer(), "{error}");
        assert!(error.to_string().contains(&format!("kind {kind}, version {version}")), "{error}");
    }
    for unknown in [0, 3, 255] {
        let mut layout = forged(4, 1, &[GATHERING], &[]);
        layout[0] = unknown;
        let error = decode(&layout).unwrap_err();
        assert!(error.is_newer() && error.to_string().contains(&format!("layout {unknown}")), "{error}");
    }
}

/// An older version can still tell whom a fact that it does not know is about.
#[test]
fn tags_are_read_without_knowing_the_kind() {
    let bytes = forged(999, 7, &[GATHERING, PERSON], &[1, 2, 3]);
    assert_eq!(Prologue::read(&bytes).unwrap().facts[0].tags, [GATHERING, PERSON]);
}

#[test]
fn a_zone_that_this_build_does_not_know_is_newer_and_named() {
    let schedule = frozen("2026-03-05 14:00 to 15:30 Europe/London");
    let fact = Fact::GatheringRescheduled { gathering: GatheringId::from_u128(1), schedule, ask: None };
    let mut bytes = encode(&batch_of(vec![fact])).unwrap();
    let place = bytes.windows(6).position(|window| window == b"London").unwrap();
    bytes[place..place + 6].copy_from_slice(b"Utopia");
    let error = decode(&bytes).unwrap_err();
    assert!(error.is_newer() && error.to_string().contains("Europe/Utopia"), "{error}");
}

#[test]
fn what_encode_would_not_make_is_corrupt() {
    let forgeries = [
        ("a body with more than it holds", forged(4, 1, &[GATHERING], &[0])),
        ("a body with less than it holds", forged(6, 1, &[GATHERING], &[1, 1])),
        ("too few tags", forged(4, 1, &[], &[])),
        ("too many tags", forged(4, 1, &[GATHERING, PERSON], &[])),
        ("a tag of another type", forged(4, 1, &[PERSON], &[])),
        ("a code that was never given", forged(6, 1, &[GATHERING], &[1, 3, 1])),
        ("a version that was never given", forged(4, 0, &[GATHERING], &[])),
        ("one of the newest kind that was never given", forged(47, 0, &[GATHERING], &[])),
        ("a kind that was never given", forged(0, 1, &[GATHERING], &[])),
        ("a time beyond all years", forged(21, 1, &[GATHERING, REGISTRATION], &[0xff; 10])),
        ("what was asked, neither there nor not", {
            let mut batch = forged(4, 1, &[GATHERING], &[]);
            batch[1 + 16 + 1 + 1 + 1] = 2;
            batch
        }),
        ("a batch of layout 1 with what was asked", {
            let mut batch = forged(4, 1, &[GATHERING], &[]);
            batch[0] = LAYOUT_WITHOUT_CONTENT;
            batch
        }),
        ("bytes behind the last fact", [forged(4, 1, &[GATHERING], &[]), vec![0]].concat()),
        ("nothing", vec![]),
    ];
    for (what, bytes) in forgeries {
        assert!(decode(&bytes).unwrap_err().is_corrupt(), "{what}");
    }
}

#[test]
fn a_tag_table_is_as_encode_makes_it_or_corrupt() {
    let forge = |table: &[(u8, [u8; 16])], scope: &[u8], places: &[u8]| {
        let mut out = forged_prologue();
        out.put(&(1_u8, scope)).unwrap();
        out.put(table).unwrap();
        out.put(&(1_u8, 4_u16, 1_u8, places, 0_u8)).unwrap();
        decode(&out.bytes)
    };
    let (a, b) = ((1, [1; 16]), (2, [2; 16]));
    assert!(forge(&[a], &[0], &[0]).is_ok());
    assert!(forge(&[a, b], &[0, 1], &[0]).is_ok());
    let bad: [(&str, &[_], &[u8], &[u8]); 7] = [
        ("beyond the table", &[a], &[0], &[1]),
        ("unused", &[a, b], &[0], &[0]),
        ("twice", &[a, a], &[0, 1], &[0]),
        ("not in order of use", &[b, a], &[1, 0], &[1]),
        ("a scope out of order", &[b, a], &[0, 1], &[1]),
        ("an empty scope", &[a], &[], &[0]),
        ("a scope with a repetition", &[a], &[0, 0], &[0]),
    ];
    for (what, table, scope, places) in bad {
        assert!(forge(table, scope, places).unwrap_err().is_corrupt(), "{what}");
    }
    for unknown in [0, 5, 255] {
        assert!(forge(&[(unknown, [1; 16])], &[0], &[0]).unwrap_err().is_newer(), "{unknown}");
    }
}

/// Reads the body of a fact of our making.
fn read_body(kind: u16, version: u8, tags: &[Tag], body: &[u8]) -> Result<Fact, Error> {
    decode(&forged(kind, version, tags, body)).map(|mut batch| batch.facts.remove(0))
}

#[test]
fn an_announcement_says_of_each_of_its_offerings_what_it_requires() {
    let fact = announced(conference());
    let tags = Tag::of(&fact);
    let (kind, version, whole) = frozen_body("GatheringAnnounced/2");
    assert_eq!((kind, version), (2, 2));
    let first = whole.strip_suffix(&[2, 0, 1, 3, 1]).expect("two offerings, the second needs number 3");
    let with = |rest: &[u8]| read_body(2, 2, &tags, &[first, rest].concat());
    assert_eq!(with(&[2, 0, 1, 3, 1]).unwrap(), fact);
    let forgeries: [(&str, &[u8]); 11] = [
        ("none", &[0, 1]),
        ("too few", &[1, 0, 1]),
        ("too many", &[3, 0, 1, 3, 0, 1]),
        ("far too many", &[0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1, 3, 1]),
        ("a count and nothing more", &[2]),
        ("neither nothing nor something", &[2, 0, 2, 3, 1]),
        ("a number of no offering", &[2, 0, 1, 0x80, 0x80, 0x04, 1]),
        ("no rule", &[2, 0, 1, 3]),
        ("neither a rule nor none", &[2, 0, 1, 3, 2]),
        ("more behind it", &[2, 0, 1, 3, 1, 0]),
        ("the first version", &[]),
    ];
    for (what, rest) in forgeries {
        let error = with(rest).unwrap_err();
        assert!(error.is_corrupt(), "{what}: {error}");
    }
    assert!(read_body(2, 1, &tags, &whole).unwrap_err().is_corrupt(), "the second version as the first");
    assert!(read_body(2, 1, &tags, first).is_ok());
}

/// The types of tags, of which every list up to some length is tried.
const TYPES: [Tag; 4] = [GATHERING, PERSON, REGISTRATION, Tag::Session(SessionId::from_u128(1))];

/// Every list of up to five tags, by type.
fn all_tags() -> Vec<Vec<Tag>> {
    let longer = |shorter: &Vec<Vec<Tag>>| {
        let with = |tags: &Vec<Tag>| TYPES.map(|tag| [&tags[..], &[tag]].concat());
        shorter.iter().flat_map(with).collect::<Vec<_>>()
    };
    std::iter::successors(Some(vec![vec![]]), |shorter| Some(longer(shorter))).take(6).flatten().collect()
}

/// The session's speakers are as many as there are people behind its tag; every other list is of one length.
#[test]
fn a_fact_takes_the_tags_of_its_kind_in_their_order_and_no_others() {
    let types = |tags: &[Tag]| tags.iter().map(std::mem::discriminant).collect::<Vec<_>>();
    let all = all_tags();
    assert_eq!(all.len(), 1 + 4 + 16 + 64 + 256 + 1_024);
    for (name, fact) in samples().into_iter().chain(further()) {
        let own = types(&Tag::of(&fact));
        let body = body::encode(&fact).unwrap();
        let speakers = matches!(fact, Fact::SessionAdded { .. } | Fact::SessionRevised { .. });
        let mut taken = 0;
        for tags in &all {
            let given = types(tags);
            let billed =
                given.get(..2) == own.get(..2) && given.iter().skip(2).all(|tag| *tag == types(&[PERSON])[0]);
            let fits = if speakers { billed } else { given == own };
            match read_body(body.kind, body.version, tags, &body.bytes) {
                Ok(read) => assert_eq!((fits, types(&Tag::of(&read))), (true, given), "{name}: {tags:?}"),
                Err(error) => assert!(!fits && error.is_corrupt(), "{name}: {tags:?}: {error}"),
            }
            taken += usize::from(fits);
        }
        assert_eq!(taken, if speakers { 4 } else { 1 }, "{name}");
    }
}

#[test]
fn an_added_offering_says_whether_a_session_is_among_its_tags() {
    // Number 5, no name, no pools, parties of one, no line; nothing required; for a session; no new pools. Before the
    // session, the second version has how the line is served, no approval, for nobody in particular, and holds.
    let first = |party, session| [5, 0, 0, party, 0, 0, session, 0];
    let second = |party, session| [5, 0, 0, party, 0, 0, 1, 1, 0, 0, 0, session, 0];
    says_whether_for_a_session(|tags, party, session| read_body(14, 1, tags, &first(party, session)));
    says_whether_for_a_session(|tags, party, session| read_body(14, 2, tags, &second(party, session)));
}

fn says_whether_for_a_session(read: impl Fn(&[Tag], u8, u8) -> Result<Fact, Error>) {
    let session = Tag::Session(SessionId::from_u128(1));
    let Ok(Fact::OfferingAdded { offering, .. }) = read(&[GATHERING, session], 1, 1) else {
        panic!("not read")
    };
    assert_eq!(offering.session, Some(SessionId::from_u128(1)));
    let Ok(Fact::OfferingAdded { offering, .. }) = read(&[GATHERING], 1, 0) else { panic!("not read") };
    assert_eq!(offering.session, None);
    for (what, forged) in [
        ("a session that is said and not tagged", read(&[GATHERING], 1, 1)),
        ("a session that is tagged and not said", read(&[GATHERING, session], 1, 0)),
        ("a session that is said twice", read(&[GATHERING, session, session], 1, 1)),
        ("a session before its gathering", read(&[session, GATHERING], 1, 1)),
        ("neither said nor not", read(&[GATHERING, session], 1, 2)),
        ("parties of nobody", read(&[GATHERING, session], 0, 1)),
    ] {
        assert!(forged.unwrap_err().is_corrupt(), "{what}");
    }
}

/// Numbers that look random and come out the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }

    /// A place between two bytes.
    fn place(&mut self, bytes: &[u8]) -> usize {
        self.below(bytes.len() + 1)
    }
}

/// Changes some bytes in one of the ways in which bytes go wrong, or are made to.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let (a, b) = (dice.place(bytes), dice.place(bytes));
    let (from, to) = (a.min(b), a.max(b));
    match dice.below(8) {
        0 if from < bytes.len() => bytes[from] ^= 1 << dice.below(8),
        1 if from < bytes.len() => bytes[from] = dice.byte(),
        2 => bytes.insert(from, dice.byte()),
        3 => drop(bytes.drain(from..to.min(from + 9))),
        4 => bytes.truncate(to),
        5 => {
            let again = bytes[from..to].to_vec();
            bytes.splice(to..to, again);
        }
        6 => {
            let place = dice.place(other);
            bytes.splice(from.., other[place..].iter().copied());
        }
        // The largest number there is, where a count may be.
        _ => drop(bytes.splice(from..to.min(from + 1), [0xFF, 0xFF, 0xFF, 0xFF, 0x0F])),
    }
}

/// Whatever comes of it is refused as damaged or newer, or reads back as it was taken.
#[test]
fn mutated_batches_are_refused_or_read_back_as_they_were_taken() {
    let soak = std::env::var("GATHER_SOAK").ok().and_then(|times| times.parse().ok()).unwrap_or(1_u32);
    let facts = samples().into_iter().chain(further()).map(|(_, fact)| fact).collect::<Vec<_>>();
    let whole: Vec<_> = facts.windows(2).map(|pair| encode(&batch_of(pair.to_vec())).unwrap()).collect();
    let (mut dice, mut taken, mut refused) = (Dice(1), 0, 0);
    for _ in 0..100_000 * soak {
        let mut bytes = whole[dice.below(whole.len())].clone();
        for _ in 0..=dice.below(3) {
            let other = dice.below(whole.len());
            mutate(&mut bytes, &whole[other], &mut dice);
        }
        match decode(&bytes) {
            Ok(read) => {
                assert_eq!(decode(&encode(&read).unwrap()).unwrap(), read, "{}", hex(&bytes));
                taken += 1;
            }
            Err(error) => {
                assert!(error.is_corrupt() || error.is_newer(), "{error}: {}", hex(&bytes));
                refused += 1;
            }
        }
    }
    assert!(taken > refused / 100 && refused > taken, "{taken} taken, {refused} refused");
}
