//! iCalendar text out of read models (RFC 5545).
