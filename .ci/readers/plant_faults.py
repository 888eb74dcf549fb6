#!/usr/bin/env python3
"""Plants faults in the writer of calendars, one at a time, and demands that each is noticed.

    python plant_faults.py [NAME...]

Each fault is put into a copy of the sources, and the tests that leave files for other readers are built and run there. Then at
least one of those tests must have failed, and the named checks of `check_ics.py` must have found the files wrong. The test that
holds kept files byte by byte is left out: it notices everything and says nothing of what calendars would make of it.

A fault whose place is not in the sources any more is a failure: give it a new one. So is a fault that does not compile, and
sources in which something is found wrong before any fault is planted.

With NAMEs, only faults with one of them in their names are planted. It needs READER_LIBICAL and READER_MODULES as `check_ics.py` does.
What it builds is kept in target/planted, so that each fault costs no more than building this crate and its tests anew.
"""

import collections
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import check_ics
from check_ics import READERS, in_entries, with_beside

HERE = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = HERE / "target" / "planted"
SOURCE = SCRATCH / "source"
TESTS = ["calendar::", "messages::", "--skip", "these_very_bytes", "--skip", "all_zones"]
# The files of tests that these need; the others are not built.
NEEDED = {"calendar", "examples", "feeds", "messages", "scene"}
# Enough of what the tests leave: each zone more takes the readers longer and shows the same. The last two have rules of a last Sunday.
LEFT = [
    "calendars/personal.ics",
    "calendars/public.ics",
    "calendars/empty.ics",
    "calendars/sample-[0-5].ics",
    "calendars/sample-6[12].ics",
    "messages/*.ics",
]

Fault = collections.namedtuple("Fault", "name file before after noticed")
LINE, ENTRY, MESSAGE, PEOPLE, ZONE, CARD = (
    f"src/{file}.rs"
    for file in ("calendar/line", "calendar/entry", "calendar/message", "calendar/people", "calendar/zone", "projection/card/entry")
)
BESIDE = with_beside(*READERS)

FAULTS = [
    Fault("folded at 76 octets", LINE, "const LONGEST_LINE: usize = 75;", "const LONGEST_LINE: usize = 76;", {"bytes"}),
    Fault("never folded", LINE, "const LONGEST_LINE: usize = 75;", "const LONGEST_LINE: usize = 75_000;", {"bytes"}),
    Fault(
        "folded within a character",
        LINE,
        "let (fits, more) = rest.split_at(rest.floor_char_boundary(self.room()));\n"
        "            self.out.extend_from_slice(fits.as_bytes());\n"
        "            self.fold();\n"
        "            rest = more;\n"
        "        }",
        "let (fits, more) = rest.split_at(rest.ceil_char_boundary(self.room()));\n"
        "            self.out.extend_from_slice(fits.as_bytes());\n"
        "            let whole = self.out.len();\n"
        "            self.fold();\n"
        "            if !fits.is_ascii() && whole.saturating_sub(self.line_start) > 2 {\n"
        "                self.out.swap(whole - 1, whole + 2);\n"
        "            }\n"
        "            rest = more;\n"
        "        }",
        {"bytes"},
    ),
    Fault(
        "folded behind a backslash",
        LINE,
        "        if unit.len() > self.room() {\n            self.fold();\n        }\n        self.short(unit);",
        "        self.plain(unit);",
        {"bytes"},
    ),
    Fault("a continuation of blanks", LINE, "if self.line_is_blank() {", "if false {", set()),
    Fault('LF in place of CRLF', LINE, 'self.out.extend_from_slice(b"\\r\\n");', 'self.out.extend_from_slice(b"\\n");', {"bytes"}),
    Fault("commas not escaped", LINE, "',' => self.unit(\"\\\\,\"),", "',' => self.unit(\",\"),", {"text values", *BESIDE}),
    Fault("semicolons not escaped", LINE, "';' => self.unit(\"\\\\;\"),", "';' => self.unit(\";\"),", {"text values"}),
    Fault("backslashes not escaped", LINE, "'\\\\' => self.unit(\"\\\\\\\\\"),", "'\\\\' => self.unit(\"\\\\\"),", {"text values"}),
    Fault(
        "line breaks not escaped",
        LINE,
        '_ if is_line_break(special) => self.unit("\\\\n"),',
        '_ if is_line_break(special) => self.unit("\\r\\n"),',
        set(READERS),
    ),
    Fault(
        "control characters let through",
        LINE,
        "'\\0'..='\\u{8}' | '\\n'..='\\u{1F}' | '\\u{7F}'..='\\u{9F}' |",
        "'\\n' | '\\r' | '\\u{85}' |",
        {"bytes"},
    ),
    Fault("carets not encoded", LINE, "'^' => self.unit(\"^^\"),", "'^' => self.unit(\"^\"),", BESIDE),
    Fault("quotes not encoded", LINE, "'\"' => self.unit(\"^'\"),", "'\"' => self.unit(\"\\\"\"),", BESIDE),
    Fault("quotes left out of parameters", LINE, "'\"' => self.unit(\"^'\"),", "'\"' => {}", BESIDE),
    Fault("backslashes in parameters", LINE, "'^' | '\"' | '\\\\') ||", "'^' | '\"') ||", {"libical"}),
    Fault(
        "SEQUENCE not raised", ENTRY, 'lines.number_property("SEQUENCE:", entry.sequence);', 'lines.number_property("SEQUENCE:", 0);', BESIDE
    ),
    Fault("SEQUENCE of a message not raised", MESSAGE, ".sequence(row.sequence)", ".sequence(0)", BESIDE),
    Fault(
        "SEQUENCE not raised by a cancellation",
        CARD,
        "sequence.saturating_add(registration.invited().turns(person, registration.has_left()))",
        "sequence.saturating_add(registration.invited().turns(person, false))",
        BESIDE,
    ),
    Fault("no LAST-MODIFIED", ENTRY, '        lines.stamp_property("LAST-MODIFIED:", revised);\n', "", in_entries(*READERS)),
    Fault("cancelled and not said so", ENTRY, '"STATUS:CANCELLED"', '"STATUS:CONFIRMED"', BESIDE),
    Fault("the last day left out", ENTRY, "checked_add_days(Days::new(1))", "checked_add_days(Days::new(0))", BESIDE),
    Fault('no METHOD', MESSAGE, '        lines.property("METHOD:", method.name());\n', "", {*BESIDE, *in_entries(*READERS)}),
    Fault("CANCEL sent as REQUEST", MESSAGE, 'Self::Cancel => "CANCEL",', 'Self::Cancel => "REQUEST",', {*BESIDE, *in_entries(*READERS)}),
    Fault(
        "an answer kept that does not hold any more",
        PEOPLE,
        'None => "NEEDS-ACTION",',
        'None => "ACCEPTED",',
        BESIDE,
    ),
    Fault("no answer asked for", PEOPLE, 'lines.plain(";RSVP=TRUE");', "", {*BESIDE, *in_entries(*READERS)}),
    Fault("an answer to a cancellation asked for", PEOPLE, "if self.asks {", "if self.asks || true {", {*BESIDE, *in_entries(*READERS)}),
    Fault("whoever is invited invites", PEOPLE, 'write_name(lines, "ORGANIZER", self.organiser);', 'write_name(lines, "ORGANIZER", self.attendee);', BESIDE),
    Fault("addresses not encoded", PEOPLE, 'b"@.-_~!$\'*+".contains(&byte)', 'b"@.-_~!$\'*+%".contains(&byte)', BESIDE),
    Fault("offsets exchanged", ZONE, "lines.offset(observance.from);", "lines.offset(observance.to);", set()),
    Fault("the offset before a change for the one after", ZONE, "lines.offset(observance.to);", "lines.offset(observance.from);", BESIDE),
    # Hardly an entry of these files falls between a fourth Sunday and a last: of the readers only ical.js notices.
    Fault(
        "the last Sunday taken for the fourth",
        ZONE,
        'Week::Last => lines.short("-1"),',
        'Week::Last => lines.short("4"),',
        with_beside("ical.js"),
    ),
    # ical.js and libical take either pass for the other.
    Fault(
        "the second pass of a doubled hour by the wall",
        ZONE,
        "in_range && offset == moment.offset_seconds() && !second_pass",
        "in_range && offset == moment.offset_seconds()",
        with_beside("icalendar", "vobject"),
    ),
]


def main(arguments):
    wanted = [fault for fault in FAULTS if not arguments or any(part in fault.name for part in arguments)]
    unknown = [part for part in arguments if not any(part in fault.name for fault in FAULTS)]
    if unknown:
        print(f"no fault has {', '.join(unknown)} in its name; usage: plant_faults.py [NAME...]", file=sys.stderr)
        return 2
    missed = 0
    copy_sources()
    for fault in [None, *wanted]:
        begun = time.monotonic()
        try:
            told, ok = (healthy() if fault is None else planted(fault))
        except Broken as broken:
            told, ok = str(broken), False
        missed += not ok
        name = "nothing planted" if fault is None else fault.name
        print(f"{'ok' if ok else 'MISSED'}: {name}: {told} ({time.monotonic() - begun:.0f} s)", flush=True)
        if fault is None and not ok:
            break
    print(f"{len(wanted)} faults planted, {missed} missed")
    return 1 if missed else 0


class Broken(Exception):
    """Something that says nothing of whether a fault is noticed."""


def healthy():
    failed, faults = run()
    return describe(failed, faults), not failed and not faults


def planted(fault):
    file = SOURCE / fault.file
    text = file.read_text(encoding="utf-8")
    if text.count(fault.before) != 1:
        raise Broken(f"its place is in {fault.file} {text.count(fault.before)} times")
    file.write_text(text.replace(fault.before, fault.after), encoding="utf-8")
    try:
        failed, faults = run()
    finally:
        file.write_text(text, encoding="utf-8")
    # A reader that cannot read the file at all has noticed, too.
    seen = faults | {what for reader in READERS if reader in faults for what in (*with_beside(reader), *in_entries(reader))}
    silent = sorted(fault.noticed - seen)
    told = describe(failed, faults) + (f"; not by {', '.join(silent)}" if silent else "")
    return told, bool(failed) and not silent


def describe(failed, faults):
    tests = ", ".join(failed) if failed else "no test of ours"
    return f"noticed by {tests}, and by {', '.join(sorted(faults)) or 'no reader'}"


def copy_sources():
    """As they are in the working tree now; what has not changed keeps its time, so that it is not built again."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=HERE, check=True, capture_output=True
    ).stdout.decode("utf-8")
    names = {name for name in listed.split("\0") if name and (HERE / name).is_file()}
    for name in names:
        source, copy = HERE / name, SOURCE / name
        if copy.exists() and copy.read_bytes() == read(source):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(read(source))
    for copy in SOURCE.rglob("*"):
        if copy.is_file() and str(copy.relative_to(SOURCE)) not in names:
            copy.unlink()


def read(source):
    """A file as it is to be in the copy: of the one test binary only what is needed, so that it is built in a moment."""
    data = source.read_bytes()
    if source.relative_to(HERE) == pathlib.Path("tests/it/main.rs"):
        data = re.sub(rb"^mod ([a-z_]+);\n", lambda found: found[0] if found[1].decode() in NEEDED else b"", data, flags=re.M)
    return data


def run():
    """Builds and runs the tests; gives which failed, and what the readers find wrong with what they have left."""
    shutil.rmtree(SCRATCH / "tmp", ignore_errors=True)
    environment = {
        **os.environ,
        "CARGO_TARGET_DIR": str(SCRATCH),
        # Built in half the time, and slow only where it does not matter.
        "CARGO_PROFILE_TEST_OPT_LEVEL": "0",
        "CARGO_PROFILE_TEST_DEBUG": "0",
        "RUST_MIN_STACK": str(32 * 1024 * 1024),
        "RUST_BACKTRACE": "0",
        "PROPTEST_MAX_SHRINK_ITERS": "0",
        "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1",
    }
    cargo = ["cargo", "test", "--quiet", "--test", "it"]
    built = subprocess.run([*cargo, "--no-run"], cwd=SOURCE, env=environment, capture_output=True, text=True)
    if built.returncode != 0:
        raise Broken(f"it does not compile:\n{built.stderr}")
    try:
        tested = subprocess.run([*cargo, "--", *TESTS], cwd=SOURCE, env=environment, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return ["a test that does not end"], set()
    failed = re.findall(r"^    ([a-z_:]+)$", tested.stdout, re.M)
    if bool(failed) != (tested.returncode != 0):
        raise Broken(f"the tests say what is not understood:\n{tested.stdout}\n{tested.stderr}")
    return sorted(set(failed)), read_what_is_left()


def read_what_is_left():
    files = sorted(file for pattern in LEFT for file in (SCRATCH / "tmp").glob(pattern))
    if len(files) < 20:
        raise Broken(f"only {len(files)} files are left to read")
    faults = set()
    try:
        outside = check_ics.read_outside(files)
    except (check_ics.Wrong, subprocess.CalledProcessError) as problem:
        raise Broken(f"a reader has given up: {problem}") from problem
    for file in files:
        # What vobject has to say of a line it says aloud.
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            faults |= check_ics.check(file, outside[file])[2].keys()
    return faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
