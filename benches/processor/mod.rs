//! How long processors have worked for a process: what a busy machine does not change as it changes the clock.

/// The milliseconds that processors have worked for this process, in steps of ten; 0 where the system does not say.
pub(crate) fn busy() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_the_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks =
        behind_the_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() * 10.0
}
