//! Teams, users, tokens and keys.

use touchstone_aggregates::access::{Access, AccessEvent, Denials};
use touchstone_aggregates::api_key::{ApiKey, ApiKeyEvent, HubConfig, Kept, Setting};
use touchstone_aggregates::harness_stage::{Draft, Function, HarnessStage, HarnessStageEvent, Wish};
use touchstone_aggregates::invite::{Invite, InviteEvent};
use touchstone_aggregates::notice::{Notice, NoticeEvent};
use touchstone_aggregates::team::{Name, Team, TeamEvent, TeamStream};
use touchstone_aggregates::token::{Token, TokenEvent};
use touchstone_aggregates::user::{User, UserEvent};
use touchstone_kernel::{Global, Owned};
use touchstone_vocabulary::{
    AccessId, ApiKeyId, ApiKeyStatus, ConfigField, CustomId, DenialReason, Family, FileId, Hub, InviteId,
    MediaType, NoticeId, Source, StageId, StageStatus, TeamId, TeamRole, Time, TokenId, UserId,
};
use uuid::Uuid;

use super::agents::agents;
use super::past::{Case, OTHER_TEAM, Past, TEAM, USER};
use super::stage::Stage;

const BO: UserId = UserId(Uuid::from_u128(0xb0));
const EVE: UserId = UserId(Uuid::from_u128(0xe7e));

fn key(past: &mut Past, number: u128, name: &str, hub: Hub) {
    let config = hub.config_fields().iter().map(|field| {
        let secret = Setting::Kept(kept(field.as_str()));
        (*field, if field.is_secret() { secret } else { Setting::Clear(format!("a {field}")) })
    });
    let created = ApiKeyEvent::Created {
        created_by: USER,
        name: name.to_owned().into(),
        name_digest: "d".to_owned(),
        hub,
        rate_limit_per_interval: 60,
        rate_limit_interval: 10,
        url: None,
        value: hub.config_fields().is_empty().then(|| kept("value")),
        config: config.collect(),
    };
    of_key(past, number, &created);
}

fn of_key(past: &mut Past, number: u128, event: &ApiKeyEvent) {
    past.push::<ApiKey>(&Owned::new(TEAM, ApiKeyId(Uuid::from_u128(number))), event);
}

fn kept(secret: &str) -> Kept {
    Kept { secret_ref: format!("ref-{secret}"), mask: "ab****yz".to_owned(), fingerprint: "f".to_owned() }
}

#[tokio::test]
async fn a_deleted_key_leaves_no_row_and_its_name_can_come_back() {
    for stage in Stage::both().await {
        let mut past = Past::default();
        key(&mut past, 1, "first", Hub::OpenAi);
        key(&mut past, 2, "second", Hub::Custom);
        of_key(&mut past, 1, &ApiKeyEvent::Deleted {});
        key(&mut past, 3, "first", Hub::OpenAi);
        stage.apply(&past.events).await;
        let keys = "select name || ' ' || hub || ' ' || mask as line from rm_api_key order by ordinal";
        assert_eq!(stage.lines(keys, vec![]).await, ["second custom ab****yz", "first openai ab****yz"]);
    }
}

/// Keys of which every facet has changed.
fn changed_keys() -> Past {
    let mut past = Past::default();
    key(&mut past, 1, "first", Hub::Bedrock);
    key(&mut past, 2, "second", Hub::OpenAi);
    for event in [
        ApiKeyEvent::Renamed { name: "other".to_owned().into(), name_digest: "e".to_owned() },
        ApiKeyEvent::LimitsChanged { rate_limit_per_interval: 7, rate_limit_interval: 3 },
        ApiKeyEvent::SecretRotated { value: kept("other") },
        ApiKeyEvent::HubConfigChanged {
            config: HubConfig::from([
                (ConfigField::Region, Setting::Clear("elsewhere".to_owned())),
                (ConfigField::AccessKey, Setting::Kept(kept("new"))),
            ]),
        },
        ApiKeyEvent::StatusChanged { status: ApiKeyStatus::Inactive },
    ] {
        of_key(&mut past, 1, &event);
    }
    past
}

#[tokio::test]
async fn a_key_shows_its_last_name_limits_masks_config_and_status() {
    for stage in Stage::both().await {
        stage.apply(&changed_keys().events).await;
        let keys = "select name || ' ' || cast(rate_limit_per_interval as text) || ' ' || \
            cast(rate_limit_interval as text) || ' ' || value_ref || ' ' || status || ' ' || \
            cast(stream_version as text) || ' ' || config as line from rm_api_key order by ordinal";
        let config = r#"{"region":{"shown":"elsewhere","secret_ref":null},"#.to_owned()
            + r#""access_key":{"shown":"ab****yz","secret_ref":"ref-new"},"#
            + r#""secret_access_key":{"shown":"ab****yz","secret_ref":"ref-secret_access_key"}}"#;
        assert_eq!(
            stage.lines(keys, vec![]).await,
            [
                format!("other 7 3 ref-other inactive 6 {config}"),
                "second 60 10 ref-value active 1 {}".to_owned(),
            ]
        );
    }
}

fn founded(past: &mut Past, team: TeamId, is_single_user: bool) {
    let name = Name { text: "Default".to_owned().into(), digest: "d".to_owned(), holder: USER };
    past.push::<Team>(&TeamStream(team), &TeamEvent::Created { name, description: None, is_single_user });
    past.push::<Team>(&TeamStream(team), &TeamEvent::MemberAdded { user: USER, role: TeamRole::User });
}

/// Everything that happens to teams, users, tokens and invites.
fn people() -> Past {
    let mut past = Past::default();
    let registered = UserEvent::Registered {
        email: "Ada@Example.com".to_owned().into(),
        given_name: "Ada".to_owned().into(),
        family_name: "Vale".to_owned().into(),
    };
    past.push::<User>(&Global(USER), &registered);
    past.push::<User>(&Global(USER), &UserEvent::IdentityLinked { identity: "i".to_owned() });
    founded(&mut past, TEAM, false);
    founded(&mut past, OTHER_TEAM, true);
    for event in [
        TeamEvent::MemberRoleChanged { user: USER, role: TeamRole::Admin },
        TeamEvent::MemberAdded { user: BO, role: TeamRole::User },
        TeamEvent::MemberAdded { user: EVE, role: TeamRole::User },
        TeamEvent::MemberRemoved { user: EVE },
        TeamEvent::DetailsChanged { name: None, description: Some("quiet".to_owned().into()) },
    ] {
        past.push::<Team>(&TeamStream(TEAM), &event);
    }
    past.push::<Team>(&TeamStream(OTHER_TEAM), &TeamEvent::Deleted {});
    for number in [1, 2, 3] {
        let (digest, team) = (format!("digest-{number}"), TEAM);
        let expires_at = (number == 2).then(|| Time::from_secs(1_800_000_000));
        let issued = match number {
            3 => TokenEvent::IssuedToService { service: EVE, team, digest, expires_at },
            _ => TokenEvent::Issued { user: USER, team, digest, expires_at },
        };
        past.push::<Token>(&Global(TokenId(Uuid::from_u128(number))), &issued);
    }
    past.push::<Token>(&Global(TokenId(Uuid::from_u128(1))), &TokenEvent::Revoked {});
    for (number, end) in [
        (1, InviteEvent::Accepted { by: BO }),
        (2, InviteEvent::Declined { by: BO }),
        (3, InviteEvent::Revoked {}),
        (4, InviteEvent::Expired {}),
    ] {
        let invite = Owned::new(TEAM, InviteId(Uuid::from_u128(number)));
        let created = InviteEvent::Created {
            email: format!("Bo{number}@Example.com").into(),
            email_digest: "d".to_owned(),
            role: TeamRole::User,
            expires_at: Time::from_secs(1_800_000_000),
        };
        past.push::<Invite>(&invite, &created);
        past.push::<Invite>(&invite, &end);
    }
    past
}

#[tokio::test]
async fn teams_members_identities_and_tokens_follow_their_last_event() {
    for stage in Stage::both().await {
        stage.apply(&people().events).await;
        let users = "select email_key || ' ' || given_name || ' ' || i.digest as line from rm_user u \
            join rm_identity i on i.user_id = u.id";
        assert_eq!(stage.lines(users, vec![]).await, ["ada@example.com Ada i"]);
        let members = "select name || ' ' || description || ' ' || role || ' ' || cast(stream_version as text) \
            as line from rm_member m join rm_team t on t.team_id = m.team_id order by m.ordinal";
        assert_eq!(stage.lines(members, vec![]).await, ["Default quiet admin 7", "Default quiet user 7"]);
        let left = "select cast(count(*) as text) as line from rm_team";
        assert_eq!(stage.lines(left, vec![]).await, ["1"], "a deleted team leaves no row");
        let tokens = "select digest || case when is_revoked then ' revoked' else ' good' end || \
            case when is_service then ' service' else '' end || ' ' || coalesce(cast(expires_at as text), '-') \
            as line from rm_token order by digest";
        assert_eq!(
            stage.lines(tokens, vec![]).await,
            ["digest-1 revoked -", "digest-2 good 1800000000", "digest-3 good service -"]
        );
        let invites = "select email_key || ' ' || role || ' ' || status || ' ' || cast(stream_version as text) \
            as line from rm_invite order by ordinal";
        assert_eq!(
            stage.lines(invites, vec![]).await,
            [
                "bo1@example.com user ACCEPTED 2",
                "bo2@example.com user DECLINED 2",
                "bo3@example.com user REVOKED 2",
                "bo4@example.com user EXPIRED 2",
            ]
        );
    }
}

#[tokio::test]
async fn one_event_at_a_time_leaves_the_same_people_and_keys() {
    let (whole, single) = (Stage::sqlite().await, Stage::sqlite().await);
    let events = [people().events, changed_keys().events, agents().events].concat();
    whole.apply(&events).await;
    for event in &events {
        single.apply(std::slice::from_ref(event)).await;
    }
    assert_eq!(whole.dump().await, single.dump().await);
}

#[tokio::test]
async fn the_audit_tells_who_did_what_in_which_team_and_holds_no_text() {
    for stage in Stage::both().await {
        let mut past = people();
        key(&mut past, 1, "first", Hub::OpenAi);
        let case = Case::new(1);
        past.begin(&case);
        let denials = Denials {
            user: BO,
            token: None,
            operation: "post_api_keys".to_owned(),
            reason: DenialReason::Forbidden,
            count: 3,
            first_at: Time::from_secs(7),
        };
        past.push::<Access>(&Owned::new(TEAM, AccessId(Uuid::from_u128(1))), &AccessEvent::Denied(denials));
        let used = AccessEvent::KeyUsed {
            user: BO,
            api_key: ApiKeyId(Uuid::from_u128(1)),
            operation: "get_api_keys_models".to_owned(),
        };
        past.push::<Access>(&Owned::new(TEAM, AccessId(Uuid::from_u128(2))), &used);
        let received = NoticeEvent::Received {
            kind: "LOGIN_COMPLETE".to_owned(),
            by: BO,
            data: serde_json::Map::from_iter([("who".to_owned(), "ada".into())]).into(),
        };
        past.push::<Notice>(&Owned::new(TEAM, NoticeId(Uuid::from_u128(1))), &received);
        stage.apply(&past.events).await;
        let kinds = "select kind || ' ' || coalesce(user_id, '-') || ' ' || detail as line from rm_audit \
            where team_id = $1 order by ordinal";
        let all = stage.lines(kinds, vec![TEAM.to_string().into()]).await;
        for line in [
            format!("team.member_removed {EVE} {{}}"),
            format!(
                "api_key.used {BO} {{\"api_key_id\":\"{}\",\"operation\":\"get_api_keys_models\"}}",
                Uuid::from_u128(1)
            ),
            format!("invite.accepted {BO} {{\"invite_id\":\"{}\"}}", Uuid::from_u128(1)),
            format!(
                "notice.received {BO} {{\"notice_id\":\"{}\",\"type\":\"LOGIN_COMPLETE\"}}",
                Uuid::from_u128(1)
            ),
            format!(
                "access.denied {BO} {{\"count\":3,\"first_at\":7,\"operation\":\"post_api_keys\",\
                 \"reason\":\"forbidden\",\"token_id\":null}}"
            ),
            format!(
                "api_key.used {USER} {{\"api_key_id\":\"{}\",\"evaluation_id\":\"{}\"}}",
                case.spec.api_key, case.evaluation
            ),
        ] {
            assert!(all.contains(&line), "{line} in {all:#?}");
        }
        assert_eq!(all.iter().filter(|line| line.starts_with("invite.")).count(), 8);
        assert!(!all.iter().any(|line| line.contains("Example") || line.contains("ada")), "{all:#?}");
        let theirs = stage.lines(kinds, vec![OTHER_TEAM.to_string().into()]).await;
        assert_eq!(theirs.len(), 3, "{theirs:?}");
        let tokens = "select kind as line from rm_audit where kind = 'token.revoked'";
        assert_eq!(stage.lines(tokens, vec![]).await.len(), 1);
    }
}

fn stage(past: &mut Past, number: u128, events: &[HarnessStageEvent]) {
    let draft = Draft {
        name: Some(format!("draft {number}").into()),
        sources: Some(vec![Source::Persona]),
        ..Draft::default()
    };
    let created =
        HarnessStageEvent::Created { created_by: USER, harness: CustomId(Uuid::from_u128(9)), draft };
    let id = Owned::new(TEAM, StageId(Uuid::from_u128(number)));
    past.push::<HarnessStage>(&id, &created);
    for event in events {
        past.push::<HarnessStage>(&id, event);
    }
}

fn stages() -> Past {
    let mut past = Past::default();
    let function = Function {
        input_schema: "{'a': 1}".to_owned().into(),
        output_schema: "{}".to_owned().into(),
        route: None,
    };
    let wish =
        Wish { prompts: [(Family::Exfil, 3)].into(), persona_goals: 5, description: String::new().into() };
    let updated = HarnessStageEvent::Updated {
        changes: Draft { function: Some(function), max_output_tokens: Some(9), ..Draft::default() },
    };
    let requested = HarnessStageEvent::GenerationRequested { wish };
    let reading =
        HarnessStageEvent::GenerationProgressed { status: StageStatus::Reading, message: "reading".into() };
    let file = |number| FileId(Uuid::from_u128(number));
    let asked = |number| HarnessStageEvent::FileRequested {
        file: file(number),
        requested_by: USER,
        category: Source::AgentPolicy,
        name: format!("{number}.pdf").into(),
        media: MediaType::Pdf,
        size: 7,
        checksum: "sum".to_owned().into(),
        expires_at: Time(9_000_000),
    };
    let verified = |number| HarnessStageEvent::FileVerified {
        file: file(number),
        size: 7,
        checksum: "sum".to_owned().into(),
        digest: "digest".to_owned().into(),
    };
    let made = HarnessStageEvent::GenerationCompleted {
        version: "1.0.1".into(),
        said: "10 prompts in 1 probe.".into(),
    };
    let failed = HarnessStageEvent::GenerationFailed { cause: "no PDF".into() };
    let gone = HarnessStageEvent::FileDeleted { file: file(13) };
    stage(&mut past, 1, &[updated, asked(11), asked(12), asked(13), verified(12), verified(13), gone]);
    stage(&mut past, 2, &[requested.clone(), reading.clone()]);
    stage(&mut past, 3, &[requested.clone(), reading, made]);
    stage(&mut past, 4, &[requested, failed]);
    stage(&mut past, 5, &[asked(14), HarnessStageEvent::Deleted {}]);
    past
}

#[tokio::test]
async fn a_stage_shows_how_far_it_has_come_and_a_deleted_one_leaves_no_row() {
    let events = stages().events;
    for stage in Stage::both().await {
        stage.apply(&events).await;
        let rows = "select status || '; ' || coalesce(status_message, '-') || '; ' || \
            coalesce(harness_version, '-') || '; ' || name || '; ' || coalesce(function, '-') || '; ' || \
            cast(stream_version as text) as line from rm_harness_stage order by ordinal";
        assert_eq!(
            stage.lines(rows, vec![]).await,
            [
                "CREATED; -; -; draft 1; {\"function_route\":null,\"input_schema\":\"{'a': 1}\",\
                 \"output_schema\":\"{}\"}; 8",
                "READING; reading; -; draft 2; -; 3",
                "COMPLETED; The harness draft 3 was made. 10 prompts in 1 probe.; 1.0.1; draft 3; -; 4",
                "ERROR; no PDF; -; draft 4; -; 3",
            ]
        );
        let files = "select name || ' ' || category || ' ' || case when verified_at is null then 'awaited' else 'in' end \
            as line from rm_harness_stage_file order by ordinal";
        let kept = ["11.pdf AGENT_POLICY awaited", "12.pdf AGENT_POLICY in"];
        assert_eq!(stage.lines(files, vec![]).await, kept);
    }
    let (whole, single) = (Stage::sqlite().await, Stage::sqlite().await);
    whole.apply(&events).await;
    for event in &events {
        single.apply(std::slice::from_ref(event)).await;
    }
    assert_eq!(whole.dump().await, single.dump().await);
}
