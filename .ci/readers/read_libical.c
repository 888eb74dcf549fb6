/* Reads .ics files with libical, the parser of Evolution, KOrganizer and others, and prints a line of JSON for each.
 *
 *     read_libical --version
 *     read_libical < names, one a line
 */

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_text(const char *text) {
    if (text == NULL) {
        printf("null");
        return;
    }
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c < 0x20)
            printf("\\u%04x", *c);
        else
            putchar(*c);
    }
    putchar('"');
}

static char *slurp(const char *name) {
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    text[fread(text, 1, size, file)] = 0;
    fclose(file);
    return text;
}

/* The zones of the file that is being read, each made once. */
enum { MOST_ZONES = 1024 };
static struct {
    char *name;
    icaltimezone *zone;
} zones[MOST_ZONES];
static size_t zones_known;

static void forget_zones(void) {
    for (size_t i = 0; i < zones_known; i++) {
        free(zones[i].name);
        icaltimezone_free(zones[i].zone, 1);
    }
    zones_known = 0;
}

/* The file's own rules are on trial, not those that the library brings along. */
static icaltimezone *find_zone(icalcomponent *calendar, const char *tzid) {
    for (size_t i = 0; i < zones_known; i++)
        if (strcmp(zones[i].name, tzid) == 0)
            return zones[i].zone;
    icalcomponent *zone = icalcomponent_get_first_component(calendar, ICAL_VTIMEZONE_COMPONENT);
    for (; zone; zone = icalcomponent_get_next_component(calendar, ICAL_VTIMEZONE_COMPONENT)) {
        icalproperty *name = icalcomponent_get_first_property(zone, ICAL_TZID_PROPERTY);
        if (name && strcmp(icalproperty_get_tzid(name), tzid) == 0 && zones_known < MOST_ZONES) {
            icaltimezone *known = icaltimezone_new();
            icaltimezone_set_component(known, icalcomponent_new_clone(zone));
            zones[zones_known].name = strdup(tzid);
            zones[zones_known].zone = known;
            return zones[zones_known++].zone;
        }
    }
    return NULL;
}

/* Days as 2026-03-05, instants as 2026-03-05T14:00:00Z. */
static void print_moment(icalcomponent *calendar, icalcomponent *entry, icalproperty_kind kind) {
    icalproperty *property = icalcomponent_get_first_property(entry, kind);
    if (property == NULL) {
        printf("null");
        return;
    }
    struct icaltimetype time = icalvalue_get_datetimedate(icalproperty_get_value(property));
    if (icaltime_is_date(time)) {
        printf("\"%04d-%02d-%02d\"", time.year, time.month, time.day);
        return;
    }
    icaltimezone *zone = icaltimezone_get_utc_timezone();
    icalparameter *tzid = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    if (tzid)
        zone = find_zone(calendar, icalparameter_get_tzid(tzid));
    if (zone == NULL || (!tzid && !icaltime_is_utc(time))) {
        printf("\"no zone\"");
        return;
    }
    time_t instant = icaltime_as_timet_with_zone(time, zone);
    struct tm utc;
    gmtime_r(&instant, &utc);
    char spelt[64];
    strftime(spelt, sizeof spelt, "%Y-%m-%dT%H:%M:%SZ", &utc);
    printf("\"%s\"", spelt);
}

/* The value as the library holds it: unescaped. */
static void print_value(icalcomponent *entry, icalproperty_kind kind) {
    icalproperty *property = icalcomponent_get_first_property(entry, kind);
    icalvalue *value = property ? icalproperty_get_value(property) : NULL;
    if (value == NULL) {
        printf("null");
        return;
    }
    switch (icalvalue_isa(value)) {
    case ICAL_TEXT_VALUE:
        print_text(icalvalue_get_text(value));
        break;
    case ICAL_URI_VALUE:
        print_text(icalvalue_get_uri(value));
        break;
    case ICAL_INTEGER_VALUE:
        printf("%d", icalvalue_get_integer(value));
        break;
    default:
        print_text(icalproperty_get_value_as_string(property));
    }
}

static void print_categories(icalcomponent *entry) {
    const char *gap = "";
    putchar('[');
    icalproperty *property = icalcomponent_get_first_property(entry, ICAL_CATEGORIES_PROPERTY);
    for (; property; property = icalcomponent_get_next_property(entry, ICAL_CATEGORIES_PROPERTY)) {
        printf("%s", gap);
        print_text(icalproperty_get_categories(property));
        gap = ", ";
    }
    putchar(']');
}

static void print_geo(icalcomponent *entry) {
    icalproperty *property = icalcomponent_get_first_property(entry, ICAL_GEO_PROPERTY);
    if (property == NULL) {
        printf("null");
        return;
    }
    struct icalgeotype geo = icalproperty_get_geo(property);
    printf("[%.6f, %.6f]", geo.lat, geo.lon);
}

/* A parameter as the library holds it: known words by their names, the others as they are. */
static void print_parameter(icalproperty *property, icalparameter_kind kind) {
    icalparameter *parameter = icalproperty_get_first_parameter(property, kind);
    if (parameter == NULL) {
        printf("null");
        return;
    }
    switch (kind) {
    case ICAL_CN_PARAMETER:
        print_text(icalparameter_get_cn(parameter));
        break;
    case ICAL_PARTSTAT_PARAMETER:
        print_text(icalparameter_enum_to_string(icalparameter_get_partstat(parameter)));
        break;
    case ICAL_RSVP_PARAMETER:
        print_text(icalparameter_enum_to_string(icalparameter_get_rsvp(parameter)));
        break;
    case ICAL_ROLE_PARAMETER:
        print_text(icalparameter_enum_to_string(icalparameter_get_role(parameter)));
        break;
    case ICAL_CUTYPE_PARAMETER:
        print_text(icalparameter_enum_to_string(icalparameter_get_cutype(parameter)));
        break;
    default:
        print_text("a parameter that is not read here");
    }
}

static void print_attendees(icalcomponent *entry) {
    const char *gap = "";
    putchar('[');
    icalproperty *property = icalcomponent_get_first_property(entry, ICAL_ATTENDEE_PROPERTY);
    for (; property; property = icalcomponent_get_next_property(entry, ICAL_ATTENDEE_PROPERTY)) {
        printf("%s{\"address\": ", gap);
        print_text(icalproperty_get_attendee(property));
        printf(", \"cn\": ");
        print_parameter(property, ICAL_CN_PARAMETER);
        printf(", \"partstat\": ");
        print_parameter(property, ICAL_PARTSTAT_PARAMETER);
        printf(", \"rsvp\": ");
        print_parameter(property, ICAL_RSVP_PARAMETER);
        printf(", \"role\": ");
        print_parameter(property, ICAL_ROLE_PARAMETER);
        printf(", \"cutype\": ");
        print_parameter(property, ICAL_CUTYPE_PARAMETER);
        printf("}");
        gap = ", ";
    }
    putchar(']');
}

static void print_organizer(icalcomponent *entry) {
    icalproperty *property = icalcomponent_get_first_property(entry, ICAL_ORGANIZER_PROPERTY);
    if (property == NULL) {
        printf("null");
        return;
    }
    printf("{\"address\": ");
    print_text(icalproperty_get_organizer(property));
    printf(", \"cn\": ");
    print_parameter(property, ICAL_CN_PARAMETER);
    printf("}");
}

static void print_method(icalcomponent *calendar) {
    icalproperty *property = icalcomponent_get_first_property(calendar, ICAL_METHOD_PROPERTY);
    print_text(property ? icalproperty_method_to_string(icalproperty_get_method(property)) : NULL);
}

static void print_entry(icalcomponent *calendar, icalcomponent *entry) {
    static const struct {
        const char *name;
        icalproperty_kind kind;
    } fields[] = {
        {"uid", ICAL_UID_PROPERTY},       {"sequence", ICAL_SEQUENCE_PROPERTY},
        {"summary", ICAL_SUMMARY_PROPERTY}, {"location", ICAL_LOCATION_PROPERTY},
        {"status", ICAL_STATUS_PROPERTY}, {"transp", ICAL_TRANSP_PROPERTY},
        {"description", ICAL_DESCRIPTION_PROPERTY}, {"url", ICAL_URL_PROPERTY},
        {"related_to", ICAL_RELATEDTO_PROPERTY},
    };
    printf("{");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        printf("\"%s\": ", fields[i].name);
        print_value(entry, fields[i].kind);
        printf(", ");
    }
    printf("\"start\": ");
    print_moment(calendar, entry, ICAL_DTSTART_PROPERTY);
    printf(", \"end\": ");
    print_moment(calendar, entry, ICAL_DTEND_PROPERTY);
    printf(", \"last_modified\": ");
    print_moment(calendar, entry, ICAL_LASTMODIFIED_PROPERTY);
    printf(", \"categories\": ");
    print_categories(entry);
    printf(", \"geo\": ");
    print_geo(entry);
    printf(", \"method\": ");
    print_method(calendar);
    printf(", \"organizer\": ");
    print_organizer(entry);
    printf(", \"attendees\": ");
    print_attendees(entry);
    printf("}");
}

static void read_file(const char *name) {
    char *text = slurp(name);
    icalcomponent *calendar = text ? icalcomponent_new_from_string(text) : NULL;
    if (calendar == NULL || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT) {
        printf("{\"error\": \"libical finds no calendar\"}\n");
    } else if (icalcomponent_count_errors(calendar) > 0) {
        printf("{\"error\": \"libical finds %d errors\"}\n", icalcomponent_count_errors(calendar));
    } else {
        const char *gap = "";
        printf("{\"name\": ");
        print_value(calendar, ICAL_NAME_PROPERTY);
        printf(", \"entries\": [");
        icalcompiter at = icalcomponent_begin_component(calendar, ICAL_VEVENT_COMPONENT);
        for (; icalcompiter_deref(&at); icalcompiter_next(&at)) {
            printf("%s", gap);
            print_entry(calendar, icalcompiter_deref(&at));
            gap = ", ";
        }
        printf("]}\n");
    }
    forget_zones();
    if (calendar)
        icalcomponent_free(calendar);
    free(text);
    icalmemory_free_ring();
}

int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], "--version") == 0) {
        printf("libical %s\n", ICAL_VERSION);
        return 0;
    }
    icalerror_set_errors_are_fatal(0);
    char name[4096];
    while (fgets(name, sizeof name, stdin)) {
        name[strcspn(name, "\n")] = 0;
        read_file(name);
    }
    return 0;
}
