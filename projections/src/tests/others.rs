//! Teams, users, tokens and keys.

use touchstone_aggregates::api_key::{ApiKey, ApiKeyEvent};
use touchstone_aggregates::team::{Team, TeamEvent, TeamStream};
use touchstone_aggregates::token::{Token, TokenEvent};
use touchstone_aggregates::user::{User, UserEvent};
use touchstone_kernel::{Global, Owned};
use touchstone_vocabulary::{ApiKeyId, Hub, TeamRole, Time, TokenId, UserId};
use uuid::Uuid;

use super::past::{Past, TEAM, USER};
use super::stage::Stage;

fn key(past: &mut Past, number: u128, name: &str, hub: Hub) {
    let created = ApiKeyEvent::Created {
        created_by: USER,
        name: name.to_owned().into(),
        name_digest: "d".to_owned(),
        hub,
        rate_limit_per_interval: 60,
        rate_limit_interval: 10,
        url: None,
        secret_ref: Some("ref".to_owned()),
        mask: "ab****yz".to_owned(),
    };
    past.push::<ApiKey>(&Owned::new(TEAM, ApiKeyId(Uuid::from_u128(number))), &created);
}

#[tokio::test]
async fn a_deleted_key_leaves_no_row_and_its_name_can_come_back() {
    for stage in Stage::both().await {
        let mut past = Past::default();
        key(&mut past, 1, "first", Hub::OpenAi);
        key(&mut past, 2, "second", Hub::Custom);
        past.push::<ApiKey>(&Owned::new(TEAM, ApiKeyId(Uuid::from_u128(1))), &ApiKeyEvent::Deleted {});
        key(&mut past, 3, "first", Hub::OpenAi);
        stage.apply(&past.events).await;
        let keys = "select name || ' ' || hub || ' ' || mask as line from rm_api_key order by ordinal";
        assert_eq!(stage.lines(keys, vec![]).await, ["second custom ab****yz", "first openai ab****yz"]);
    }
}

#[tokio::test]
async fn members_and_tokens_follow_their_last_event() {
    for stage in Stage::both().await {
        let mut past = Past::default();
        let registered = UserEvent::Registered {
            email: "Ada@Example.com".to_owned().into(),
            given_name: "Ada".to_owned().into(),
            family_name: "Vale".to_owned().into(),
        };
        past.push::<User>(&Global(USER), &registered);
        let created = TeamEvent::Created {
            name: "Default".to_owned().into(),
            description: None,
            is_single_user: false,
        };
        let team = TeamStream(TEAM);
        past.push::<Team>(&team, &created);
        past.push::<Team>(&team, &TeamEvent::MemberAdded { user: USER, role: TeamRole::User });
        past.push::<Team>(&team, &TeamEvent::MemberRoleChanged { user: USER, role: TeamRole::Admin });
        past.push::<Team>(
            &team,
            &TeamEvent::MemberAdded { user: UserId(Uuid::from_u128(77)), role: TeamRole::User },
        );
        for number in [1, 2] {
            let issued = TokenEvent::Issued {
                user: USER,
                team: TEAM,
                digest: format!("digest-{number}"),
                expires_at: (number == 2).then(|| Time::from_secs(1_800_000_000)),
            };
            past.push::<Token>(&Global(TokenId(Uuid::from_u128(number))), &issued);
        }
        past.push::<Token>(&Global(TokenId(Uuid::from_u128(1))), &TokenEvent::Revoked {});
        stage.apply(&past.events).await;
        let users = "select email_key || ' ' || given_name as line from rm_user";
        assert_eq!(stage.lines(users, vec![]).await, ["ada@example.com Ada"]);
        let members = "select name || ' ' || role as line from rm_member m join rm_team t on t.team_id = m.team_id \
            order by role";
        assert_eq!(stage.lines(members, vec![]).await, ["Default admin", "Default user"]);
        let tokens = "select digest || case when is_revoked then ' revoked' else ' good' end || ' ' || \
            coalesce(cast(expires_at as text), '-') as line from rm_token order by digest";
        assert_eq!(stage.lines(tokens, vec![]).await, ["digest-1 revoked -", "digest-2 good 1800000000"]);
    }
}
