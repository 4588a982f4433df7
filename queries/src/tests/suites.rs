//! A team's prompts, probes and harnesses.

use touchstone_vocabulary::{HarnessId, Page};
use uuid::Uuid;

use super::stage::{OTHER, Seed, Stage, TEAM, id};
use crate::{harness_config, probe_config, prompt};

const PAGE: Page = Page { limit: 2, offset: 0 };

async fn prompts(stage: &Stage) {
    let row = |team, number: u128, changed: u128| {
        format!(
            "('{team}', '{}', {number}, '[{{\"role\":\"user\",\"content\":\"p{number}\"}}]', 'd', '[\"t\"]', \
             '{{\"triggers\":[\"z\"]}}', null, '{}', 7, {changed}, 1)",
            id(number),
            id(50)
        )
    };
    let rows = [row(TEAM, 1, 9), row(TEAM, 2, 2), row(TEAM, 3, 3), row(OTHER, 4, 4)];
    stage.run(&format!("insert into rm_prompt values {}", rows.join(", "))).await;
}

#[tokio::test]
async fn prompts_are_paged_newest_first_and_followed_by_their_place() {
    for stage in Stage::both().await {
        prompts(&stage).await;
        let text = |all: &[prompt::PromptView]| {
            all.iter().map(|one| one.text[0].content.clone()).collect::<Vec<_>>()
        };
        let (page, count) = prompt::page(&stage.db, TEAM, &[], PAGE).await.unwrap();
        assert_eq!((text(&page), count), (vec!["p3".to_owned(), "p2".to_owned()], 3));
        let rest = Page { offset: 2, ..PAGE };
        assert_eq!(text(&prompt::page(&stage.db, TEAM, &[], rest).await.unwrap().0), ["p1"]);
        let some = [id(1).to_uppercase(), id(4), "x".to_owned()];
        let (page, count) = prompt::page(&stage.db, TEAM, &some, PAGE).await.unwrap();
        assert_eq!((text(&page), count), (vec!["p1".to_owned()], 1), "never another team's");
        assert_eq!(text(&prompt::known(&stage.db, TEAM, &some).await.unwrap()), ["p1"]);
        assert!(prompt::known(&stage.db, TEAM, &[]).await.unwrap().is_empty());
        let one = prompt::by_id(&stage.db, TEAM, &id(1)).await.unwrap().unwrap();
        assert_eq!((one.criteria.triggers, one.tags), (vec!["z".to_owned()], vec!["t".to_owned()]));
        assert!(prompt::by_id(&stage.db, TEAM, &id(4)).await.unwrap().is_none());
        let places = |all: Vec<(i64, prompt::PromptView)>| all.iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_eq!(places(prompt::written_after(&stage.db, TEAM, 1, 9).await.unwrap()), [2, 3]);
        assert_eq!(places(prompt::changed_after(&stage.db, TEAM, 2, 9).await.unwrap()), [3, 9]);
        assert_eq!(places(prompt::changed_after(&stage.db, TEAM, 0, 1).await.unwrap()), [2]);
    }
}

#[tokio::test]
async fn probes_are_paged_newest_first_with_their_weights() {
    for stage in Stage::both().await {
        let row = |team, number: u128| {
            format!(
                "('{team}', 'vijil.probes.{}', {number}, 'P{number}', '', '[]', '[]', '[\"d.x\"]', \
                 'naive_mean_probe_min', '[{{\"prompt\":\"a\"}},{{\"prompt\":\"b\",\"weight\":2.0}}]', '{}', 7, 1)",
                id(number),
                id(50)
            )
        };
        let rows = [row(TEAM, 1), row(TEAM, 2), row(OTHER, 3)];
        stage.run(&format!("insert into rm_probe_config values {}", rows.join(", "))).await;
        let (page, count) = probe_config::page(&stage.db, TEAM, &[], PAGE).await.unwrap();
        assert_eq!((page[0].name.as_str(), page[1].name.as_str(), count), ("P2", "P1", 2));
        assert_eq!(page[0].prompt_ids, ["a", "b"]);
        assert_eq!(page[0].weights.iter().collect::<Vec<_>>(), [(&"b".to_owned(), &2.0)]);
        let theirs = format!("vijil.probes.{}", id(3));
        assert!(probe_config::by_id(&stage.db, TEAM, &theirs).await.unwrap().is_none());
        assert!(probe_config::by_id(&stage.db, OTHER, &theirs).await.unwrap().is_some());
        assert_eq!(probe_config::page(&stage.db, TEAM, &[theirs], PAGE).await.unwrap().1, 0);
    }
}

#[tokio::test]
async fn harnesses_are_found_by_version_and_maker_and_known_to_be_in_use() {
    for stage in Stage::both().await {
        let harness = HarnessId::own(Uuid::from_u128(1));
        let row = |team, version: &str, place: i64, status: &str| {
            format!(
                "('{team}', '{harness}', '{version}', {place}, 'H', 'd', '{status}', '[\"s\"]', '{}', 7, {place}, 9)",
                id(50)
            )
        };
        let rows = [
            row(TEAM, "1.0.0", 1, "ACTIVE"),
            row(TEAM, "1.0.1", 2, "INACTIVE"),
            row(TEAM, "1.0.2", 3, "ACTIVE"),
            row(OTHER, "1.0.0", 4, "ACTIVE"),
        ];
        stage.run(&format!("insert into rm_harness_config values {}", rows.join(", "))).await;
        let versions = |all: Vec<harness_config::HarnessConfigView>| {
            all.into_iter().map(|one| one.version).collect::<Vec<_>>()
        };
        let active = async |version, maker| {
            versions(harness_config::active(&stage.db, TEAM, version, maker).await.unwrap())
        };
        assert_eq!(active(None, None).await, ["1.0.2", "1.0.0"]);
        assert_eq!(active(Some("1.0.0"), None).await, ["1.0.0"]);
        assert_eq!(active(Some("1.0.1"), None).await, Vec::<String>::new());
        assert_eq!(active(None, Some("nobody")).await, Vec::<String>::new());
        let all = harness_config::versions(&stage.db, TEAM, &harness).await.unwrap();
        assert_eq!((all[0].created_in, all[0].stream_version), (3, 9));
        assert_eq!(versions(all), ["1.0.2", "1.0.1", "1.0.0"]);

        let scenario = |team, version: &str, place: i64| {
            format!("('{team}', '{harness}', '{version}', 's{place}', 0, {place}, 'S', 'd', '[\"p\"]')")
        };
        let rows = [scenario(TEAM, "1.0.0", 1), scenario(TEAM, "1.0.2", 3), scenario(OTHER, "1.0.0", 4)];
        stage.run(&format!("insert into rm_scenario_config values {}", rows.join(", "))).await;
        let ids = async |ids: &[String], version| {
            let found = harness_config::scenarios(&stage.db, TEAM, ids, version).await.unwrap();
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&[], None).await, ["s3", "s1"]);
        assert_eq!(ids(&["s1".to_owned(), "s4".to_owned()], None).await, ["s1"]);
        assert_eq!(ids(&[], Some("1.0.2")).await, ["s3"]);

        let used = async |harness| harness_config::is_in_use(&stage.db, TEAM, harness).await.unwrap();
        stage.seed(&Seed { number: 1, status: "COMPLETED", ..Seed::default() }).await;
        stage.seed(&Seed { team: OTHER, number: 2, status: "IN_PROGRESS", ..Seed::default() }).await;
        let security = HarnessId::from("vijil.harnesses.security");
        assert!(!used(&security).await);
        stage.seed(&Seed { number: 3, status: "IN_PROGRESS", ..Seed::default() }).await;
        assert!(used(&security).await && !used(&harness).await);
    }
}
