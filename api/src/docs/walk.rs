//! Visiting every schema of the contract, wherever it stands.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Schema};
use utoipa::openapi::{Content, Header, OpenApi, RefOr, Response};

/// The method's name beside each operation of a path.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Shows `look` every schema: of components, parameters, bodies, answers and headers, the inner ones before those that hold them.
pub fn every_schema(api: &mut OpenApi, look: &mut impl FnMut(&mut RefOr<Schema>)) {
    for item in api.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            requested(operation, look);
            answered(operation, look);
        }
    }
    if let Some(components) = &mut api.components {
        components.schemas.values_mut().for_each(|schema| every_part(schema, look));
        components.responses.values_mut().for_each(|response| in_response(response, look));
    }
}

/// The schemas that an operation reads.
pub fn requested(operation: &mut Operation, look: &mut impl FnMut(&mut RefOr<Schema>)) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            parameter.schema.iter_mut().for_each(|schema| every_part(schema, look));
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.values_mut().for_each(|content| in_content(content, look));
    }
}

/// The schemas that an operation writes.
pub fn answered(operation: &mut Operation, look: &mut impl FnMut(&mut RefOr<Schema>)) {
    operation.responses.responses.values_mut().for_each(|response| in_response(response, look));
}

fn in_response(response: &mut RefOr<Response>, look: &mut impl FnMut(&mut RefOr<Schema>)) {
    let RefOr::T(response) = response else { return };
    response.content.values_mut().for_each(|content| in_content(content, look));
    for header in response.headers.values_mut() {
        if let RefOr::T(Header { schema: Some(schema), .. }) = header {
            every_part(schema, look);
        }
    }
}

fn in_content(content: &mut RefOr<Content>, look: &mut impl FnMut(&mut RefOr<Schema>)) {
    if let RefOr::T(Content { schema: Some(schema), .. }) = content {
        every_part(schema, look);
    }
}

/// Shows `look` the parts of a schema, then the schema itself.
pub fn every_part(schema: &mut RefOr<Schema>, look: &mut impl FnMut(&mut RefOr<Schema>)) {
    if let RefOr::T(whole) = schema {
        match whole {
            Schema::Object(object) => {
                object.properties.values_mut().for_each(|part| every_part(part, look));
                if let Some(AdditionalProperties::RefOr(part)) = object.additional_properties.as_deref_mut() {
                    every_part(part, look);
                }
            }
            Schema::Array(array) => {
                if let ArrayItems::RefOrSchema(part) = &mut array.items {
                    every_part(part, look);
                }
            }
            Schema::OneOf(choice) => choice.items.iter_mut().for_each(|part| every_part(part, look)),
            Schema::AllOf(sum) => sum.items.iter_mut().for_each(|part| every_part(part, look)),
            Schema::AnyOf(choice) => choice.items.iter_mut().for_each(|part| every_part(part, look)),
            _ => {}
        }
    }
    look(schema);
}
