//! Where on the globe (RFC 5545, section 3.8.1.6).

/// A place on the globe, to a millionth of a degree: some ten centimetres.
///
/// ```
/// use gather::calendar::Geo;
///
/// assert!(Geo::new(51.4157, -0.0824).is_some());
/// assert!(Geo::new(91.0, 0.0).is_none() && Geo::new(f64::NAN, 0.0).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geo {
    latitude: Millionths,
    longitude: Millionths,
}

/// A number of degrees, counted in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Millionths {
    pub(super) is_negative: bool,
    pub(super) whole: u32,
    pub(super) rest: u32,
}

const MILLION: u32 = 1_000_000;

impl Geo {
    /// Degrees north, from -90 to 90, and degrees east, from -180 to 180; `None` beyond these.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let (latitude, longitude) = (Millionths::of(latitude, 90)?, Millionths::of(longitude, 180)?);
        Some(Self { latitude, longitude })
    }

    pub(super) fn parts(self) -> [Millionths; 2] {
        [self.latitude, self.longitude]
    }
}

impl Millionths {
    /// By way of the decimal spelling, which rounds once and is the same on every machine.
    fn of(degrees: f64, limit: u32) -> Option<Self> {
        // What is no number is in no range.
        if !(0.0..=f64::from(limit)).contains(&degrees.abs()) {
            return None;
        }
        let spelt = format!("{:.6}", degrees.abs());
        let (whole, rest) = spelt.split_once('.')?;
        let (whole, rest) = (whole.parse().ok()?, rest.parse().ok()?);
        let is_zero = whole == 0 && rest == 0;
        Some(Self { is_negative: degrees.is_sign_negative() && !is_zero, whole, rest })
    }

    /// The digits behind the point, all six.
    pub(super) fn decimals(self) -> [u32; 6] {
        [MILLION / 10, MILLION / 100, MILLION / 1_000, 100, 10, 1].map(|unit| self.rest / unit % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_rounded_once_and_held_within_the_globe() {
        let parts = |degrees: f64| {
            let it = Millionths::of(degrees, 180).unwrap();
            (it.is_negative, it.whole, it.decimals())
        };
        assert_eq!(parts(-0.082_4), (true, 0, [0, 8, 2, 4, 0, 0]));
        assert_eq!(parts(179.999_999_9), (false, 180, [0; 6]));
        assert_eq!(parts(-0.000_000_01), (false, 0, [0; 6]), "there is no -0");
        for beyond in [180.000_1, -181.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert_eq!(Millionths::of(beyond, 180), None);
        }
    }
}
