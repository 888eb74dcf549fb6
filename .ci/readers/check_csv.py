#!/usr/bin/env python3
"""Attendee lists read by readers that are not ours: Python's csv module, and LibreOffice.

    check_csv.py FOLDER...        each has attendees.csv, attendees.raw.csv and attendees.json
    check_csv.py --self-test FOLDER   plants damages in copies, and fails unless each is found

attendees.json has the cells as they are. Both readers must find them in the raw file, and in the one for spreadsheets
with one apostrophe before whatever could be taken for a formula; LibreOffice, told to evaluate formulas, must find none.
"""

import csv
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

DANGEROUS = re.compile(r"^[\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


class Different(Exception):
    """What a reader found is not what there is."""


def same(what, found, expected):
    if found == expected:
        return
    for number, (one, other) in enumerate(zip(found, expected)):
        if one != other:
            raise Different(f"{what}: row {number} is {one!r}, not {other!r}")
    raise Different(f"{what}: {len(found)} rows, not {len(expected)}")


def by_rfc_4180(path):
    """The octets themselves: CRLF ends every record, quotes are whole, nothing else is in quotes' way."""
    data = path.read_bytes()
    if not data.endswith(b"\r\n"):
        raise Different(f"{path.name}: the last line does not end with CRLF")
    outside = b"".join(data.split(b'"')[::2])
    if data.count(b'"') % 2 or outside.count(b"\n") != outside.count(b"\r\n") or outside.count(b"\r") != outside.count(b"\n"):
        raise Different(f"{path.name}: a line ends with something else than CRLF")


def by_python(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def by_libreoffice(path, columns):
    """Opened as a spreadsheet with every column as text, and written again."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise SystemExit("LibreOffice is not installed: apt-get install libreoffice-calc")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        # Comma, double quote, UTF-8, from the first line, every column as text.
        formats = "/".join(f"{nth}/2" for nth in range(1, columns + 1))
        writing = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"
        again = convert(office, scratch, path, f"CSV:44,34,76,1,{formats}", writing)
        with open(again, encoding="utf-8", newline="") as file:
            return list(csv.reader(file))


def formulas_in(path):
    """The formulas of a spreadsheet that was opened as a hasty person opens it: columns as they come, formulas evaluated."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        flat = convert(office, scratch, path, "CSV:44,34,76,1,,0,false,true,false,false,false,0,true", "fods")
        return re.findall(r'table:formula="([^"]*)"', flat.read_text(encoding="utf-8"))


def convert(office, scratch, path, reading, writing):
    out = scratch / "out"
    profile = f"-env:UserInstallation=file://{scratch}/profile"
    command = [office, profile, "--headless", "--norestore"]
    command += [f"--infilter={reading}"] if reading else []
    command += ["--convert-to", writing, "--outdir", str(out), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    made = out / f"{path.stem}.{writing.split(':')[0]}"
    if not made.exists():
        raise SystemExit(f"LibreOffice made nothing of {path}: {done.stdout} {done.stderr}")
    return made


def defused(cell):
    return "'" + cell if DANGEROUS.match(cell) or cell[:1] == "'" or cell[:1] in "\t\r\n" and cell else cell


def lines_alike(rows):
    """LibreOffice has one kind of line break within a cell."""
    return [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows]


def check(folder, office=True):
    folder = pathlib.Path(folder)
    cells = json.loads((folder / "attendees.json").read_text(encoding="utf-8"))
    if len(cells) < 2:
        raise Different(f"{folder}: a list without a row says nothing")
    safe = [[defused(cell) for cell in row] for row in cells]
    if safe == cells:
        raise Different(f"{folder}: nothing in it had to be defused")
    for name, expected in [("attendees.raw.csv", cells), ("attendees.csv", safe)]:
        path = folder / name
        by_rfc_4180(path)
        same(f"Python, {name}", by_python(path), expected)
        if office:
            same(f"LibreOffice, {name}", by_libreoffice(path, len(cells[0])), lines_alike(expected))
    if office:
        found = formulas_in(folder / "attendees.csv")
        if found:
            raise Different(f"attendees.csv: LibreOffice takes {found[0]!r} for a formula")
        if not formulas_in(folder / "attendees.raw.csv"):
            raise Different("attendees.raw.csv: LibreOffice was to evaluate formulas, and found none: the check checks nothing")
    print(f"{folder}: {len(cells) - 1} rows of {len(cells[0])} cells" + ("" if office else ", by Python alone"))


def self_test(folder):
    """Damages that a writer could do, each of which has to be found."""

    def first(old, new):
        return lambda data: data.replace(old, new, 1)

    damages = {
        "a comma without quotes": ("attendees.raw.csv", first(b'"O""Neil, Ann"', b'O"Neil, Ann')),
        "quotes not doubled": ("attendees.raw.csv", first(b'O""Neil', b'O"Neil')),
        "lines that end with LF": ("attendees.csv", lambda data: data.replace(b"\r\n", b"\n")),
        "one line that ends with LF": ("attendees.raw.csv", first(b"\r\n", b"\n")),
        "no end of the last line": ("attendees.csv", lambda data: data[:-2]),
        "a formula that is not defused": ("attendees.csv", first(b"'=1+1", b"=1+1")),
        "an apostrophe of one's own, not told apart": ("attendees.csv", first(b"''t Hooft", b"'t Hooft")),
        "another character set": ("attendees.raw.csv", lambda data: data.decode().encode("utf-8-sig")),
        "a row too few": ("attendees.csv", lambda data: data[: data.rstrip().rfind(b"\r\n") + 2]),
    }
    for name, (file, damage) in damages.items():
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch) / "copy"
            shutil.copytree(folder, copy)
            path = copy / file
            before = path.read_bytes()
            path.write_bytes(damage(before))
            if path.read_bytes() == before:
                raise SystemExit(f"{name}: could not be planted")
            try:
                check(copy, office=False)
            except (Different, csv.Error, UnicodeDecodeError):
                continue
            raise SystemExit(f"{name}: was not found")
    print(f"{len(damages)} planted damages found")


def main(arguments):
    if arguments[:1] == ["--self-test"]:
        check(arguments[1], office=False)
        return self_test(pathlib.Path(arguments[1]))
    if not arguments:
        raise SystemExit(__doc__)
    for folder in arguments:
        check(folder)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Different as found:
        raise SystemExit(str(found))
