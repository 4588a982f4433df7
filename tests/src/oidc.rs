//! People whom an identity provider vouches for: known at first sight, refused where anything about their token is wrong.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use touchstone_egress::Url;
use touchstone_identity::{Patience, Provider, Trust, Untrusted};
use touchstone_kernel::Clock as _;
use touchstone_testkit::{Backend, Caller, Issuer, Reply, Signer, TargetOptions, World, eventually};
use touchstone_vocabulary::{TeamRole, Time};

use crate::journey::{close, column, count, fresh, history, rows, team};

const AUDIENCE: &str = "touchstone-tests";

fn trust(issuer: &Issuer) -> Trust {
    Trust {
        issuer: Url::parse(&issuer.url).unwrap(),
        audience: AUDIENCE.to_owned(),
        email_claim: "email".to_owned(),
        team_claim: "team".to_owned(),
        role_claim: "role".to_owned(),
        vouches_for_emails: false,
    }
}

async fn world(backend: Backend, issuer: &Issuer) -> World {
    World::start_with(backend, TargetOptions::default(), |settings| settings.oidc = Some(trust(issuer))).await
}

/// Good claims at this time, with changes.
fn claims(issuer: &Issuer, now: Time, change: Value) -> Value {
    let mut claims = json!({
        "iss": issuer.url, "aud": [AUDIENCE, "another"], "sub": "ada", "exp": now.secs() + 3600,
        "email": "ada@example.org", "email_verified": true, "given_name": "Ada", "family_name": "Vale",
    });
    if let (Some(claims), Value::Object(change)) = (claims.as_object_mut(), change) {
        claims.extend(change);
    }
    claims
}

fn caller(world: &World, signer: &Signer, issuer: &Issuer, change: Value) -> Caller {
    world.admin.with_token(&signer.sign(&claims(issuer, world.clock.now(), change)))
}

async fn me(caller: &Caller) -> Value {
    caller.get("/v1/users/me").await.ok()
}

async fn in_team(caller: &Caller, team: &str, path: &str) -> Reply {
    caller.send(caller.request(Method::GET, path).header("x-team", team)).await
}

async fn first_sight(backend: Backend) {
    let (rsa, curve, edwards) = (Signer::rsa("a"), Signer::ecdsa("b"), Signer::ed25519("c"));
    let issuer = Issuer::start(&[&rsa, &curve, &edwards]).await;
    let world = world(backend, &issuer).await;
    // Many requests at once, signed in every way: one person, one team.
    let tokens: Vec<Caller> =
        [&rsa, &curve, &edwards].map(|signer| caller(&world, signer, &issuer, json!({}))).into();
    let seen = join_all((0..18).map(|n| me(&tokens[n % 3]))).await;
    let ada = &seen[0];
    assert!(seen.iter().all(|other| other == ada), "{seen:#?}");
    let shown = ["email", "given_name", "family_name", "team_role"].map(|field| ada[field].as_str().unwrap());
    assert_eq!(shown, ["ada@example.org", "Ada", "Vale", "admin"]);
    let teams = tokens[0].get("/v1/teams").await.ok();
    assert_eq!((teams.as_array().unwrap().len(), &teams[0]["is_single_user"]), (1, &json!(true)));
    let own = format!("/v1/teams/{}", teams[0]["id"].as_str().unwrap());
    tokens[0].delete(&own).await.refused(409);
    let invitation = json!({"team_id": null, "email": "bo@example.org"});
    tokens[0].post("/v1/invites", &invitation).await.refused(409);
    // The address may change, the person stays.
    let renamed = caller(&world, &rsa, &issuer, json!({"email": "vale@example.org"}));
    assert_eq!(me(&renamed).await["user_id"], ada["user_id"]);
    let bo = caller(&world, &rsa, &issuer, json!({"sub": "bo", "email": "bo@example.org"}));
    assert_ne!(me(&bo).await["user_id"], ada["user_id"]);
    world.settled().await;
    let names = history(&world).await.into_iter().map(|event| event.envelope.name);
    assert_eq!(names.filter(|name| name == "user.registered").count(), 3, "the first admin, Ada and Bo");

    // A colleague acts in the team that took her in, where the token or the request says so.
    let default = team(&world.admin).await;
    let ada = &tokens[0];
    in_team(ada, &default, "/v1/users/me").await.refused(403);
    let offered = json!({"team_id": null, "email": "Ada@example.org", "team_role": "admin"});
    let invite = world.admin.post("/v1/invites", &offered).await.ok();
    let path = format!("/v1/invites/{}/accept", invite["invite_id"].as_str().unwrap());
    ada.post_empty(&path).await.ok();
    let there = eventually("she is let in", || async {
        let reply = in_team(ada, &default, "/v1/users/me").await;
        (reply.status == 200).then(|| reply.json())
    })
    .await;
    assert_eq!((&there["team_id"], &there["team_role"]), (&json!(default), &json!("admin")));
    assert_eq!(me(ada).await["team_id"], teams[0]["id"], "without a word, her own team");
    for named in [&default, "Default"] {
        let claimed = caller(&world, &rsa, &issuer, json!({"team": named}));
        assert_eq!(me(&claimed).await["team_id"], json!(default));
        let narrowed = caller(&world, &rsa, &issuer, json!({"team": named, "role": "user"}));
        narrowed.get("/v1/audit").await.refused(403);
        claimed.get("/v1/audit").await.ok();
        narrowed.put(&format!("/v1/teams/{default}"), &json!({"description": "x"})).await.refused(403);
    }
    let widened =
        caller(&world, &rsa, &issuer, json!({"sub": "bo", "email": "bo@example.org", "role": "admin"}));
    in_team(&widened, &default, "/v1/users/me").await.refused(403);
    let elsewhere = caller(&world, &rsa, &issuer, json!({"team": fresh()}));
    let refused = elsewhere.get("/v1/users/me").await.refused(403);
    assert!(refused["detail"].as_str().unwrap().contains("X-Team: personal"), "{refused}");
    assert_eq!(in_team(&elsewhere, "personal", "/v1/users/me").await.ok()["team_id"], teams[0]["id"]);
    eventually("she is told in her own team that she was denied another", || async {
        let audit = ada.get("/v1/audit?kind=access.denied").await.ok();
        (audit["results"][0]["detail"]["operation"] == "get_users_me").then_some(())
    })
    .await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_somebody_new_is_one_person_with_a_team_of_her_own() {
    first_sight(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_somebody_new_is_one_person_with_a_team_of_her_own() {
    first_sight(Backend::Scaled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_taken_over_only_by_a_verified_address() {
    let rsa = Signer::rsa("a");
    let issuer = Issuer::start(&[&rsa]).await;
    let world = world(Backend::Embedded, &issuer).await;
    let ada = world.somebody("ada@example.org", "harbour", TeamRole::Admin).await;
    let user = me(&ada).await["user_id"].clone();
    for said in
        [json!({"email_verified": null}), json!({"email_verified": false}), json!({"email_verified": "yes"})]
    {
        caller(&world, &rsa, &issuer, said).get("/v1/users/me").await.refused(403);
    }
    let unverified = json!({"sub": "eve", "email": "eve@example.org", "email_verified": false});
    caller(&world, &rsa, &issuer, unverified).get("/v1/users/me").await.refused(403);
    let verified = caller(&world, &rsa, &issuer, json!({"email_verified": true}));
    let linked = me(&verified).await;
    assert_eq!((&linked["user_id"], &linked["team_id"]), (&user, &me(&ada).await["team_id"]));
    // Linked is linked, whatever is said later.
    assert_eq!(me(&caller(&world, &rsa, &issuer, json!({"email_verified": false}))).await["user_id"], user);
    let second = json!({"sub": "other", "email_verified": true});
    assert_eq!(
        me(&caller(&world, &rsa, &issuer, second)).await["user_id"],
        user,
        "a second identity of hers"
    );
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_wrong_in_any_way_lets_nobody_in() {
    let (rsa, curve, unpublished) = (Signer::rsa("a"), Signer::ecdsa("b"), Signer::ed25519("z"));
    let issuer = Issuer::start(&[&rsa, &curve]).await;
    let world = world(Backend::Embedded, &issuer).await;
    let now = world.clock.now();
    let good = claims(&issuer, now, json!({}));
    let with = |change: Value| rsa.sign(&claims(&issuer, now, change));
    let whole = rsa.sign(&good);
    let (head, rest) = whole.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let forged = with(json!({"sub": "eve"}));
    let foreign_payload = forged.split('.').nth(1).unwrap();
    let impostor = Signer::ecdsa("b");
    let table = [
        ("no signature", format!("{}.{}.", encoded(&json!({"alg": "none", "kid": "a"})), encoded(&good))),
        ("no algorithm of ours", rsa.sign_as(&json!({"alg": "HS256", "kid": "a"}), &good)),
        ("the algorithm of another key", rsa.sign_as(&json!({"alg": "ES256", "kid": "a"}), &good)),
        ("another algorithm than its key's", rsa.sign_as(&json!({"alg": "RS512", "kid": "a"}), &good)),
        ("another key than it names", rsa.sign_as(&json!({"alg": "RS256", "kid": "b"}), &good)),
        ("no key name", rsa.sign_as(&json!({"alg": "RS256"}), &good)),
        ("something critical", rsa.sign_as(&json!({"alg": "RS256", "kid": "a", "crit": ["x"]}), &good)),
        ("an unknown key", unpublished.sign(&good)),
        ("a key of the same name", impostor.sign(&good)),
        ("another payload", format!("{head}.{foreign_payload}.{signature}")),
        ("a cut signature", whole[..whole.len() - 4].to_owned()),
        ("another audience", with(json!({"aud": "another"}))),
        ("no audience", with(json!({"aud": null}))),
        ("another issuer", with(json!({"iss": "https://id.example.org"}))),
        ("no issuer", with(json!({"iss": null}))),
        ("its end", with(json!({"exp": now.secs() - 60}))),
        ("no end", with(json!({"exp": null}))),
        ("an end in words", with(json!({"exp": "tomorrow"}))),
        ("a start to come", with(json!({"nbf": now.secs() + 120}))),
        ("no subject", with(json!({"sub": null}))),
        ("no address", with(json!({"email": null}))),
        ("no address that is one", with(json!({"email": "ada"}))),
        ("two parts", format!("{head}.{foreign_payload}")),
        ("five parts", format!("{whole}.a.b")),
    ];
    for (what, token) in table {
        let reply = world.admin.with_token(&token).get("/v1/users/me").await;
        assert_eq!(reply.status, 401, "{what}: {}", reply.text);
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
        assert!(!reply.text.contains(signature) && !reply.text.contains("ada@"), "{what}: {}", reply.text);
    }
    assert_eq!(me(&world.admin.with_token(&whole)).await["email"], "ada@example.org");
    // Half a minute of grace, and then it is over.
    world.clock.advance(Duration::from_secs(3600 + 31));
    eventually("it has expired", || async {
        (world.admin.with_token(&whole).get("/v1/users/me").await.status == 401).then_some(())
    })
    .await;
    close(world).await;
}

fn encoded(value: &Value) -> String {
    // The first part of what anybody signs is its header.
    let signed = Signer::ed25519("x").sign_as(value, value);
    signed.split('.').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_come_and_go_and_the_provider_is_not_asked_at_every_word() {
    let (old, new) = (Signer::ecdsa("old"), Signer::ed25519("new"));
    let issuer = Issuer::start(&[&old]).await;
    let patience = Patience {
        fresh: Duration::from_millis(600),
        pause: Duration::from_millis(200),
        stale: Duration::from_mins(1),
    };
    let provider = Provider::new(trust(&issuer), patience).unwrap();
    let now = Time::from_secs(1_790_000_000);
    let said = claims(&issuer, now, json!({}));
    let verify = async |signer: &Signer| provider.verify(&signer.sign(&said), now).await.map(drop);

    issuer.be_away(true);
    assert!(matches!(verify(&old).await, Err(Untrusted::Away(_))), "nothing is known yet");
    issuer.be_away(false);
    eventually("it is asked again", || async { verify(&old).await.ok() }).await;

    // Unknown keys are asked for, but not at every word.
    let asked = issuer.asked();
    for n in 0..200 {
        assert_eq!(verify(&Signer::ed25519(&format!("k{n}"))).await, Err(Untrusted::UnknownKey));
    }
    assert!(issuer.asked() - asked < 20, "asked {} times", issuer.asked() - asked);

    issuer.publish(&[&old, &new]);
    eventually("the new key is known", || async { verify(&new).await.ok() }).await;
    issuer.publish(&[&new]);
    eventually("the old key is withdrawn", || async {
        (verify(&old).await == Err(Untrusted::UnknownKey)).then_some(())
    })
    .await;
    issuer.be_away(true);
    let asked = issuer.asked();
    eventually("it was asked in vain", || async {
        verify(&new).await.unwrap();
        (issuer.asked() > asked).then_some(())
    })
    .await;
    assert_eq!(verify(&new).await, Ok(()), "what is known holds while it is away");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_provider_no_jwt_is_believed() {
    let rsa = Signer::rsa("a");
    let issuer = Issuer::start(&[&rsa]).await;
    let world = World::start(Backend::Embedded, TargetOptions::default()).await;
    let refused = caller(&world, &rsa, &issuer, json!({})).get("/v1/users/me").await.refused(401);
    assert!(refused["detail"].as_str().unwrap().contains("identity provider"), "{refused}");
    assert_eq!(issuer.asked(), 0);
    let list = world.admin.get("/v1/users").await.ok();
    assert_eq!((count(&list, "count"), column(&list, "email")), (1, vec!["admin@localhost"]));
    assert_eq!(rows(&list).len(), 1);
    close(world).await;
}
