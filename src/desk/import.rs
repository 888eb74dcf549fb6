//! A calendar of somebody else's, recorded as drafts.

use super::{Desk, Failure};
use crate::calendar::{Import, ImportedDraft};
use crate::domain::{Change, Gathering, Refusal};
use crate::fact::{GatheringKind, Mode};
use crate::id::GatheringId;

/// What came of one entry of another calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// Its UID there.
    pub uid: String,
    /// The gathering that it becomes.
    pub gathering: GatheringId,
    /// Whether it was recorded now, or has been here before; or why it was not taken.
    pub outcome: Result<Change, Refusal>,
}

impl ImportedDraft {
    /// The command that records it as a draft: a webinar where it is online, a meeting otherwise. A host that knows more
    /// adds to it, places and offerings, and has it executed itself.
    pub fn to_gathering(&self) -> Gathering {
        let kind = match self.mode {
            Mode::Online => GatheringKind::Webinar,
            Mode::InPerson(_) | Mode::Hybrid(_) => GatheringKind::Meeting,
        };
        let gathering = Gathering::new(kind, self.title.as_str(), self.mode.clone());
        let gathering = gathering.id(self.id).about(self.about.as_str()).at(self.schedule.clone()).draft();
        match &self.join_link {
            Some(link) => gathering.join_link(link.clone()),
            None => gathering,
        }
    }
}

impl Desk {
    /// Records what was read of another calendar, each entry as a draft. Nobody sees or books a draft before
    /// [`AnnounceDraft`](crate::AnnounceDraft) makes it known.
    ///
    /// An entry that was taken over before is left as it is, whatever the calendar says of it now: somebody may have
    /// worked on it since. One that is refused does not keep the others back.
    ///
    /// # Errors
    /// A fault of the log or the keys; what was recorded before it is recorded, and can be imported again.
    ///
    /// # Example
    /// ```
    /// use gather::calendar::Import;
    /// use gather::{AnnounceDraft, Change, Desk};
    ///
    /// let calendar = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:talk-1@example.org\r\nSUMMARY:Bookbinding\r\n\
    ///     DTSTART;TZID=Europe/London:20990305T140000\r\nDURATION:PT90M\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    /// let (desk, import) = (Desk::in_memory(), Import::read(calendar.as_bytes())?);
    /// let imported = desk.import(&import)?;
    /// assert_eq!(imported[0].outcome, Ok(Change::Made));
    /// assert_eq!(desk.import(&import)?[0].outcome, Ok(Change::AlreadySo));
    /// drop(desk.execute(AnnounceDraft::new(imported[0].gathering))?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import(&self, import: &Import) -> Result<Vec<Imported>, Failure> {
        import.drafts.iter().map(|draft| self.import_one(draft)).collect()
    }

    fn import_one(&self, draft: &ImportedDraft) -> Result<Imported, Failure> {
        let outcome = match self.execute(draft.to_gathering()) {
            Ok(_) => Ok(Change::Made),
            Err(Failure::Refused(Refusal::GatheringExists { .. })) => Ok(Change::AlreadySo),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(fault @ Failure::Fault(_)) => return Err(fault),
        };
        Ok(Imported { uid: draft.uid.clone(), gathering: draft.id, outcome })
    }
}
