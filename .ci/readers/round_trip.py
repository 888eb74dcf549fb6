#!/usr/bin/env python3
"""Puts entries on a CalDAV server with a real client, and compares what comes back.

    python round_trip.py FILE.ics...

The server is Radicale, started here on a free port of this machine with an empty folder; the client is `caldav`. A CalDAV
server keeps an entry a resource (RFC 4791, section 4.1), so each goes with the zones of its file. What comes back is read
with `icalendar` and compared field by field with the same entry of the file. Then each entry is put again with a raised
SEQUENCE, as an update comes in, and must have replaced the first.

A message does to a collection what a calendar does that takes it: each of one UID replaces the one before, in the order of
SEQUENCE and DTSTAMP, with its organiser and its attendee. A collection holds entries without METHOD (RFC 4791, section 4.1), so
that line is left out, and nothing else.

Exits with 1 on any difference, and when there was nothing to put.
"""

import importlib.metadata
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

import caldav

from check_ics import compare, read_with_icalendar, require, unfolded

ENTRY = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.S)
METHOD = re.compile(rb"\r\nMETHOD:[A-Z]+(?=\r\n)")


def main(files):
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("radicale", "caldav", "icalendar")))
    if not files:
        print("usage: round_trip.py FILE.ics...", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, Server(folder) as url:
        with caldav.DAVClient(url=url, username="reader", password="reader") as client:
            principal = client.principal()
            texts = [(file, pathlib.Path(file).read_bytes()) for file in files]
            calendars = [(file, text) for file, text in texts if not METHOD.search(text)]
            messages = [text for _, text in texts if METHOD.search(text)]
            entries = sum(round_trip(principal, nth, file, text) for nth, (file, text) in enumerate(calendars))
            print(f"{len(calendars)} files, {entries} entries there and back, each replaced once")
            if messages:
                follow_messages(principal, messages)
    return 0 if entries or messages else 1


class Server:
    """Radicale, for as long as it is needed."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        settings = {
            "--server-hosts": f"127.0.0.1:{self.port}",
            "--auth-type": "none",
            "--storage-filesystem-folder": folder,
            "--logging-level": "error",
        }
        command = [sys.executable, "-m", "radicale", *(part for pair in settings.items() for part in pair)]
        self.process = subprocess.Popen(command)

    def __enter__(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", self.port)) == 0:
                    return f"http://127.0.0.1:{self.port}/"
            time.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def follow_messages(principal, messages):
    calendar = principal.make_calendar(name="messages")
    waiting = {}
    for message in sorted(messages, key=newness):
        waiting.setdefault(value(message, b"UID"), []).append(METHOD.sub(b"", message))
    rounds = 0
    while any(waiting.values()):
        now = [of_one.pop(0) for of_one in waiting.values() if of_one]
        put(calendar, now)
        uids = {value(message, b"UID").decode() for message in now}
        back = [entry for entry in fetched(calendar) if entry["uid"] in uids]
        require(all(entry["attendees"] and entry["organizer"] for entry in back), "somebody is missing")
        compare("the messages", by_uid(now), "the server", back)
        rounds += 1
    require(rounds > 1, "no message replaces another")
    require(len(fetched(calendar)) == len(waiting), "an entry was doubled")
    print(f"{len(messages)} messages about {len(waiting)} entries, each in place of the one before")


def newness(message):
    """RFC 5546, section 2.1.5. What was called off comes last where both are the same."""
    return int(value(message, b"SEQUENCE")), value(message, b"DTSTAMP"), b"METHOD:CANCEL" in message


def value(message, name):
    return re.search(rb"\r\n" + name + rb":([^\r]*)\r\n", unfolded(message))[1]


def round_trip(principal, nth, file, data):
    calendar = principal.make_calendar(name=f"round trip {nth}")
    singles = list(one_by_one(data))
    put(calendar, singles)
    compare(str(file), by_uid(singles), "the server", fetched(calendar))
    # As an update comes in: a raised SEQUENCE under the same UID.
    raised = [raise_sequence(single) for single in singles]
    put(calendar, raised)
    back = fetched(calendar)
    compare(f"{file}, changed", by_uid(raised), "the server", back)
    require(len(back) == len(singles), "an entry was doubled")
    return len(singles)


def put(calendar, singles):
    for single in singles:
        # The client would count SEQUENCE up by itself, as whoever edits an entry has to.
        event = caldav.Event(calendar.client, data=single.decode("utf-8"), parent=calendar)
        event.save(increase_seqno=False)


def one_by_one(data):
    """Each entry in a calendar of its own, byte for byte, with all that stands above the entries."""
    above = data[: data.index(b"BEGIN:VEVENT\r\n")] if b"BEGIN:VEVENT\r\n" in data else data
    # A method-free calendar object keeps its zones; the calendar's own names are the collection's.
    for entry in ENTRY.findall(data):
        yield above + entry + b"END:VCALENDAR\r\n"


def raise_sequence(single):
    sequence = int(re.search(rb"\r\nSEQUENCE:(\d+)\r\n", single)[1]) + 1
    return re.sub(rb"\r\nSEQUENCE:\d+\r\n", b"\r\nSEQUENCE:%d\r\n" % sequence, single)


def by_uid(singles):
    return sorted((read_with_icalendar(single)[0] for single in singles), key=lambda entry: entry["uid"])


def fetched(calendar):
    entries = []
    for event in calendar.events():
        event.load()
        entries += read_with_icalendar(event.data.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8"))
    return sorted(entries, key=lambda entry: entry["uid"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
