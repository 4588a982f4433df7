//! What the kernel tells about the machine and a process.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// The kernel counts CPU time in hundredths of a second towards user space, whatever it uses inside.
const TICKS_PER_SECOND: f64 = 100.0;

/// Cores, memory and processor, as every line carries them.
pub fn describe() -> Value {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    json!({
        "cores": cores,
        "memory_mib": kib(&memory, "MemTotal:").map(|kib| kib / 1024),
        "cpu": model.trim_start_matches(['\t', ' ', ':']),
    })
}

/// User and system time of a process so far, in seconds.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
    let rest = text.rsplit_once(')').context("an unreadable stat")?.1;
    let mut ticks = rest.split_ascii_whitespace().skip(11).take(2).map(str::parse::<f64>);
    let mut next = || ticks.next().context("a short stat")?.context("a stat without numbers");
    Ok((next()? + next()?) / TICKS_PER_SECOND)
}

/// The highest resident set of a process since its start or the last [`forget_peak`], in MiB.
pub fn peak_rss_mib(pid: u32) -> Result<f64> {
    status(pid, "VmHWM:")
}

/// The resident set of a process now, in MiB.
pub fn rss_mib(pid: u32) -> Result<f64> {
    status(pid, "VmRSS:")
}

/// Makes the present resident set the highest one.
pub fn forget_peak(pid: u32) -> Result<()> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").context("the peak cannot be reset")
}

fn status(pid: u32, field: &str) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let kib = kib(&text, field).with_context(|| format!("no {field} in its status"))?;
    Ok(f64::from(u32::try_from(kib)?) / 1024.0)
}

fn kib(text: &str, field: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(field))?.split_ascii_whitespace().next()?.parse().ok()
}
