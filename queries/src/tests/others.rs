//! Keys, teams, users and tokens.

use serde_json::json;
use touchstone_vocabulary::{ApiKeyId, TeamRole, TokenId, UserId};
use uuid::Uuid;

use super::stage::{OTHER, Stage, TEAM, id};
use crate::{api_key, team, token, user};

const USER: UserId = UserId(Uuid::from_u128(50));
const STRANGER: UserId = UserId(Uuid::from_u128(51));

#[tokio::test]
async fn keys_are_listed_oldest_first_and_by_hub() {
    for stage in Stage::both().await {
        let row = |team, number: u128, name, hub, at| {
            let (key, user) = (id(number), id(50));
            format!(
                "('{team}', '{key}', {number}, '{name}', '{hub}', 60, 10, null, 'ab**yz', '{user}', {at}, 1)"
            )
        };
        let rows = [
            row(TEAM, 3, "late", "openai", 9),
            row(TEAM, 1, "b", "openai", 5),
            row(TEAM, 2, "a", "custom", 5),
            row(OTHER, 4, "theirs", "openai", 1),
        ];
        stage.run(&format!("insert into rm_api_key values {}", rows.join(", "))).await;
        let names = async |hubs: &[&str]| {
            let hubs: Vec<String> = hubs.iter().map(|hub| (*hub).to_owned()).collect();
            let keys = api_key::list(&stage.db, TEAM, &hubs).await.unwrap();
            keys.into_iter().map(|key| key.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&[]).await, ["b", "a", "late"]);
        assert_eq!(names(&["openai"]).await, ["b", "late"]);
        assert_eq!(names(&["openai", "custom", "nope"]).await, ["b", "a", "late"]);
        let key = api_key::by_id(&stage.db, TEAM, ApiKeyId(Uuid::from_u128(2))).await.unwrap().unwrap();
        assert_eq!(
            serde_json::to_value(key).unwrap(),
            json!({
                "id": id(2), "name": "a", "hub": "custom", "rate_limit_per_interval": 60, "rate_limit_interval": 10,
                "display_value": "ab**yz", "hub_config": null, "user_id": id(50), "team_id": TEAM.to_string(),
                "status": "active", "url": null,
            })
        );
        assert!(api_key::by_id(&stage.db, TEAM, ApiKeyId(Uuid::from_u128(4))).await.unwrap().is_none());
    }
}

async fn people(stage: &Stage) {
    let sql = [
        format!("insert into rm_user values ('{USER}', 1, 'Ada@X.org', 'ada@x.org', 'Ada', 'Vale', 7)"),
        format!("insert into rm_user values ('{STRANGER}', 2, 'bo@x.org', 'bo@x.org', 'Bo', 'Hill', 8)"),
        format!("insert into rm_team values ('{TEAM}', 3, 'Default', 'default', null, false, 9)"),
        format!("insert into rm_team values ('{OTHER}', 4, 'Others', 'others', 'd', true, 9)"),
        format!("insert into rm_member values ('{TEAM}', '{USER}', 'admin')"),
        format!("insert into rm_member values ('{OTHER}', '{STRANGER}', 'user')"),
        format!("insert into rm_token values ('{}', 'good', '{USER}', '{TEAM}', 99, false, 9)", id(61)),
        format!(
            "insert into rm_token values ('{}', 'revoked', '{STRANGER}', '{OTHER}', null, true, 9)",
            id(62)
        ),
        format!(
            "insert into rm_token values ('{}', 'outcast', '{STRANGER}', '{TEAM}', null, false, 9)",
            id(63)
        ),
    ];
    stage.run(&sql.join("; ")).await;
}

#[tokio::test]
async fn a_user_is_shown_to_the_own_team_with_the_role_in_it() {
    for stage in Stage::both().await {
        people(&stage).await;
        let view = user::by_id(&stage.db, TEAM, USER).await.unwrap().unwrap();
        assert_eq!(
            serde_json::to_value(view).unwrap(),
            json!({
                "user_id": USER.to_string(), "email": "Ada@X.org", "family_name": "Vale", "given_name": "Ada",
                "status": "ACTIVE", "profile_image": null, "created_at": 7, "updated_at": 7,
                "team_id": TEAM.to_string(), "team_role": "admin",
            })
        );
        assert!(user::by_id(&stage.db, TEAM, STRANGER).await.unwrap().is_none());
        assert_eq!(user::id_by_email(&stage.db, " ADA@x.ORG").await.unwrap(), Some(USER));
        assert_eq!(user::id_by_email(&stage.db, "x").await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_token_tells_who_calls_and_one_without_membership_tells_nothing() {
    for stage in Stage::both().await {
        people(&stage).await;
        let good = token::by_digest(&stage.db, "good").await.unwrap().unwrap();
        let expected = token::TokenView {
            id: TokenId(Uuid::from_u128(61)),
            user: USER,
            team: TEAM,
            role: TeamRole::Admin,
            email: "Ada@X.org".to_owned(),
            expires_at: Some(99),
            is_revoked: false,
        };
        assert_eq!(good, expected);
        assert!(token::by_digest(&stage.db, "revoked").await.unwrap().unwrap().is_revoked);
        assert_eq!(token::by_digest(&stage.db, "outcast").await.unwrap(), None);
        assert_eq!(token::by_digest(&stage.db, "unknown").await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_team_is_found_by_id_or_name_and_tells_roles() {
    for stage in Stage::both().await {
        people(&stage).await;
        let view = team::by_name(&stage.db, "DEFAULT").await.unwrap().unwrap();
        assert_eq!(
            serde_json::to_value(&view).unwrap(),
            json!({"id": TEAM.to_string(), "name": "Default", "is_single_user": false, "description": null})
        );
        assert_eq!(team::by_id(&stage.db, TEAM).await.unwrap(), Some(view));
        assert_eq!(team::by_name(&stage.db, "none").await.unwrap(), None);
        assert_eq!(team::role(&stage.db, TEAM, USER).await.unwrap(), Some(TeamRole::Admin));
        assert_eq!(team::role(&stage.db, OTHER, USER).await.unwrap(), None);
    }
}
