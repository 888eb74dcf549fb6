//! Batches said in text, and turned into bytes again.

use serde_json::value::RawValue;

use super::*;

/// The bytes of a batch after it was said in text.
pub(super) fn again(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    heard(ReadableBatch::of_bytes(bytes)?, |_| ()).bytes()
}

/// A batch as it is understood from its text, with a change to what each body says.
fn heard(
    said: ReadableBatch<ReadableFact<Box<RawValue>>>,
    change: impl Fn(&mut ReadableFact<serde_json::Value>),
) -> ReadableBatch<ReadableFact<serde_json::Value>> {
    let ReadableBatch { layout, id, time, actor, trace, content, seen, scope, facts } = said;
    let fact = |fact: ReadableFact<Box<RawValue>>| {
        let ReadableFact { name, kind, version, tags, body } = fact;
        let body = serde_json::from_str(body.get()).unwrap();
        let mut fact = ReadableFact { name, kind, version, tags, body };
        change(&mut fact);
        fact
    };
    let facts = facts.into_iter().map(fact).collect();
    ReadableBatch { layout, id, time, actor, trace, content, seen, scope, facts }
}

/// The oldest versions as well: what is no longer written is still said, and heard.
#[test]
fn every_frozen_batch_said_in_text_has_the_same_bytes() {
    let lines = frozen_lines();
    assert!(lines.len() > 47);
    for (name, hex) in lines {
        let bytes = unhex(hex);
        assert_eq!(again(&bytes).unwrap(), bytes, "{name}");
    }
}

/// A time that no text says is told as a number, and so is a code that nobody gave.
#[test]
fn what_has_no_text_is_told_as_its_number() {
    for (micros, said) in [
        (0, "\"1970-01-01T00:00:00Z\""),
        (-1, "\"1969-12-31T23:59:59.999999Z\""),
        (253_402_300_800_000_000, "253402300800000000"),
        (i64::MIN, "-9223372036854775808"),
        (i64::MAX, "9223372036854775807"),
    ] {
        assert_eq!(serde_json::to_string(&Micros(micros)).unwrap(), said);
        assert_eq!(serde_json::from_str::<Micros>(said).unwrap(), Micros(micros));
    }
    for forged in ["\"1970-01-01\"", "\"now\"", "true", "1.5", "null", "18446744073709551615"] {
        assert!(serde_json::from_str::<Micros>(forged).is_err(), "{forged}");
    }
    let of_code_99 = "{\"how\":99}";
    assert!(body::to_json(kind_of_endings(), 2, &[99]).unwrap().get() == of_code_99);
    let value = serde_json::from_str(of_code_99).unwrap();
    assert_eq!(body::of_json(kind_of_endings(), 2, &value).unwrap(), [99]);
}

fn kind_of_endings() -> u16 {
    body::kind::REGISTRATION_ENDED
}

#[test]
fn what_is_not_said_as_it_is_written_is_not_heard() {
    let ended = Fact::RegistrationEnded {
        gathering: GatheringId::from_u128(1),
        registration: RegistrationId::from_u128(2),
        how: Ending::Attendee,
    };
    let bytes = encode(&batch_of(vec![ended])).unwrap();
    let said = || ReadableBatch::of_bytes(&bytes).unwrap();
    for forged in ["{}", "{\"how\":\"nobody\"}", "{\"how\":300}", "{\"how\":-1}", "[]", "\"x\"", "null"] {
        let error =
            heard(said(), |fact| fact.body = serde_json::from_str(forged).unwrap()).bytes().unwrap_err();
        assert!(error.is_corrupt(), "{forged}: {error}");
    }
    assert!(heard(said(), |fact| fact.version = 9).bytes().unwrap_err().is_newer());
    assert!(
        heard(said(), |fact| fact.name = "registration_confirmed".into()).bytes().unwrap_err().is_corrupt()
    );
    assert!(heard(said(), |fact| fact.tags.clear()).bytes().unwrap_err().is_corrupt());
    // A code that was never given is said, and is not taken back as a batch.
    let of_code_99 = heard(said(), |fact| fact.body = serde_json::from_str("{\"how\":99}").unwrap());
    assert!(of_code_99.bytes().unwrap_err().is_corrupt());
    let changed = heard(said(), |fact| fact.body = serde_json::from_str("{\"how\":\"organiser\"}").unwrap());
    assert_ne!(changed.bytes().unwrap(), bytes);
}
