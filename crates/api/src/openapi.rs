//! The document: its head, and what every operation has in common, added once.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Response,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::error::{Detail, Faults};
use crate::policy::{Rule, TABLE};

const SCHEME: &str = "HTTPBearer";

/// Title, version and shared components.
pub fn head() -> OpenApi {
    let mut schemas = Vec::new();
    Faults::schemas(&mut schemas);
    let shared = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .schema(Faults::name(), Faults::schema())
        .schema(Detail::name(), Detail::schema())
        .security_scheme(
            SCHEME,
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        )
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Touchstone")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Evaluates language models and agents. Every operation under /v1 needs a bearer token and acts \
                     for the team of that token. Success is always 200 with a JSON body. A write whose effect cannot \
                     be read yet answers with the header x-read-model: behind. Writes take an Idempotency-Key: the same \
                     request under it has one effect and, for a day, the same answer. Single things have an ETag, and \
                     writes on them honour If-Match. X-Request-ID is taken over. A token of an \
                     identity provider acts for the team that the header X-Team names by id or name.",
                ))
                .build(),
        )
        .components(Some(shared))
        .build()
}

/// Adds what follows from the policy: the token, and the refusals that each operation may answer with.
pub fn finished(mut document: OpenApi) -> OpenApi {
    for row in TABLE.iter().filter(|row| row.rule != Rule::Open) {
        let Some(operation) = document.paths.paths.get_mut(row.path).and_then(|item| of(item, row.method))
        else {
            continue;
        };
        let mut may = Vec::new();
        if row.rule == Rule::Signed {
            may.push(("403", "The address permits nothing, or its time is over."));
        } else {
            operation.security = Some(vec![SecurityRequirement::new(SCHEME, Vec::<String>::new())]);
            may.push(("401", "The token is missing, unknown, revoked or expired."));
            may.push(("403", "The caller's role does not suffice, or the token is a service's."));
        }
        if row.path.contains('{') || row.method != "GET" {
            may.push(("404", "There is no such thing in the caller's team."));
        }
        if row.method != "GET" {
            may.push((
                "409",
                "The thing is in a state that excludes this, or this very request is being carried out.",
            ));
        }
        if row.path.contains('{') && row.method != "GET" && row.rule != Rule::Signed {
            may.push(("412", "The thing is not the one that If-Match names any more."));
        }
        may.push(("429", "Too much was asked in the last minute, or the team has as much as it may have; Retry-After says when to come back."));
        may.push(("503", "The server cannot answer just now; Retry-After says when to come back."));
        for (status, description) in may {
            answer(operation, status, description, &Detail::name());
        }
        if operation.request_body.is_some() {
            answer(operation, "413", "The body is too long.", &Detail::name());
        }
        if operation.request_body.is_some()
            || operation.parameters.as_ref().is_some_and(|all| !all.is_empty())
        {
            answer(operation, "422", "Something in the request is not valid.", &Faults::name());
        }
    }
    document
}

fn of<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

fn answer(operation: &mut Operation, status: &str, description: &str, schema: &str) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    let response: RefOr<Response> =
        ResponseBuilder::new().description(description).content("application/json", content).build().into();
    operation.responses.responses.entry(status.to_owned()).or_insert(response);
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_reference_in_the_document_resolves() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let mut open = vec![&document];
        let mut seen = 0;
        while let Some(value) = open.pop() {
            if let Some(target) = value.get("$ref").and_then(serde_json::Value::as_str) {
                assert!(document.pointer(&target[1..]).is_some(), "{target}");
                seen += 1;
            }
            match value {
                serde_json::Value::Array(items) => open.extend(items),
                serde_json::Value::Object(fields) => open.extend(fields.values()),
                _ => {}
            }
        }
        assert!(seen > 50);
    }

    #[test]
    fn every_secured_operation_says_so_and_what_it_may_refuse_with() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let operation = &document["paths"]["/v1/evaluations"]["post"];
        assert_eq!(operation["security"][0]["HTTPBearer"], serde_json::json!([]));
        for status in ["200", "401", "404", "409", "413", "422", "429", "503"] {
            assert!(operation["responses"][status].is_object(), "{status}");
        }
        assert!(document["paths"]["/healthz"]["get"].get("security").is_none());
    }
}
