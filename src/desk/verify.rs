//! Whether what a desk has written keeps the rules: asked of its log by code that did not decide it.

use super::Desk;
use crate::audit::{self, Findings};
use crate::log::{self, Progress};

impl Desk {
    /// Audits the desk's own log, from its first record to where it ends now or a little further: its chain, its positions, and every rule of
    /// booking that can be told from facts alone. See [`audit`](crate::audit) for what is judged. Bookings go on meanwhile;
    /// what comes in may be audited or not.
    ///
    /// # Errors
    /// The log cannot be read, or is damaged; the error says where.
    ///
    /// # Example
    /// ```
    /// use gather::{Desk, Gathering, PersonId};
    ///
    /// let desk = Desk::in_memory();
    /// let visit = desk.announce(Gathering::webinar("Archives").at("2099-03-05 Europe/London".parse()?).places(1))?.outcome;
    /// drop(desk.register(visit, PersonId::random())?);
    /// let findings = desk.verify(&mut |progress| assert!(progress.done <= progress.total))?;
    /// assert!(findings.is_sound(), "{findings}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(&self, progress: &mut dyn FnMut(Progress)) -> Result<Findings, log::Error> {
        audit::verify(&*self.inner.log, progress)
    }
}
