#!/usr/bin/env python3
"""Reads every .ics file below the given folders with four readers that are not ours.

    python check_ics.py DIR...
    python check_ics.py --self-test FILE.ics...

Each file is checked for its bytes (CRLF, 75 octets, UTF-8, folds, escapes), read with `icalendar`, `vobject`, ical.js and
libical, and each entry's values are compared between them. Where FILE.ics.json lies beside FILE.ics, they are compared
with it too, field by field: a list of entries in the file's order, times as 2026-03-05T14:00:00Z and days as 2026-03-05.
A message (a calendar with a METHOD) says who invites whom, and a calendar to subscribe to does not.

With --self-test, copies of each file are damaged, each as a writer with one fault would, and every check that should notice
must do so: a check that cannot fail is none. A message is damaged in other ways than a calendar to subscribe to.

READER_LIBICAL names the program made of read_libical.c, READER_MODULES the folder whose node_modules have ical.js.
Exits with 1 on any difference, and when there was no file to read.
"""

import datetime
import importlib.metadata
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

import dateutil.tz
import icalendar
import vobject

FIELDS = ("uid", "sequence", "summary", "location", "start", "end", "status")
MORE_FIELDS = ("transp", "description", "categories", "url", "geo", "related_to", "last_modified")
# Who invites whom: {"address", "cn"}, and of those who are invited also their PARTSTAT, RSVP, ROLE and CUTYPE.
PEOPLE_FIELDS = ("method", "organizer", "attendees")
ASKED = ("partstat", "rsvp", "role", "cutype")
LONGEST_LINE = 75
HERE = pathlib.Path(__file__).parent
OUTSIDE_READERS = {
    "ical.js": ["node", str(HERE / "read_icaljs.mjs")],
    "libical": [os.environ.get("READER_LIBICAL", "read_libical")],
}
TEXTS = ("SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME", "X-WR-CALDESC", "TZNAME")


class Wrong(Exception):
    """A file that is not as it should be."""


def main(arguments):
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("icalendar", "vobject")]
    versions += [run(command + ["--version"]).strip() for command in OUTSIDE_READERS.values()]
    print(", ".join(versions))
    if arguments[:1] == ["--self-test"] and len(arguments) > 1:
        return max(self_test(pathlib.Path(file)) for file in arguments[1:])
    if not arguments or arguments[0] == "--self-test":
        print("usage: check_ics.py DIR... | --self-test FILE.ics...", file=sys.stderr)
        return 2
    files = sorted({file for folder in arguments for file in pathlib.Path(folder).rglob("*.ics")})
    if not files:
        print("there is no .ics file to read", file=sys.stderr)
        return 1
    outside = read_outside(files)
    problems, entries, compared = 0, 0, 0
    for file in files:
        found, beside, faults = check(file, outside[file])
        for where, fault in faults.items():
            problems += 1
            print(f"{file}: {where}: {fault}", file=sys.stderr)
        entries += found
        compared += beside
    print(f"{len(files)} files, {entries} entries, {compared} compared with what lies beside, {problems} wrong")
    return 1 if problems else 0


def run(command, text=""):
    return subprocess.run(command, input=text, text=True, check=True, capture_output=True, encoding="utf-8").stdout


def read_outside(files):
    """Has the readers in other languages read all files at once; gives what each found, by file."""
    names = "".join(f"{file}\n" for file in files)
    found = {file: {} for file in files}
    for reader, command in OUTSIDE_READERS.items():
        lines = run(command, names).split("\n")[:-1]
        require(len(lines) == len(files), f"{reader} has read {len(lines)} of {len(files)} files")
        for file, line in zip(files, lines):
            found[file][reader] = json.loads(line)
    return found


def check(file, outside):
    """Gives how many entries a file has, how many were compared with the list beside it, and which checks found a fault."""
    data = file.read_bytes()
    faults = {}
    attempt(faults, "bytes", lambda: check_bytes(data))
    attempt(faults, "text values", lambda: check_escapes(data))
    readings = {
        "icalendar": attempt(faults, "icalendar", lambda: read_with_icalendar(data)),
        "vobject": attempt(faults, "vobject", lambda: read_with_vobject(data.decode("utf-8"))),
    }
    for reader, reading in outside.items():
        if "error" in reading:
            faults[reader] = reading["error"]
        entries = reading.get("entries")
        readings[reader] = entries and attempt(faults, reader, lambda: [normal(entry) for entry in entries])
    begun = data.count(b"\r\nBEGIN:VEVENT\r\n")
    beside = file.with_name(file.name + ".json")
    expected = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else None
    for reader, entries in readings.items():
        if entries is None:
            continue
        attempt(faults, f"{reader}'s entries", lambda: check_entries(reader, entries, begun))
        if expected is not None:
            attempt(faults, f"{reader} and the list beside", lambda: compare("the list", expected, reader, entries))
        if readings["icalendar"] is not None:
            attempt(faults, f"icalendar and {reader}", lambda: compare("icalendar", readings["icalendar"], reader, entries))
    return begun, begun if expected is not None else 0, faults


def attempt(faults, what, check):
    try:
        return check()
    except Exception as problem:  # a reader may fail in any way, and that is a finding
        faults[what] = f"{type(problem).__name__}: {problem}"
        return None


def check_entries(reader, entries, begun):
    require(len(entries) == begun, f"it finds {len(entries)} entries, {begun} begin")
    uids = [entry["uid"] for entry in entries]
    require(len(set(uids)) == len(uids), "a UID comes twice")
    for entry in entries:
        require(entry["last_modified"], f"{entry['uid']} does not say when it was changed last")
        check_people(entry)


def check_people(entry):
    """A calendar to subscribe to invites nobody; a message says who invites whom, and asks whom it does not cancel for."""
    uid, method = entry["uid"], entry["method"]
    if method is None:
        require(entry["organizer"] is None and not entry["attendees"], f"{uid} invites somebody, and there is no METHOD")
        return
    require(method in ("REQUEST", "CANCEL", "REPLY"), f"{uid}: nobody sends {method}")
    require(entry["organizer"] is not None, f"{uid}: nobody invites")
    require(len(entry["attendees"]) == 1, f"{uid}: {len(entry['attendees'])} are invited")
    if method == "REPLY":
        # An example writes one, as a mail program does.
        given = entry["attendees"][0]["partstat"]
        require(given in ("ACCEPTED", "TENTATIVE", "DECLINED"), f"{uid}: the answer is {given}")
        return
    require((entry["status"] == "CANCELLED") == (method == "CANCEL"), f"{uid}: {method}, and {entry['status']}")
    asked = entry["attendees"][0]
    require(asked["role"] == "REQ-PARTICIPANT", f"{uid}: the role is {asked['role']}")
    answer = asked["rsvp"], asked["partstat"] is not None
    require(answer == (("TRUE", True) if method == "REQUEST" else (None, False)), f"{uid}: {method}, and {asked}")


def check_bytes(data):
    require(data.endswith(b"\r\n"), "the last line does not end with CRLF")
    lines = data[:-2].split(b"\r\n")
    for number, line in enumerate(lines, 1):
        require(b"\r" not in line and b"\n" not in line, f"line {number} has a bare CR or LF")
        require(len(line) <= LONGEST_LINE, f"line {number} has {len(line)} octets")
        require(line.strip(), f"line {number} is empty")
        line.decode("utf-8")
        backslashes = len(line) - len(line.rstrip(b"\\"))
        require(backslashes % 2 == 0, f"line {number} ends between a backslash and its character")
        control = re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
        require(control is None, f"line {number} has a control character")
    require(lines[0] == b"BEGIN:VCALENDAR" and lines[-1] == b"END:VCALENDAR", "it is not one calendar")
    require(lines.count(b"BEGIN:VCALENDAR") == 1, "there is more than one calendar")


def check_escapes(data):
    """In a text a comma, a semicolon and a backslash have a backslash before them, and nothing else but n has."""
    for line in data.decode("utf-8").replace("\r\n ", "").replace("\r\n\t", "").split("\r\n"):
        name = re.split("[;:]", line, maxsplit=1)[0]
        if name in TEXTS or name == "CATEGORIES":
            value = re.fullmatch(r'[A-Z-]+(?:;[A-Z-]+=(?:"[^"]*"|[^":;]*))*:(.*)', line)[1]
            grammar = r"(?:[^\\;,]|\\[\\;,n])*" if name in TEXTS else r"(?:[^\\;]|\\[\\;,n])*"
            require(re.fullmatch(grammar, value), f"{name} is not escaped: {value!r}")


def read_with_icalendar(data):
    calendar = icalendar.Calendar.from_ical(data)
    for component in calendar.walk():
        require(not component.errors, f"icalendar cannot read {component.errors}")
    # The file's own rules are on trial, not those that the reader brings along.
    zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in calendar.walk("VTIMEZONE")}

    def moment(entry, name):
        value = entry[name]
        zone = value.params.get("TZID")
        if zone is None or zone == "UTC":
            return spell(value.dt)
        return spell(value.dt.replace(tzinfo=zones[zone]))

    def text(entry, name):
        return str(entry[name]) if name in entry else None

    return [
        {
            "uid": str(entry["UID"]),
            "sequence": int(entry["SEQUENCE"]),
            "summary": text(entry, "SUMMARY"),
            "location": text(entry, "LOCATION"),
            "start": moment(entry, "DTSTART"),
            "end": moment(entry, "DTEND"),
            "status": text(entry, "STATUS"),
            "transp": text(entry, "TRANSP"),
            "description": text(entry, "DESCRIPTION"),
            "categories": [str(category) for category in entry["CATEGORIES"].cats] if "CATEGORIES" in entry else [],
            "url": text(entry, "URL"),
            "geo": [entry["GEO"].latitude, entry["GEO"].longitude] if "GEO" in entry else None,
            "related_to": text(entry, "RELATED-TO"),
            "last_modified": spell(entry["LAST-MODIFIED"].dt) if "LAST-MODIFIED" in entry else None,
            "method": text(calendar, "METHOD"),
            "organizer": party(entry["ORGANIZER"], entry["ORGANIZER"].params) if "ORGANIZER" in entry else None,
            "attendees": [party(one, one.params, *ASKED) for one in several(entry, "ATTENDEE")],
        }
        for entry in calendar.walk("VEVENT")
    ]


def several(entry, name):
    found = entry.get(name, [])
    return found if isinstance(found, list) else [found]


def party(address, parameters, *more):
    """Who it is, as a reader finds them: the address as it is to be mailed to, the parameters as they are or None."""
    return {"address": address_of(str(address)), **{name: parameters.get(name.upper()) for name in ("cn", *more)}}


def address_of(uri):
    """RFC 6068, section 2: what an address may not bear as it is has a percent sign."""
    require(uri[:7].lower() == "mailto:", f"{uri} is nobody's address")
    return urllib.parse.unquote(uri[7:], errors="strict")


def read_with_vobject(text):
    # By itself it asks the machine's table for a zone of that name. The file's own rules are on trial, so it is given what
    # its own reader of zones makes of them.
    for zone in re.findall(r"BEGIN:VTIMEZONE\r\n.*?END:VTIMEZONE\r\n", text.replace("\r\n ", ""), re.S):
        tzid = re.search(r"^TZID:(.*)\r$", zone, re.M)[1]
        vobject.icalendar.registerTzid(tzid, dateutil.tz.tzical(io.StringIO(zone)).get())
    calendars = list(vobject.readComponents(text))
    require(len(calendars) == 1, f"vobject finds {len(calendars)} calendars")

    def value(entry, name):
        return getattr(entry, name).value if hasattr(entry, name) else None

    def person(line, *more):
        # It leaves the carets of RFC 6868 to whoever reads the parameter.
        found = {name: without_carets(values[0]) for name, values in line.params.items()}
        require(all(len(values) == 1 for values in line.params.values()), f"{line.params} are several")
        return party(line.value, found, *more)

    def geo(entry):
        return [float(part) for part in entry.geo.value.split(";")] if hasattr(entry, "geo") else None

    return [
        {
            "uid": entry.uid.value,
            "sequence": int(entry.sequence.value),
            "summary": value(entry, "summary"),
            "location": value(entry, "location"),
            "start": spell(entry.dtstart.value),
            "end": spell(entry.dtend.value),
            "status": value(entry, "status"),
            "transp": value(entry, "transp"),
            "description": value(entry, "description"),
            "categories": value(entry, "categories") or [],
            "url": value(entry, "url"),
            "geo": geo(entry),
            "related_to": value(entry, "related_to"),
            "last_modified": spell(entry.last_modified.value) if hasattr(entry, "last_modified") else None,
            "method": value(calendars[0], "method"),
            "organizer": person(entry.organizer) if hasattr(entry, "organizer") else None,
            "attendees": [person(line, *ASKED) for line in entry.contents.get("attendee", [])],
        }
        for entry in calendars[0].contents.get("vevent", [])
    ]


def without_carets(text):
    return re.sub(r"\^[\^n']", lambda found: {"^^": "^", "^n": "\n", "^'": '"'}[found[0]], text)


def normal(entry):
    """As the readers here say it: a number that came as text is one, and an address is decoded."""
    entry["sequence"] = int(entry["sequence"])
    for person in filter(None, (entry["organizer"], *entry["attendees"])):
        person["address"] = address_of(person["address"])
    return entry


def spell(when):
    if not isinstance(when, datetime.datetime):
        return when.isoformat()
    require(when.tzinfo is not None, f"{when} has no zone")
    # An arithmetic of our own: some zones of vobject cannot go from their time to UTC and back.
    utc = when.replace(tzinfo=None) - when.utcoffset()
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def compare(one_name, one, other_name, other):
    require(len(one) == len(other), f"{one_name} has {len(one)} entries, {other_name} {len(other)}")
    for left, right in zip(one, other):
        unknown = left.keys() - {*FIELDS, *MORE_FIELDS, *PEOPLE_FIELDS}
        require(not unknown, f"{left['uid']}: {one_name} has {sorted(unknown)}, which nobody reads")
        for field in (*FIELDS, *(field for field in (*MORE_FIELDS, *PEOPLE_FIELDS) if field in left)):
            message = f"{field} of {left['uid']}: {one_name} says {left[field]!r}, {other_name} {right[field]!r}"
            require(left[field] == right[field], message)


def require(condition, message):
    if not condition:
        raise Wrong(message)


# What a writer with a fault would write, and which checks have to see it.

READERS = ("icalendar", "vobject", "ical.js", "libical")


def unfolded(data):
    return data.replace(b"\r\n ", b"")


def refolded(data, longest):
    """The same lines, folded by octets at another length; characters are kept whole."""
    out = []
    for line in unfolded(data).decode("utf-8").split("\r\n"):
        parts, size = [""], 0
        for character in line:
            octets = len(character.encode("utf-8"))
            if size + octets > longest:
                parts.append("")
                size = 1
            parts[-1] += character
            size += octets
        out.append("\r\n ".join(parts))
    return "\r\n".join(out).encode("utf-8")


def in_halves(data):
    """Folds between the octets of the first long character that there is."""
    at = next(at for at, octet in enumerate(data) if octet >= 0xC0)
    return data[: at + 1] + b"\r\n " + data[at + 1 :]


def with_beside(*readers):
    return {f"{reader} and the list beside" for reader in readers}


DAMAGES = {
    "folded at 76 octets": (lambda data: refolded(data, 76), {"bytes"}),
    "never folded": (unfolded, {"bytes"}),
    "folded within a character": (in_halves, {"bytes"}),
    "folded behind a backslash": (lambda data: unfolded(data).replace(b"\\,", b"\\\r\n ,", 1), {"bytes"}),
    "a continuation of nothing": (lambda data: data.replace(b"\r\nSEQUENCE", b"\r\n \r\nSEQUENCE", 1), {"bytes"}),
    "LF in place of CRLF": (lambda data: data.replace(b"\r\n", b"\n"), {"bytes"}),
    # Readers take a bare comma in one text for a comma; in a list of texts it parts them.
    "commas not escaped": (lambda data: unfolded(data).replace(b"\\,", b","), {"text values", *with_beside(*READERS)}),
    "semicolons not escaped": (lambda data: data.replace(b"\\;", b";"), {"text values"}),
    "backslashes not escaped": (lambda data: data.replace(b"\\\\", b"\\"), {"text values"}),
    "line breaks not escaped": (lambda data: unfolded(data).replace(b"\\n", b"\r\n", 1), {"icalendar", "vobject", "ical.js"}),
    "SEQUENCE not raised": (lambda data: re.sub(rb"SEQUENCE:[1-9]\d*", b"SEQUENCE:0", data), with_beside(*READERS)),
    "another UID": (lambda data: data.replace(b"\r\nUID:0", b"\r\nUID:f", 1), with_beside(*READERS)),
    "an hour late": (lambda data: re.sub(rb"(DTSTART;TZID=[^:]*:\d{8}T)14", rb"\g<1>15", data), with_beside(*READERS)),
    "another offset in summer": (lambda data: data.replace(b"TZOFFSETTO:+0100", b"TZOFFSETTO:+0200"), with_beside(*READERS)),
    "another rule for summer": (lambda data: data.replace(b"BYMONTH=3;BYDAY=-1SU", b"BYMONTH=8;BYDAY=-1SU"), with_beside(*READERS)),
    "the last day left out": (lambda data: re.sub(rb"DTEND;VALUE=DATE:(\d{7})\d", rb"DTEND;VALUE=DATE:\g<1>0", data), with_beside(*READERS)),
    "cancelled and not said so": (lambda data: data.replace(b"STATUS:CANCELLED", b"STATUS:CONFIRMED"), with_beside(*READERS)),
    "an entry left out": (lambda data: re.sub(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", b"", data, count=1, flags=re.S), with_beside(*READERS)),
    "the last line left out": (lambda data: data[: -len(b"END:VCALENDAR\r\n")], {"bytes"}),
}


def in_entries(*readers):
    return {f"{reader}'s entries" for reader in readers}


def within(begins, change):
    """Changes the line that begins so, however it was folded. It is not folded again."""

    def damage(data):
        at = data.index(b"\r\n" + begins) + 2
        end = at + re.search(rb"\r\n(?! )", data[at:]).start()
        return data[:at] + change(unfolded(data[at:end])) + data[end:]

    return damage


def without(piece, *, of):
    return within(of, lambda line: line.replace(piece, b""))


MESSAGE_DAMAGES = {
    "no METHOD": (lambda data: data.replace(b"METHOD:REQUEST\r\n", b""), {*with_beside(*READERS), *in_entries(*READERS)}),
    "another METHOD": (lambda data: data.replace(b"METHOD:REQUEST", b"METHOD:CANCEL"), {*with_beside(*READERS), *in_entries(*READERS)}),
    "folded at 76 octets": (lambda data: refolded(data, 76), {"bytes"}),
    "LF in place of CRLF": (lambda data: data.replace(b"\r\n", b"\n"), {"bytes"}),
    "SEQUENCE not raised": (lambda data: re.sub(rb"SEQUENCE:[1-9]\d*", b"SEQUENCE:0", data), with_beside(*READERS)),
    "carets not encoded": (within(b"ATTENDEE", lambda line: line.replace(b"^^", b"^")), with_beside(*READERS)),
    "quotes as carets do not encode them": (within(b"ORGANIZER", lambda line: line.replace(b"^'", b"'")), with_beside(*READERS)),
    "quotes not encoded": (within(b"ORGANIZER", lambda line: line.replace(b"^'", b'"')), with_beside(*READERS)),
    "no quotes around a name": (within(b"ORGANIZER", lambda line: line.replace(b'"', b"")), with_beside(*READERS)),
    "no name of whom is invited": (within(b"ATTENDEE", lambda line: re.sub(rb';CN="[^"]*"', b"", line)), with_beside(*READERS)),
    "nobody invites": (within(b"ORGANIZER", lambda line: b"X-A:1"), {*with_beside(*READERS), *in_entries(*READERS)}),
    "nobody is invited": (within(b"ATTENDEE", lambda line: b"X-A:1"), {*with_beside(*READERS), *in_entries(*READERS)}),
    "two are invited": (within(b"ATTENDEE", lambda line: line + b"\r\n" + line), {*with_beside(*READERS), *in_entries(*READERS)}),
    "who invites and who is invited exchanged": (
        lambda data: data.replace(b"ORGANIZER", b"?").replace(b"ATTENDEE", b"ORGANIZER").replace(b"?", b"ATTENDEE"),
        with_beside(*READERS),
    ),
    "an address not encoded": (within(b"ATTENDEE", lambda line: line.replace(b"%25", b"%")), with_beside(*READERS)),
    "an answer that nobody gave": (within(b"ATTENDEE", lambda line: line.replace(b"NEEDS-ACTION", b"ACCEPTED")), with_beside(*READERS)),
    "no answer asked for": (without(b";RSVP=TRUE", of=b"ATTENDEE"), {*with_beside(*READERS), *in_entries(*READERS)}),
    "no PARTSTAT": (without(b";PARTSTAT=NEEDS-ACTION", of=b"ATTENDEE"), {*with_beside(*READERS), *in_entries(*READERS)}),
    "no ROLE": (without(b";ROLE=REQ-PARTICIPANT", of=b"ATTENDEE"), {*with_beside(*READERS), *in_entries(*READERS)}),
}


def self_test(file):
    beside = file.with_name(file.name + ".json").read_text(encoding="utf-8")
    damages = MESSAGE_DAMAGES if b"\r\nMETHOD:" in file.read_bytes() else DAMAGES
    missed = 0
    print(f"{file}:")
    with tempfile.TemporaryDirectory() as folder:
        copies = {}
        for number, (name, (damage, _)) in enumerate({"as it is": (bytes, set()), **damages}.items()):
            copy = pathlib.Path(folder) / f"{number}.ics"
            data = damage(file.read_bytes())
            require(name == "as it is" or data != file.read_bytes(), f"{name}: {file} has nothing to damage in this way")
            copy.write_bytes(data)
            copy.with_name(copy.name + ".json").write_text(beside, encoding="utf-8")
            copies[name] = copy
        outside = read_outside(list(copies.values()))
        for name, copy in copies.items():
            _, _, faults = check(copy, outside[copy])
            wanted = damages[name][1] if name in damages else set()
            # A reader that cannot read the file at all has noticed, too.
            seen = faults.keys() | with_beside(*(reader for reader in READERS if reader in faults))
            silent = sorted(wanted - seen)
            ok = not silent if wanted else not faults
            missed += not ok
            told = ", ".join(sorted(faults)) or "nothing"
            print(f"{'ok' if ok else 'MISSED'}: {name}: noticed by {told}{'; not by ' + ', '.join(silent) if silent else ''}")
    print(f"{len(damages)} damages, {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
