//! Who may do what: one row per operation, and nothing is served without a row.

use axum::http::Method;
use touchstone_vocabulary::TeamRole;

use Rule::{Admin, Member, Open};

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Everybody, without a token.
    Open,
    /// Every member of the team.
    Member,
    /// Members with the role admin.
    Admin,
}

impl Rule {
    pub const fn admits(self, role: TeamRole) -> bool {
        match self {
            Self::Open | Self::Member => true,
            Self::Admin => matches!(role, TeamRole::Admin),
        }
    }
}

/// One operation and its rule.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub operation: &'static str,
    pub method: &'static str,
    /// As in the document.
    pub path: &'static str,
    pub rule: Rule,
}

const fn row(operation: &'static str, method: &'static str, path: &'static str, rule: Rule) -> Row {
    Row { operation, method, path, rule }
}

/// Every served operation.
pub const TABLE: &[Row] = &[
    row("get_healthz", "GET", "/healthz", Open),
    row("get_livez", "GET", "/livez", Open),
    row("get_readyz", "GET", "/readyz", Open),
    row("get_metrics", "GET", "/metrics", Open),
    row("get_openapi", "GET", "/openapi.json", Open),
    row("get_docs", "GET", "/docs", Open),
    row("get_users_me", "GET", "/v1/users/me", Member),
    row("post_events", "POST", "/v1/events", Member),
    row("get_api_keys", "GET", "/v1/api-keys", Member),
    row("post_api_keys", "POST", "/v1/api-keys", Admin),
    row("get_api_keys_by_id", "GET", "/v1/api-keys/{id}", Member),
    row("delete_api_keys_by_id", "DELETE", "/v1/api-keys/{id}", Admin),
    row("get_evaluations", "GET", "/v1/evaluations", Member),
    row("post_evaluations", "POST", "/v1/evaluations", Member),
    row("get_evaluations_by_id", "GET", "/v1/evaluations/{id}", Member),
    row("put_evaluations_by_id", "PUT", "/v1/evaluations/{id}", Member),
    row("get_evaluations_metadata_by_id", "GET", "/v1/evaluations/metadata/{id}", Member),
    row("post_evaluations_score", "POST", "/v1/evaluations/{id}/score", Member),
    row("post_evaluations_cancel", "POST", "/v1/evaluations/{id}/cancel", Member),
    row("post_evaluations_delete", "POST", "/v1/evaluations/{id}/delete", Member),
    row("get_evaluations_response_errors", "GET", "/v1/evaluations/{evaluation_id}/response-errors", Member),
    row("get_evaluations_events", "GET", "/v1/evaluations/{id}/events", Member),
    row("get_harness", "GET", "/v1/harness", Member),
    row("get_harness_by_id", "GET", "/v1/harness/{id}", Member),
    row("get_harness_configs", "GET", "/v1/harness-configs", Member),
    row("get_harness_configs_versions", "GET", "/v1/harness-configs/versions", Member),
    row("get_harness_configs_by_id", "GET", "/v1/harness-configs/{harness_config_id}", Member),
    row("get_scenarios", "GET", "/v1/scenarios", Member),
    row("get_scenarios_by_id", "GET", "/v1/scenarios/{id}", Member),
    row("get_scenario_configs", "GET", "/v1/scenario-configs", Member),
    row("get_probes", "GET", "/v1/probes", Member),
    row("get_probes_by_id", "GET", "/v1/probes/{id}", Member),
    row("get_probe_configs", "GET", "/v1/probe-configs", Member),
    row("get_tests", "GET", "/v1/tests", Member),
    row("get_tests_by_id", "GET", "/v1/tests/{id}", Member),
    row("get_responses", "GET", "/v1/responses", Member),
    row("get_responses_by_id", "GET", "/v1/responses/{id}", Member),
    row("get_detectors", "GET", "/v1/detectors", Member),
    row("get_detectors_by_id", "GET", "/v1/detectors/{id}", Member),
];

/// The rule of a route; `None` for one without a row, which is then closed to all.
pub fn rule(method: &Method, path: &str) -> Option<Rule> {
    // HEAD is answered by the handler of GET.
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    TABLE.iter().find(|row| row.method == method && row.path == path).map(|row| row.rule)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn served() -> Vec<(String, String, String)> {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let mut found = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                found.push((id, method.to_uppercase(), path.clone()));
            }
        }
        found
    }

    #[test]
    fn every_operation_has_exactly_one_row_and_every_row_an_operation() {
        let rows: BTreeSet<_> =
            TABLE.iter().map(|r| (r.operation.to_owned(), r.method.to_owned(), r.path.to_owned())).collect();
        assert_eq!(rows.len(), TABLE.len());
        assert_eq!(served().into_iter().collect::<BTreeSet<_>>(), rows);
    }

    #[test]
    fn operation_ids_are_unique() {
        let ids: Vec<_> = served().into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }

    #[test]
    fn keys_are_made_and_deleted_by_admins_only_and_only_monitoring_and_documents_are_open() {
        let of = |rule| TABLE.iter().filter(|r| r.rule == rule).map(|r| r.operation).collect::<Vec<_>>();
        assert_eq!(of(Admin), ["post_api_keys", "delete_api_keys_by_id"]);
        assert!(TABLE.iter().filter(|r| r.path.starts_with("/v1")).all(|r| r.rule != Open));
        assert!(TABLE.iter().filter(|r| !r.path.starts_with("/v1")).all(|r| r.rule == Open));
        assert!(
            !Admin.admits(TeamRole::User) && Admin.admits(TeamRole::Admin) && Member.admits(TeamRole::User)
        );
    }
}
