//! Chance that comes out the same each time: the seed says it all.

/// Numbers that look random (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another; nothing is below 0 but 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let rolled = self.roll().checked_rem(limit).unwrap_or(0);
        usize::try_from(rolled).unwrap_or(0)
    }

    pub(super) fn coin(&mut self) -> bool {
        self.roll() & 1 == 1
    }

    pub(super) fn garbage(&mut self, count: usize) -> Vec<u8> {
        let words = count.div_ceil(8);
        let mut bytes: Vec<u8> = (0..words).flat_map(|_| self.roll().to_le_bytes()).collect();
        bytes.truncate(count);
        bytes
    }
}
