//! The same flow where files are kept in a bucket: announced, brought, read, made into a harness that is run, removed.

use serde_json::json;
use touchstone::settings::Settings;
use touchstone_files::Bucket;
use touchstone_testkit::{Backend, Pdf, S3, TargetOptions, World};

use super::file::{announced, brought, draft, put};
use super::{asked, ended, prompts, staged};
use crate::extract::policy;
use crate::journey::{close, column, fresh, rows};

const PDF: &str = "application/pdf";

async fn world(backend: Backend, store: &S3) -> World {
    let bucket = Bucket {
        name: "papers".into(),
        prefix: "touchstone".into(),
        endpoint: store.endpoint.parse().unwrap(),
        region: S3::REGION.into(),
        access_key: S3::ACCESS_KEY.into(),
        secret_key: "amber-secret".into(),
    };
    World::start_with(backend, TargetOptions::default(), |settings: &mut Settings| {
        settings.bucket = Some(bucket);
    })
    .await
}

async fn made_from(backend: Backend) {
    let store = S3::start().await;
    let world = world(backend, &store).await;
    let admin = &world.admin;
    let harness = fresh();
    let stage = staged(admin, &harness, &draft()).await;
    let path = format!("/v1/harness-configs/{harness}/stages/{stage}");
    let files = format!("{path}/files");
    let document = Pdf::of_pages(&policy());

    // What is not what was announced leaves nothing in the bucket.
    let promised = announced("policy.pdf", PDF, &document);
    let file = admin.post(&files, &promised).await.ok();
    put(admin, &file, &promised, Pdf::of_pages(&policy()[1..])).await.refused(422);
    assert_eq!((store.keys(), store.open_uploads()), (Vec::new(), 0));
    put(admin, &file, &promised, document.clone()).await.ok();
    let keys = store.keys();
    let folder = format!("/papers/touchstone/{}/", file["object_key"].as_str().unwrap());
    assert!(keys.len() == 1 && keys[0].starts_with(&folder), "{keys:?} in {folder}");
    assert_eq!(store.object(&keys[0]).unwrap(), document);
    assert!(!world.settings.store.data_dir.join("files").exists(), "nothing is kept beside the bucket");
    let known = admin.get(&format!("{files}?staging_id={stage}")).await.ok();
    assert_eq!(
        (column(&known, "file_name"), &rows(&known)[0]["is_verified"]),
        (vec!["policy.pdf"], &json!(true))
    );

    asked(admin, &stage, &["adherence", "correctness"]).await;
    let done = ended(admin, &stage).await;
    assert_eq!(done["status"], "COMPLETED", "{done}");
    let (mut total, mut of_policy) = (0, 0);
    for (_, ids) in prompts(admin, &harness, "1.0.0").await {
        for id in ids {
            let prompt = rows(&admin.get(&format!("/v1/prompts?ids={id}")).await.ok())[0].clone();
            total += 1;
            of_policy +=
                usize::from(prompt["description"].as_str().unwrap().starts_with("policy.pdf, page "));
        }
    }
    assert!(total == 20 && of_policy >= 15, "{of_policy} of {total} cite the policy");
    let key = admin.key("practice", &world.target.url).await;
    let id = fresh();
    admin.evaluate(&id, &key, &[harness.as_str()], json!({})).await.ok();
    let evaluation = admin.ended(&id).await;
    assert_eq!(
        (&evaluation["status"], &evaluation["completed_test_count"]),
        (&json!("COMPLETED"), &json!(total)),
        "{evaluation}"
    );

    // What lies there is read as it was brought or not at all, and goes with its stage.
    let spoilt = fresh();
    let second = staged(admin, &spoilt, &draft()).await;
    let second = (format!("/v1/harness-configs/{spoilt}/stages/{second}"), second);
    brought(admin, &format!("{}/files", second.0), "rules.pdf", PDF, document).await;
    let other = store.keys().into_iter().find(|known| *known != keys[0]).unwrap();
    store.replace(other, b"%PDF-1.7 and other rules");
    asked(admin, &second.1, &["adherence"]).await;
    let failed = ended(admin, &second.1).await;
    assert_eq!(failed["status"], "ERROR", "{failed}");
    assert!(failed["status_message"].as_str().unwrap().contains("not there any more as it was"), "{failed}");
    admin.delete(&second.0).await.ok();
    assert_eq!(store.keys(), keys);
    admin.delete(&path).await.ok();
    assert!(store.keys().is_empty());
    world.settled().await;
    close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_a_harness_is_made_of_a_policy_in_a_bucket_and_run() {
    made_from(Backend::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_a_harness_is_made_of_a_policy_in_a_bucket_and_run() {
    made_from(Backend::Scaled).await;
}
