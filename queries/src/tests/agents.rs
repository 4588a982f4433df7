//! Agent configurations and their files.

use serde_json::json;
use touchstone_vocabulary::{AgentConfigurationId, AgentStatus};
use uuid::Uuid;

use super::stage::{OTHER, Stage, TEAM, id};
use crate::agent_configuration::{by_id, files, list};

const ONE: AgentConfigurationId = AgentConfigurationId(Uuid::from_u128(1));

#[tokio::test]
async fn agents_are_listed_newest_first_by_status_and_without_secrets() {
    for stage in Stage::both().await {
        let row = |team, number: u128, name, status, config| {
            let (agent, user) = (id(number), id(50));
            format!(
                "('{team}', '{agent}', {number}, '{name}', 'custom', 'm', null, '{}', 'Keep the word.', {config}, \
                 '{status}', '{user}', 5, 3)",
                id(11)
            )
        };
        let config = "'{\"agent_id\":\"a\",\"agent_key\":null}'";
        let rows = [
            row(TEAM, 1, "first", "active", config),
            row(TEAM, 2, "old", "archived", "null"),
            row(TEAM, 3, "last", "active", "null"),
            row(OTHER, 4, "theirs", "active", "null"),
        ];
        stage.run(&format!("insert into rm_agent_configuration values {}", rows.join(", "))).await;
        let names = async |statuses: &[AgentStatus]| {
            let agents = list(&stage.db, TEAM, statuses).await.unwrap();
            agents.into_iter().map(|agent| agent.agent_name).collect::<Vec<_>>()
        };
        assert_eq!(names(&[AgentStatus::Active]).await, ["last", "first"]);
        assert_eq!(names(&[AgentStatus::Archived]).await, ["old"]);
        assert_eq!(names(&[]).await, ["last", "old", "first"]);
        let agent = by_id(&stage.db, TEAM, ONE).await.unwrap().unwrap();
        assert_eq!(agent.stream_version, 3);
        assert_eq!(
            serde_json::to_value(agent).unwrap(),
            json!({
                "id": id(1), "agent_name": "first", "model_name": "m", "agent_url": "", "hub": "custom",
                "team_id": TEAM.to_string(), "created_by": id(50), "api_key_id": id(11), "status": "active",
                "agent_system_prompt": "Keep the word.", "created_at": 5,
                "hub_config": {"agent_id": "a", "agent_key": "********"},
            })
        );
        assert!(by_id(&stage.db, TEAM, AgentConfigurationId(Uuid::from_u128(4))).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn files_are_those_of_one_agent_newest_first() {
    for stage in Stage::both().await {
        let row = |team, number: u128, agent: u128, verified: &str| {
            let (file, agent, user) = (id(number), id(agent), id(50));
            format!(
                "('{team}', '{file}', '{agent}', {number}, 'a.txt', 'text/plain', 5, 'c', 900, '{user}', 7, {verified})"
            )
        };
        let rows =
            [row(TEAM, 6, 1, "8"), row(TEAM, 7, 1, "null"), row(TEAM, 8, 2, "8"), row(OTHER, 9, 1, "8")];
        stage.run(&format!("insert into rm_agent_file values {}", rows.join(", "))).await;
        let found = files(&stage.db, TEAM, ONE).await.unwrap();
        assert_eq!(found.iter().map(|file| file.id.clone()).collect::<Vec<_>>(), [id(7), id(6)]);
        assert!(!found[0].is_verified && found[1].verified_at == Some(8));
        assert_eq!(
            serde_json::to_value(&found[1]).unwrap(),
            json!({
                "id": id(6), "created_by": id(50), "team_id": TEAM.to_string(), "created_at": 7,
                "file_name": "a.txt", "file_type": "text/plain", "file_size": 5, "upload_url": null,
                "upload_expiration": 900, "provider": "touchstone", "checksum": "c",
                "object_key": format!("{TEAM}/{}", id(6)), "is_verified": true, "verified_at": 8,
            })
        );
        assert!(files(&stage.db, OTHER, AgentConfigurationId(Uuid::from_u128(2))).await.unwrap().is_empty());
    }
}
