//! E-mail addresses of people.

/// Mail boxes of functions, and names that stand for anybody.
const NOBODY: &[&str] = &[
    "support",
    "info",
    "contact",
    "help",
    "helpdesk",
    "privacy",
    "admin",
    "administrator",
    "noreply",
    "no-reply",
    "donotreply",
    "sales",
    "service",
    "security",
    "abuse",
    "postmaster",
    "webmaster",
    "hello",
    "office",
    "team",
    "press",
    "legal",
    "billing",
    "dpo",
    "hr",
    "feedback",
    "customerservice",
    "git",
    "user",
    "username",
    "name",
    "you",
    "your",
    "yourname",
    "your.name",
    "your_name",
    "someone",
    "example",
    "email",
    "firstname.lastname",
    "first.last",
    "test",
];
/// What follows an `@` in the names of images for dense screens and the like.
const FILE_ENDINGS: &[&str] = &["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "py"];

/// Every personal address in the text.
pub(super) fn emails(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('@').filter_map(|(at, _)| {
        let local = trailing(&text[..at], |byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte))
            .trim_start_matches('.');
        let domain = leading(&text[at + 1..], |byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
            .trim_end_matches(['.', '-']);
        let (host, ending) = domain.rsplit_once('.')?;
        let worldly = ending.len() >= 2
            && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
            && !FILE_ENDINGS.contains(&ending);
        let written = !host.is_empty()
            && !host.starts_with(['.', '-'])
            && !local.is_empty()
            && !local.ends_with('.')
            && !domain.contains("..");
        let somebody = !NOBODY.contains(&local.to_ascii_lowercase().as_str());
        (worldly && written && somebody).then(|| &text[at - local.len()..at + 1 + domain.len()])
    })
}

fn trailing(text: &str, allowed: impl Fn(u8) -> bool) -> &str {
    let count = text.bytes().rev().take_while(|byte| allowed(*byte)).count();
    &text[text.len() - count..]
}

fn leading(text: &str, allowed: impl Fn(u8) -> bool) -> &str {
    let count = text.bytes().take_while(|byte| allowed(*byte)).count();
    &text[..count]
}
