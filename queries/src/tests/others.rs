//! Keys, teams, users and tokens.

use serde_json::json;
use touchstone_vocabulary::{ApiKeyId, InviteId, InviteStatus, Page, TeamRole, Time, TokenId, UserId};
use uuid::Uuid;

use super::stage::{OTHER, Stage, TEAM, id};
use crate::audit::AuditFilter;
use crate::invite::Viewer;
use crate::user::MemberFilter;
use crate::{api_key, audit, invite, team, token, user};

const USER: UserId = UserId(Uuid::from_u128(50));
const STRANGER: UserId = UserId(Uuid::from_u128(51));

#[tokio::test]
async fn keys_are_listed_oldest_first_and_by_hub() {
    for stage in Stage::both().await {
        let row = |team, number: u128, name, hub, at| {
            let (key, user) = (id(number), id(50));
            format!(
                "('{team}', '{key}', {number}, '{name}', '{hub}', 60, 10, null, 'ab**yz', 'ref', '{{}}', 'active', \
                 '{user}', {at}, 1)"
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
        let theirs = ApiKeyId(Uuid::from_u128(4));
        assert!(api_key::by_id(&stage.db, TEAM, theirs).await.unwrap().is_none());
        assert!(api_key::credential(&stage.db, TEAM, theirs).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_hub_config_shows_masks_and_never_what_the_contract_has_no_field_for() {
    for stage in Stage::both().await {
        let config = r#"{"region":{"shown":"eu","secret_ref":null},"refresh_token":{"shown":"re**en","secret_ref":"r1"},
            "client_secret":{"shown":"se**et","secret_ref":"r2"},"agent_alias_id":{"shown":"al","secret_ref":null}}"#;
        let (key, user) = (id(1), id(50));
        let row = format!(
            "('{TEAM}', '{key}', 1, 'a', 'vertex', 60, 10, null, '', null, '{config}', 'inactive', '{user}', 5, 3)"
        );
        stage.run(&format!("insert into rm_api_key values {row}")).await;
        let key = ApiKeyId(Uuid::from_u128(1));
        let view = api_key::by_id(&stage.db, TEAM, key).await.unwrap().unwrap();
        let view = serde_json::to_value(view).unwrap();
        assert_eq!((&view["display_value"], &view["status"]), (&json!(""), &json!("inactive")));
        assert_eq!(
            view["hub_config"],
            json!({
                "region": "eu", "project_id": null, "client_id": null, "display_client_secret": "se**et",
                "display_access_key": null, "display_secret_access_key": null, "agent_id": null,
                "display_agent_key": null,
            })
        );
        let credential = api_key::credential(&stage.db, TEAM, key).await.unwrap().unwrap();
        assert_eq!(credential.config_refs, ["r2", "r1"]);
        assert_eq!((credential.value_ref, credential.is_active, credential.stream_version), (None, false, 3));
    }
}

async fn people(stage: &Stage) {
    let sql = [
        format!("insert into rm_user values ('{USER}', 1, 'Ada@X.org', 'ada@x.org', 'Ada', 'Vale', 7)"),
        format!("insert into rm_user values ('{STRANGER}', 2, 'bo@x.org', 'bo@x.org', 'Bo', 'Hill', 8)"),
        format!("insert into rm_team values ('{TEAM}', 3, 'Default', 'default', null, false, 9, 5)"),
        format!("insert into rm_team values ('{OTHER}', 4, 'Others', 'others', 'd', true, 8, 2)"),
        format!("insert into rm_member values ('{TEAM}', '{USER}', 5, 'admin')"),
        format!("insert into rm_member values ('{OTHER}', '{STRANGER}', 6, 'user')"),
        format!("insert into rm_identity values ('i', '{USER}')"),
        format!(
            "insert into rm_token values ('{}', 'good', '{USER}', '{TEAM}', false, 99, false, 9)",
            id(61)
        ),
        format!(
            "insert into rm_token values ('{}', 'revoked', '{STRANGER}', '{OTHER}', false, null, true, 9)",
            id(62)
        ),
        format!(
            "insert into rm_token values ('{}', 'outcast', '{STRANGER}', '{TEAM}', false, null, false, 9)",
            id(63)
        ),
        format!(
            "insert into rm_token values ('{}', 'service', '{STRANGER}', '{TEAM}', true, null, false, 9)",
            id(64)
        ),
        format!(
            "insert into rm_token values ('{}', 'homeless', '{USER}', '{}', false, null, false, 9)",
            id(65),
            id(3)
        ),
    ];
    stage.run(&sql.join("; ")).await;
}

#[tokio::test]
async fn a_user_is_shown_to_the_own_team_with_the_role_in_it() {
    for stage in Stage::both().await {
        people(&stage).await;
        let view = user::by_id(&stage.db, TEAM, USER).await.unwrap().unwrap();
        assert_eq!(view.stream_version, 5, "roles belong to the team's stream");
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
        assert_eq!(user::by_identity(&stage.db, "i").await.unwrap(), Some((USER, "Ada@X.org".to_owned())));
        assert_eq!(user::by_identity(&stage.db, "j").await.unwrap(), None);
    }
}

fn names(users: &[user::UserView]) -> Vec<&str> {
    users.iter().map(|user| user.given_name.as_str()).collect()
}

#[tokio::test]
async fn users_are_known_to_whoever_shares_a_team_with_them() {
    for stage in Stage::both().await {
        people(&stage).await;
        let asked = [USER.to_string().to_uppercase(), STRANGER.to_string(), id(99), "no id".to_owned()];
        let known = async || user::known_to(&stage.db, USER, TEAM, &asked).await.unwrap();
        assert_eq!(names(&known().await), ["Ada"]);
        stage.run(&format!("insert into rm_member values ('{OTHER}', '{USER}', 7, 'user')")).await;
        let both = known().await;
        assert_eq!(names(&both), ["Ada", "Bo"]);
        assert_eq!(
            (both[1].team_id.as_deref(), both[1].team_role.as_deref()),
            (None, None),
            "no member here"
        );
        assert_eq!(user::known_to(&stage.db, STRANGER, OTHER, &asked).await.unwrap().len(), 2);
        assert!(user::known_to(&stage.db, USER, TEAM, &[]).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn members_are_paged_and_filtered() {
    for stage in Stage::both().await {
        people(&stage).await;
        stage.run(&format!("insert into rm_member values ('{TEAM}', '{STRANGER}', 7, 'user')")).await;
        let page = async |status: Option<&str>, role: Option<&str>, limit, offset| {
            let filter = MemberFilter { status: status.map(str::to_owned), role: role.map(str::to_owned) };
            let (users, count) = user::page(&stage.db, TEAM, &filter, Page { limit, offset }).await.unwrap();
            (names(&users).join(" "), count)
        };
        assert_eq!(page(None, None, 10, 0).await, ("Ada Bo".to_owned(), 2));
        assert_eq!(page(Some("ACTIVE"), None, 1, 1).await, ("Bo".to_owned(), 2));
        assert_eq!(page(None, Some("admin"), 10, 0).await, ("Ada".to_owned(), 1));
        for (status, role) in [(Some("INACTIVE"), None), (Some("odd"), None), (None, Some("odd"))] {
            assert_eq!(page(status, role, 10, 0).await, (String::new(), 0));
        }
        assert_eq!(names(&user::members(&stage.db, TEAM).await.unwrap()), ["Ada", "Bo"]);
    }
}

#[tokio::test]
async fn a_token_tells_who_calls_and_one_without_membership_no_role() {
    for stage in Stage::both().await {
        people(&stage).await;
        let good = token::by_digest(&stage.db, "good").await.unwrap().unwrap();
        let expected = token::TokenView {
            id: TokenId(Uuid::from_u128(61)),
            user: USER,
            team: TEAM,
            role: Some(TeamRole::Admin),
            is_service: false,
            email: "Ada@X.org".to_owned(),
            expires_at: Some(99),
            is_revoked: false,
        };
        assert_eq!(good, expected);
        assert!(token::by_digest(&stage.db, "revoked").await.unwrap().unwrap().is_revoked);
        assert_eq!(token::by_digest(&stage.db, "outcast").await.unwrap().unwrap().role, None);
        let service = token::by_digest(&stage.db, "service").await.unwrap().unwrap();
        assert!(service.is_service && service.role.is_none());
        for missing in ["unknown", "homeless"] {
            assert_eq!(token::by_digest(&stage.db, missing).await.unwrap(), None);
        }
        let all = token::all(&stage.db).await.unwrap();
        assert_eq!(all.iter().filter(|item| item.team_name == "Default").count(), 3);
        assert_eq!(all.len(), 4);
    }
}

#[tokio::test]
async fn a_team_is_found_by_id_or_name_and_by_its_members() {
    for stage in Stage::both().await {
        people(&stage).await;
        let view = team::by_name(&stage.db, "DEFAULT").await.unwrap().unwrap();
        assert_eq!(view.stream_version, 5);
        assert_eq!(
            serde_json::to_value(&view).unwrap(),
            json!({"id": TEAM.to_string(), "name": "Default", "is_single_user": false, "description": null})
        );
        assert_eq!(team::by_id(&stage.db, TEAM).await.unwrap(), Some(view));
        assert_eq!(team::by_name(&stage.db, "none").await.unwrap(), None);
        let role = async |team| team::membership_in(&stage.db, team, USER).await.unwrap().map(|one| one.role);
        assert_eq!((role(TEAM).await, role(OTHER).await), (Some(TeamRole::Admin), None));
        stage.run(&format!("insert into rm_member values ('{OTHER}', '{USER}', 7, 'user')")).await;
        let teams = async |limit, offset| {
            let teams = team::of_user(&stage.db, USER, Page { limit, offset }).await.unwrap();
            teams.into_iter().map(|team| team.name).collect::<Vec<_>>()
        };
        assert_eq!(teams(10, 0).await, ["Others", "Default"], "oldest first");
        assert_eq!((teams(1, 0).await, teams(1, 1).await), (vec!["Others".into()], vec!["Default".into()]));
        let joined = team::memberships(&stage.db, USER).await.unwrap();
        let joined: Vec<_> = joined.iter().map(|one| (one.team, one.role, one.is_single_user)).collect();
        assert_eq!(joined, [(TEAM, TeamRole::Admin, false), (OTHER, TeamRole::User, true)]);
    }
}

#[tokio::test]
async fn an_invite_is_seen_by_its_addressee_and_by_admins_of_its_team() {
    for stage in Stage::both().await {
        people(&stage).await;
        let row = |team, number: u128, email: &str, status: &str, end: i64| {
            let invite = id(number);
            format!(
                "insert into rm_invite values ('{team}', '{invite}', {number}, '{email}', '{}', 'user', '{status}', \
                 {end}, 5, '{USER}', 6, '{USER}', 3)",
                email.to_lowercase()
            )
        };
        let rows = [
            row(TEAM, 1, "Bo@x.org", "PENDING", 200),
            row(TEAM, 2, "bo@x.org", "PENDING", 100),
            row(OTHER, 3, "eve@x.org", "PENDING", 200),
            row(id(3).parse().unwrap(), 4, "bo@x.org", "PENDING", 200),
        ];
        stage.run(&rows.join("; ")).await;
        let now = Time::from_secs(100);
        let viewer = |user, email: &str, governs| Viewer { user, email: email.to_owned(), governs, now };
        let (ada, bo) = (viewer(USER, "ada@x.org", true), viewer(STRANGER, "BO@x.org", true));
        let found = async |viewer: &Viewer, number: u128| {
            let invite = invite::by_id(&stage.db, viewer, InviteId(Uuid::from_u128(number))).await.unwrap();
            invite.map(|invite| invite.status)
        };
        assert_eq!(found(&bo, 1).await.as_deref(), Some("PENDING"));
        assert_eq!(found(&ada, 2).await.as_deref(), Some("EXPIRED"), "its time is over");
        assert_eq!(found(&viewer(USER, "ada@x.org", false), 2).await, None, "not as an admin");
        assert_eq!((found(&ada, 3).await, found(&bo, 3).await), (None, None));
        assert_eq!(found(&bo, 4).await, None, "its team is gone");
        let shown = invite::by_id(&stage.db, &ada, InviteId(Uuid::from_u128(1))).await.unwrap().unwrap();
        assert_eq!(
            serde_json::to_value(&shown).unwrap(),
            json!({
                "invite_id": id(1), "team_id": TEAM.to_string(), "team_role": "user", "email": "Bo@x.org",
                "user_id": STRANGER.to_string(), "status": "PENDING", "created_at": 5,
                "created_by": USER.to_string(), "updated_at": 6, "updated_by": USER.to_string(),
            })
        );
        let of_status = async |viewer: &Viewer, status| {
            let invites = invite::of_status(&stage.db, viewer, status).await.unwrap();
            invites.into_iter().map(|invite| invite.invite_id).collect::<Vec<_>>()
        };
        assert_eq!(of_status(&bo, InviteStatus::Pending).await, [id(1)]);
        assert_eq!(of_status(&ada, InviteStatus::Expired).await, [id(2)]);
        let all = invite::of_team(&stage.db, TEAM, now).await.unwrap();
        assert_eq!(all.iter().map(|one| one.invite_id.clone()).collect::<Vec<_>>(), [id(2), id(1)]);
        let overdue = invite::overdue(&stage.db, TEAM, "BO@x.org", now).await.unwrap();
        assert_eq!(overdue, [InviteId(Uuid::from_u128(2))]);
    }
}

#[tokio::test]
async fn the_audit_is_a_teams_newest_first_and_filtered() {
    for stage in Stage::both().await {
        let row = |team, number: i64, kind: &str, actor: &str, user: &str| {
            format!(
                "insert into rm_audit values ('{team}', {number}, 'e{number}', '{kind}', '{actor}', {user}, {number}, '{{\"n\":1}}')"
            )
        };
        let rows = [
            row(TEAM, 1, "token.issued", "system:operator", &format!("'{USER}'")),
            row(TEAM, 2, "access.denied", &format!("user:{USER}"), "null"),
            row(TEAM, 3, "token.revoked", "system:operator", "null"),
            row(OTHER, 4, "token.issued", "system:operator", "null"),
        ];
        stage.run(&rows.join("; ")).await;
        let seqs = async |filter: AuditFilter| {
            let page = Page { limit: 10, offset: 0 };
            let (entries, count) = audit::list(&stage.db, TEAM, &filter, page).await.unwrap();
            let seqs: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
            assert_eq!(seqs.len(), usize::try_from(count).unwrap());
            seqs
        };
        let all = AuditFilter::default();
        assert_eq!(seqs(all.clone()).await, [3, 2, 1]);
        let kinds = vec!["token.issued".to_owned(), "token.revoked".to_owned()];
        assert_eq!(seqs(AuditFilter { kinds, ..all.clone() }).await, [3, 1]);
        assert_eq!(seqs(AuditFilter { user: Some(USER), ..all.clone() }).await, [2, 1]);
        assert_eq!(seqs(AuditFilter { from: Some(2), until: Some(2), ..all.clone() }).await, [2]);
        let (page, count) = audit::list(&stage.db, TEAM, &all, Page { limit: 1, offset: 1 }).await.unwrap();
        assert_eq!(count, 3);
        assert_eq!(
            serde_json::to_value(&page).unwrap(),
            json!([{"id": "e2", "seq": 2, "kind": "access.denied", "at": 2, "actor": format!("user:{USER}"),
                    "user_id": null, "detail": {"n": 1}}])
        );
    }
}
