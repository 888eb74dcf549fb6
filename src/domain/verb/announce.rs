//! Announce a gathering: what it is, when, where, and how many can come.

use super::reschedule::check_schedule;
use crate::domain::decision::Decision;
use crate::domain::refusal::{LayoutProblem, Refusal};
use crate::domain::{Clear, Context, Decide, layout};
use crate::fact::{
    Announcement, BookingTime, BookingWindow, Capacity, DEFAULT_MAX_PARTY, Fact, GatheringKind, Mode,
    Offering, OrganisationCap, Pool, SetAside, Venue, Who,
};
use crate::id::{GatheringId, OfferingId, PoolId, SeriesId};
use crate::person::JoinLink;
use crate::schedule::Schedule;
use crate::sealed::{Personal, Sealed};
use crate::text::{self, Reference};

/// A gathering to be announced: what people can book.
///
/// Begin with its kind, add what is known, hand it to [`Desk::announce`](crate::Desk::announce). Without a
/// schedule its date is to be confirmed; without places there is no limit; without offerings it has one, which
/// takes parties of up to ten and keeps a waiting list. Booking is open until the start; see [`BookingWindow`].
///
/// # Refusals
/// In this order: a join link that is no https address, parts that do not fit together ([`LayoutProblem`]), a text
/// that is not taken, an id that is there already, a hint at the date that is not taken, dates that are over.
///
/// # Example
/// A webinar with a hundred places:
/// ```
/// use gather::{Desk, Gathering, JoinLink};
///
/// let desk = Desk::in_memory();
/// let webinar = Gathering::webinar("Community asset transfer, step by step")
///     .at("2099-03-05 14:00 to 15:30 Europe/London".parse()?)
///     .places(100)
///     .join_link(JoinLink::new("https://meet.example/asset-transfer"));
/// let id = desk.announce(webinar)?.outcome;
/// # let _ = id;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A conference where the visit has few places of its own, and needs a conference place:
/// ```
/// use gather::{Desk, Gathering, Offering, OfferingId, Pool, PoolId, Venue};
///
/// const BUILDING: PoolId = PoolId::new(1);
/// const COACH: PoolId = PoolId::new(2);
///
/// let desk = Desk::in_memory();
/// let conference = Gathering::conference("The Changing Landscape", Venue::new("Central Library"))
///     .pool(Pool::new(BUILDING, "building", 120))
///     .pool(Pool::new(COACH, "coach", 16))
///     .offering(Offering::new(OfferingId::new(1), "conference", [BUILDING]))
///     .offering(Offering::new(OfferingId::new(2), "visit", [COACH]).requires(OfferingId::new(1)));
/// let id = desk.announce(conference)?.outcome;
/// # let _ = id;
/// # Ok::<(), gather::Failure>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a gathering is announced by the desk"]
#[doc(alias = "event")]
pub struct Gathering<L = Personal<JoinLink>> {
    pub(crate) id: Option<GatheringId>,
    pub(crate) draft: Draft,
    pub(crate) join_link: Option<L>,
}

/// What the author has said so far.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    kind: GatheringKind,
    title: String,
    description: String,
    mode: Mode,
    schedule: Schedule,
    window: BookingWindow,
    reference: Option<Reference>,
    places: Option<Capacity>,
    pools: Vec<Pool>,
    offerings: Vec<Offering>,
    no_overlap: bool,
    unannounced: bool,
    series: Option<SeriesId>,
    replaces: Option<GatheringId>,
    organisation_cap: Option<OrganisationCap>,
    priorities: Vec<Vec<Who>>,
    set_asides: Vec<SetAside>,
}

impl Gathering {
    /// A talk held online.
    pub fn webinar(title: impl Into<String>) -> Self {
        Self::new(GatheringKind::Webinar, title, Mode::Online)
    }

    /// A workshop at a venue.
    pub fn workshop(title: impl Into<String>, venue: Venue) -> Self {
        Self::new(GatheringKind::Workshop, title, Mode::InPerson(venue))
    }

    /// A meeting at a venue.
    pub fn meeting(title: impl Into<String>, venue: Venue) -> Self {
        Self::new(GatheringKind::Meeting, title, Mode::InPerson(venue))
    }

    /// A conference at a venue.
    pub fn conference(title: impl Into<String>, venue: Venue) -> Self {
        Self::new(GatheringKind::Conference, title, Mode::InPerson(venue))
    }

    /// A visit to a venue.
    pub fn visit(title: impl Into<String>, venue: Venue) -> Self {
        Self::new(GatheringKind::Visit, title, Mode::InPerson(venue))
    }

    /// A gathering of any kind, held in any way.
    pub fn new(kind: GatheringKind, title: impl Into<String>, mode: Mode) -> Self {
        let draft = Draft {
            kind,
            title: title.into(),
            description: String::new(),
            mode,
            schedule: Schedule::to_be_confirmed(""),
            window: BookingWindow::default(),
            reference: None,
            places: None,
            pools: Vec::new(),
            offerings: Vec::new(),
            no_overlap: false,
            unannounced: false,
            series: None,
            replaces: None,
            organisation_cap: None,
            priorities: Vec::new(),
            set_asides: Vec::new(),
        };
        Self { id: None, draft, join_link: None }
    }

    /// Gives it an id that the host has chosen. By default the id derives from the request.
    pub fn id(mut self, id: GatheringId) -> Self {
        self.id = Some(id);
        self
    }

    /// Says what it is about, in up to 4,000 characters.
    pub fn about(mut self, description: impl Into<String>) -> Self {
        self.draft.description = description.into();
        self
    }

    /// Says when it takes place, always in a time zone.
    pub fn at(mut self, schedule: Schedule) -> Self {
        self.draft.schedule = schedule;
        self
    }

    /// Lets people join online as well as at the venue. What is online only stays so.
    pub fn online_too(mut self) -> Self {
        if let Mode::InPerson(venue) = self.draft.mode {
            self.draft.mode = Mode::Hybrid(venue);
        }
        self
    }

    /// Says where to join it online. It is stored sealed and shown to people with a confirmed place only.
    pub fn join_link(mut self, link: impl Into<Personal<JoinLink>>) -> Self {
        self.join_link = Some(link.into());
        self
    }

    /// Limits the places of a gathering with one offering; 0 means none. Where pools or offerings are given as well,
    /// the gathering is refused: each pool has its own capacity.
    pub fn places(mut self, places: impl Into<Capacity>) -> Self {
        self.draft.places = Some(places.into());
        self
    }

    /// Adds a limit that offerings draw on.
    pub fn pool(mut self, pool: Pool) -> Self {
        self.draft.pools.push(pool);
        self
    }

    /// Adds something to book.
    pub fn offering(mut self, offering: Offering) -> Self {
        self.draft.offerings.push(offering.whole());
        self
    }

    /// Says when booking opens and closes by itself. Instants count in microseconds.
    pub fn booking(mut self, window: BookingWindow) -> Self {
        let (opens, closes) = (window.opens.map(BookingTime::whole), window.closes.map(BookingTime::whole));
        self.draft.window = BookingWindow { opens, closes };
        self
    }

    /// Says that its places take their people's time: of all gatherings that say so, nobody books two that overlap, nor
    /// two sessions of one of them. Where two overlap because dates have moved since, both are kept. Times that are
    /// not known to the minute are not judged.
    #[doc(alias = "double booking")]
    #[doc(alias = "clash")]
    pub fn no_overlap(mut self) -> Self {
        self.draft.no_overlap = true;
        self
    }

    /// Notes the host's own name for it. It is stored in the clear.
    pub fn reference(mut self, reference: Reference) -> Self {
        self.draft.reference = Some(reference);
        self
    }

    /// Keeps it a draft: it can be planned, but nobody can book it and no public list shows it, until
    /// [`AnnounceDraft`](crate::AnnounceDraft).
    pub fn draft(mut self) -> Self {
        self.draft.unannounced = true;
        self
    }

    /// Makes it one date of a series, of which a person holds one. One that has taken place counts until its books are closed
    /// ([`CloseBooks`](crate::CloseBooks)): close them between two dates of something that people come to again and again.
    pub fn series(mut self, series: SeriesId) -> Self {
        self.draft.series = Some(series);
        self
    }

    /// Notes that it is held instead of another gathering: one that was called off, say.
    pub fn replaces(mut self, gathering: GatheringId) -> Self {
        self.draft.replaces = Some(gathering);
        self
    }

    /// Limits how many people of one organisation may have places. Every registration then has to bring its organisation
    /// ([`Credential::Organisation`](crate::Credential::Organisation)).
    pub fn organisation_cap(mut self, cap: OrganisationCap) -> Self {
        self.draft.organisation_cap = Some(cap.whole());
        self
    }

    /// Adds a class of people who come first in line, behind those of the classes before it. Whoever is in none comes
    /// after all of them.
    pub fn priority(mut self, class: impl IntoIterator<Item = Who>) -> Self {
        self.draft.priorities.push(class.into_iter().collect());
        self
    }

    /// Keeps places for some people from the beginning.
    pub fn set_aside(mut self, set_aside: SetAside) -> Self {
        self.draft.set_asides.push(set_aside.whole());
        self
    }
}

impl<L> Gathering<L> {
    /// The id it will have: the one chosen, or the one that the request makes.
    pub(crate) fn identity(&self, context: &Context) -> GatheringId {
        self.id.unwrap_or_else(|| context.new_gathering())
    }
}

impl Draft {
    /// The announcement that this draft makes, with the parts that its author left to us.
    fn announcement(&self) -> Announcement {
        let (mut pools, mut offerings) = (self.pools.clone(), self.offerings.clone());
        if self.has_no_parts() {
            pools.push(Pool::new(PoolId::ONLY, "places", self.places.unwrap_or(Capacity::Unlimited)));
            let only = Offering::new(OfferingId::ONLY, "place", [PoolId::ONLY]);
            offerings.push(only.max_party(DEFAULT_MAX_PARTY.get()));
        }
        Announcement {
            kind: self.kind,
            title: self.title.clone(),
            description: self.description.clone(),
            mode: self.mode.clone(),
            schedule: self.schedule.clone(),
            pools,
            offerings,
            window: self.window,
            no_overlap: self.no_overlap,
            reference: self.reference.clone(),
            draft: self.unannounced,
            series: self.series,
            replaces: self.replaces,
            organisation_cap: self.organisation_cap,
            priorities: self.priorities.clone(),
            set_asides: self.set_asides.clone(),
        }
    }

    /// Whether its author has left pools and offerings to us.
    fn has_no_parts(&self) -> bool {
        self.pools.is_empty() && self.offerings.is_empty()
    }

    fn check_layout(&self, announcement: &Announcement) -> Result<(), LayoutProblem> {
        if self.places.is_some() && !self.has_no_parts() {
            return Err(LayoutProblem::PlacesAndPools);
        }
        let Announcement { pools, offerings, .. } = announcement;
        if let Some(offering) = offerings.iter().find(|offering| offering.session.is_some()) {
            return Err(LayoutProblem::SessionBeforeProgramme(offering.id));
        }
        let numbers: Vec<PoolId> = pools.iter().map(|pool| pool.id).collect();
        layout::check(&numbers, offerings)?;
        layout::check_set_asides(pools, &self.set_asides)?;
        check_window(self.window)
    }
}

/// Two instants can be compared now, two times before the start always; one of each only when there is a date.
fn check_window(window: BookingWindow) -> Result<(), LayoutProblem> {
    let backwards = match (window.opens, window.closes) {
        (Some(BookingTime::At(opens)), Some(BookingTime::At(closes))) => closes <= opens,
        (
            Some(BookingTime::BeforeStart { seconds: opens }),
            Some(BookingTime::BeforeStart { seconds: closes }),
        ) => closes >= opens,
        _ => false,
    };
    if backwards { Err(LayoutProblem::ClosesBeforeItOpens) } else { Ok(()) }
}

fn check_texts(announcement: &Announcement) -> Result<(), Refusal> {
    text::check_line("title", &announcement.title)?;
    text::check_text("description", &announcement.description)?;
    check_venue(&announcement.mode)
}

/// Refuses a venue whose name or address is not taken.
pub(super) fn check_venue(mode: &Mode) -> Result<(), Refusal> {
    let Some(venue) = mode.venue() else { return Ok(()) };
    text::check_line("venue", &venue.name)?;
    text::check_optional_line("address", &venue.address)?;
    Ok(())
}

impl Decide for Gathering<Sealed<JoinLink>> {
    type Outcome = GatheringId;

    fn decide(&self, decision: &mut Decision<'_>, context: &Context) -> Result<GatheringId, Refusal> {
        let announcement = self.draft.announcement();
        self.draft.check_layout(&announcement)?;
        if self.join_link.is_some() && !announcement.mode.is_online() {
            return Err(LayoutProblem::LinkWithoutOnline.into());
        }
        check_texts(&announcement)?;
        layout::check_names(&announcement.pools, &announcement.offerings)?;
        let gathering = self.identity(context);
        if decision.look_at(gathering).is_ok() {
            return Err(Refusal::GatheringExists { gathering });
        }
        check_schedule(&announcement.schedule, decision)?;
        let join_link = self.join_link.clone();
        decision.record(Fact::GatheringAnnounced {
            gathering,
            announcement: Box::new(announcement),
            join_link,
        });
        Ok(gathering)
    }

    fn content(&self) -> Clear {
        let mut clear = Clear::new("announce");
        clear.maybe(self.id, |clear, id| {
            clear.gathering(id);
        });
        clear.announcement(&self.draft.announcement()).flag(self.join_link.is_some());
        // Where there are pools it is not part of the announcement, and refused: still it is another thing to ask for.
        if let Some(places) = self.draft.places.filter(|_| !self.draft.has_no_parts()) {
            clear.text("places").capacity(places);
        }
        clear
    }

    fn recall(&self, context: &Context, _: &[Fact]) -> Option<GatheringId> {
        Some(self.identity(context))
    }
}
