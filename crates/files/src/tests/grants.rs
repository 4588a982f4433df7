use data_encoding::BASE64URL_NOPAD;
use touchstone_vocabulary::{MediaType, Time, UserId};
use uuid::Uuid;

use super::{FILE, TEAM, any};
use crate::{Grant, Void};

const END: Time = Time::from_secs(900);

fn grant() -> Grant {
    Grant {
        team: TEAM,
        user: UserId(Uuid::from_u128(3)),
        context: "agent_configuration".into(),
        owner: "a".into(),
        file: FILE,
        expected: any(MediaType::Pdf),
        expires_at: END,
    }
}

fn tag(text: &[u8]) -> [u8; 32] {
    *blake3::keyed_hash(&[7; 32], text).as_bytes()
}

fn read(token: &str, now: Time) -> Result<Grant, Void> {
    Grant::read(token, |text, given| tag(text) == given, now)
}

#[test]
fn a_token_holds_until_its_time_is_over() {
    let token = grant().token(tag);
    assert_eq!(read(&token, Time(0)), Ok(grant()));
    assert_eq!(read(&token, Time(END.0 - 1)), Ok(grant()));
    assert_eq!(read(&token, END), Err(Void::Expired));
    assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{token}");
}

#[test]
fn nothing_about_it_can_be_changed() {
    let token = grant().token(tag);
    let (content, tag_text) = token.split_once('.').unwrap();
    let plain = String::from_utf8(BASE64URL_NOPAD.decode(content.as_bytes()).unwrap()).unwrap();
    for (from, to) in [
        ("1024", "4096"),
        ("application/pdf", "text/plain"),
        ("900000000", "999000000"),
        ("agent_configuration", "harness_stage"),
        ("\"checksum\":null", "\"checksum\":\"1B2M2Y8AsgTpgAmY7PhCfg==\""),
        (&TEAM.to_string(), &FILE.to_string()),
    ] {
        assert!(plain.contains(from), "{plain}");
        let other = BASE64URL_NOPAD.encode(plain.replacen(from, to, 1).as_bytes());
        assert_eq!(read(&format!("{other}.{tag_text}"), Time(0)), Err(Void::Forged), "{from}");
    }
    for strange in ["", ".", content, &format!("{content}."), &format!("{content}.{content}"), "ä.ö"] {
        assert_eq!(read(strange, Time(0)), Err(Void::Forged), "{strange}");
    }
    let of_another_key = grant().token(|text| *blake3::keyed_hash(&[8; 32], text).as_bytes());
    assert_eq!(read(&of_another_key, Time(0)), Err(Void::Forged));
}
