#!/usr/bin/env python3
"""Reads every .ics file below the given folders with two readers that are not ours.

    python check_ics.py DIR...

Each file is checked for its bytes (CRLF, 75 octets, UTF-8), read with `icalendar` and with `vobject`, and each
entry's values are compared between the two. Where FILE.ics.json lies beside FILE.ics, they are compared with it
too, field by field: a list of {uid, sequence, summary, location, start, end, status}, in the file's order, times
as 2026-03-05T14:00:00Z and days as 2026-03-05.

Exits with 1 on any difference, and when there was no file to read.
"""

import datetime
import importlib.metadata
import json
import pathlib
import sys

import icalendar
import vobject

FIELDS = ("uid", "sequence", "summary", "location", "start", "end", "status")
FIELDS_WHERE_GIVEN = ("related_to", "last_modified")
LONGEST_LINE = 75


class Wrong(Exception):
    """A file that is not as it should be."""


def main(folders):
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("icalendar", "vobject")))
    if not folders:
        print("usage: check_ics.py DIR...", file=sys.stderr)
        return 2
    files = sorted({file for folder in folders for file in pathlib.Path(folder).rglob("*.ics")})
    problems, entries, compared = 0, 0, 0
    for file in files:
        try:
            found, beside = check(file)
        except Exception as problem:  # a reader may fail in any way, and that is a finding
            problems += 1
            print(f"{file}: {type(problem).__name__}: {problem}", file=sys.stderr)
            continue
        entries += found
        compared += beside
    print(f"{len(files)} files, {entries} entries, {compared} compared with what lies beside, {problems} wrong")
    if not files:
        print("there is no .ics file to read", file=sys.stderr)
    return 1 if problems or not files else 0


def check(file):
    """Gives how many entries the file has, and how many were compared with the list beside it."""
    data = file.read_bytes()
    check_bytes(data)
    text = data.decode("utf-8")
    readings = {"icalendar": read_with_icalendar(data), "vobject": read_with_vobject(text)}
    begun = data.count(b"\r\nBEGIN:VEVENT\r\n")
    for reader, entries in readings.items():
        require(len(entries) == begun, f"{reader} finds {len(entries)} entries, {begun} begin")
        uids = [entry["uid"] for entry in entries]
        require(len(set(uids)) == len(uids), "a UID comes twice")
    compare("icalendar", readings["icalendar"], "vobject", readings["vobject"])
    for entry in readings["icalendar"]:
        require(entry["last_modified"], f"{entry['uid']} does not say when it was changed last")
    beside = file.with_name(file.name + ".json")
    if not beside.exists():
        return begun, 0
    expected = json.loads(beside.read_text(encoding="utf-8"))
    for reader, entries in readings.items():
        compare("the list beside", expected, reader, entries)
    return begun, begun


def check_bytes(data):
    require(data.endswith(b"\r\n"), "the last line does not end with CRLF")
    lines = data[:-2].split(b"\r\n")
    for number, line in enumerate(lines, 1):
        require(b"\r" not in line and b"\n" not in line, f"line {number} has a bare CR or LF")
        require(len(line) <= LONGEST_LINE, f"line {number} has {len(line)} octets")
        require(line.strip(), f"line {number} is empty")
        line.decode("utf-8")
    require(lines[0] == b"BEGIN:VCALENDAR" and lines[-1] == b"END:VCALENDAR", "it is not one calendar")
    require(lines.count(b"BEGIN:VCALENDAR") == 1, "there is more than one calendar")


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

    return [
        {
            "uid": str(entry["UID"]),
            "sequence": int(entry["SEQUENCE"]),
            "summary": str(entry["SUMMARY"]),
            "location": str(entry["LOCATION"]) if "LOCATION" in entry else None,
            "start": moment(entry, "DTSTART"),
            "end": moment(entry, "DTEND"),
            "status": str(entry["STATUS"]),
            "related_to": str(entry["RELATED-TO"]) if "RELATED-TO" in entry else None,
            "last_modified": spell(entry["LAST-MODIFIED"].dt) if "LAST-MODIFIED" in entry else None,
        }
        for entry in calendar.walk("VEVENT")
    ]


def read_with_vobject(text):
    calendars = list(vobject.readComponents(text))
    require(len(calendars) == 1, f"vobject finds {len(calendars)} calendars")
    return [
        {
            "uid": entry.uid.value,
            "sequence": int(entry.sequence.value),
            "summary": entry.summary.value,
            "location": entry.location.value if hasattr(entry, "location") else None,
            "start": spell(entry.dtstart.value),
            "end": spell(entry.dtend.value),
            "status": entry.status.value,
            "related_to": entry.related_to.value if hasattr(entry, "related_to") else None,
            "last_modified": spell(entry.last_modified.value) if hasattr(entry, "last_modified") else None,
        }
        for entry in calendars[0].contents.get("vevent", [])
    ]


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
        unknown = left.keys() - {*FIELDS, *FIELDS_WHERE_GIVEN}
        require(not unknown, f"{left['uid']}: {one_name} has {sorted(unknown)}, which nobody reads")
        for field in (*FIELDS, *(field for field in FIELDS_WHERE_GIVEN if field in left)):
            message = f"{field} of {left['uid']}: {one_name} says {left[field]!r}, {other_name} {right[field]!r}"
            require(left[field] == right[field], message)


def require(condition, message):
    if not condition:
        raise Wrong(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
