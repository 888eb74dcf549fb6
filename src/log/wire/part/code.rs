//! The codes of choices to which nothing belongs. Given by hand, once and for ever; in text they have names.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::Told;
use crate::fact::{
    Audience, CheckInKind, Ending, GatheringKind, Presence, PresenceSource, ResourceKind, Rsvp, Silence,
    Standing, Way,
};
use crate::log::error::Error;
use crate::log::wire::corrupt;

/// The code of a choice, which is stored as it is, also where it is none that was given.
macro_rules! codes {
    ($(
        $(#[$doc:meta])*
        $name:ident of $choice:ident, or $fault:literal { $($code:literal $text:literal => $variant:ident,)+ }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(in crate::log::wire) struct $name(u8);

        impl $name {
            pub(in crate::log::wire) fn of(choice: $choice) -> Self {
                match choice {
                    $($choice::$variant => Self($code),)+
                }
            }

            pub(in crate::log::wire) fn read(self) -> Result<$choice, Error> {
                match self.0 {
                    $($code => Ok($choice::$variant),)+
                    _ => Err(corrupt($fault)),
                }
            }

            fn text(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some($text),)+
                    _ => None,
                }
            }

            fn of_text(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self($code)),)+
                    _ => None,
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.text() {
                    Some(text) if serializer.is_human_readable() => serializer.serialize_str(text),
                    Some(_) | None => serializer.serialize_u8(self.0),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return u8::deserialize(deserializer).map(Self);
                }
                Told::deserialize(deserializer)?.read(Self, Self::of_text)
            }
        }
    )+};
}

codes! {
    /// The codes of the kinds of gatherings.
    GatheringKindV1 of GatheringKind, or "no kind of gathering has the stored code" {
        1 "webinar" => Webinar,
        2 "workshop" => Workshop,
        3 "meeting" => Meeting,
        4 "conference" => Conference,
        5 "visit" => Visit,
    }

    /// The codes of why a registration ended. The first two are those of who cancelled it, as it was said once.
    EndingV1 of Ending, or "nothing that ends a registration has the stored code" {
        1 "attendee" => Attendee,
        2 "organiser" => Organiser,
        3 "expired" => Expired,
        4 "declined" => Declined,
        5 "offer_withdrawn" => OfferWithdrawn,
        6 "rejected" => Rejected,
        7 "not_reconfirmed" => NotReconfirmed,
        8 "displaced" => Displaced,
        9 "moved_away" => MovedAway,
        10 "superseded" => Superseded,
    }

    /// The codes of what becomes of those who do not answer.
    SilenceV1 of Silence, or "nothing that becomes of silence has the stored code" {
        1 "keep" => Keep,
        2 "release" => Release,
        3 "follow_up" => FollowUp,
    }

    /// The codes of whether somebody came.
    PresenceV1 of Presence, or "no presence has the stored code" {
        1 "unknown" => Unknown,
        2 "attended" => Attended,
        3 "late" => Late,
        4 "excused" => Excused,
        5 "no_show" => NoShow,
    }

    /// The codes of who or what saw it.
    PresenceSourceV1 of PresenceSource, or "nobody who sees who comes has the stored code" {
        1 "door" => Door,
        2 "online" => Online,
        3 "organiser" => Organiser,
    }

    /// The codes of the kinds of resources.
    ResourceKindV1 of ResourceKind, or "no kind of resource has the stored code" {
        1 "recording" => Recording,
        2 "handout" => Handout,
        3 "slides" => Slides,
        4 "other" => Other,
    }

    /// The codes of what is answered to an invitation.
    RsvpV1 of Rsvp, or "no answer to an invitation has the stored code" {
        1 "accepted" => Accepted,
        2 "tentative" => Tentative,
        3 "declined" => Declined,
    }

    /// The codes of where a list stands at which people are checked in.
    CheckInKindV1 of CheckInKind, or "no list stands where the stored code says" {
        1 "door" => Door,
        2 "online" => Online,
    }

    /// The codes of which way somebody goes.
    WayV1 of Way, or "nobody goes the way that the stored code says" {
        1 "in" => In,
        2 "out" => Out,
    }

    /// The codes of how a registration stood that had no confirmed place.
    StandingV1 of Standing, or "no registration stands as the stored code says" {
        1 "waiting" => Waiting,
        2 "held" => Held,
        3 "pending" => Pending,
        4 "offered" => Offered,
        5 "follow_up_only" => FollowUpOnly,
        6 "interested" => Interested,
        7 "ended" => Ended,
    }

    /// The codes of who gets a resource.
    AudienceV1 of Audience, or "no audience has the stored code" {
        1 "attended" => Attended,
        2 "registered" => Registered,
        3 "members" => Members,
        4 "public" => Public,
    }
}

impl EndingV1 {
    /// What the code said when only cancelling was known.
    pub(in crate::log::wire) fn by(self) -> Result<Ending, Error> {
        match self.read() {
            Ok(by @ (Ending::Attendee | Ending::Organiser)) => Ok(by),
            Ok(_) | Err(_) => Err(corrupt("nobody who cancels has the stored code")),
        }
    }
}
