// Reads .ics files with ical.js, the parser of Thunderbird and Nextcloud, and prints a line of JSON for each.
//
//     node read_icaljs.mjs --version
//     node read_icaljs.mjs < names, one a line

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(process.env.READER_MODULES + "/");
const home = dirname(require.resolve("ical.js"));
const { default: ICAL } = await import(join(home, "ical.js"));

if (process.argv[2] === "--version") {
  console.log(`ical.js ${JSON.parse(readFileSync(join(home, "../package.json"))).version}`);
  process.exit(0);
}

const pad = (number, width = 2) => String(number).padStart(width, "0");

/** Days as 2026-03-05, instants as 2026-03-05T14:00:00Z by the zones of the same file. */
function spell(time, zones, zone) {
  if (time.isDate) return `${pad(time.year, 4)}-${pad(time.month)}-${pad(time.day)}`;
  if (zone !== undefined) {
    if (!zones.has(zone)) throw new Error(`there is no zone ${zone}`);
    time.zone = zones.get(zone);
  } else if (time.zone !== ICAL.Timezone.utcTimezone) {
    throw new Error(`${time} has no zone`);
  }
  return new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");
}

/** Who it is: the address as it stands, parameters as they are, or null. */
function party(property, ...more) {
  if (property === null) return null;
  const parameters = ["cn", ...more].map((name) => [name, property.getParameter(name) ?? null]);
  return { address: property.getFirstValue(), ...Object.fromEntries(parameters) };
}

function readEntry(entry, zones) {
  const value = (name) => (entry.hasProperty(name) ? entry.getFirstPropertyValue(name) : null);
  const moment = (name) => {
    const property = entry.getFirstProperty(name);
    return spell(property.getFirstValue().clone(), zones, property.getParameter("tzid"));
  };
  const geo = value("geo");
  return {
    uid: value("uid"),
    sequence: Number(value("sequence")),
    summary: value("summary"),
    location: value("location"),
    start: moment("dtstart"),
    end: moment("dtend"),
    status: value("status"),
    transp: value("transp"),
    description: value("description"),
    categories: entry.getAllProperties("categories").flatMap((property) => property.getValues()),
    url: value("url"),
    geo: geo === null ? null : geo.map(Number),
    related_to: value("related-to"),
    last_modified: entry.hasProperty("last-modified") ? moment("last-modified") : null,
    method: entry.parent.getFirstPropertyValue("method"),
    organizer: party(entry.getFirstProperty("organizer")),
    attendees: entry
      .getAllProperties("attendee")
      .map((property) => party(property, "partstat", "rsvp", "role", "cutype")),
  };
}

function read(file) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  if (calendar.name !== "vcalendar") throw new Error(`it is a ${calendar.name}`);
  const zones = new Map();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    const tzid = zone.getFirstPropertyValue("tzid");
    zones.set(tzid, new ICAL.Timezone({ component: zone, tzid }));
  }
  return {
    entries: calendar.getAllSubcomponents("vevent").map((entry) => readEntry(entry, zones)),
  };
}

for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  try {
    console.log(JSON.stringify(read(file)));
  } catch (error) {
    console.log(JSON.stringify({ error: `${error}` }));
  }
}
