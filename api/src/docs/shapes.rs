//! Schemas as a generated client wants them: plain values where they are used, pages named after what they hold, and answers whose
//! fields are there even when they are null.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::schema::{Array, ArrayItems, Object, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr};

use super::walk::{answered, every_part, every_schema, operations, requested};

const SCHEMAS: &str = "#/components/schemas/";

/// Brings every schema into shape.
pub fn settle(api: &mut OpenApi) {
    take_plain_values_in(api);
    name_pages(api);
    merge_nulls(api);
    take_nulls_out_of_parameters(api);
    drop_unused(api);
    require_what_is_always_there(api);
}

fn schemas(api: &mut OpenApi) -> &mut BTreeMap<String, RefOr<Schema>> {
    &mut api.components.get_or_insert_default().schemas
}

fn name_in(schema: &RefOr<Schema>) -> Option<&str> {
    match schema {
        RefOr::Ref(named) => named.ref_location.strip_prefix(SCHEMAS),
        RefOr::T(_) => None,
    }
}

/// Values like `Text_1_200` say what they are by their bounds; a type of that name would say less.
fn take_plain_values_in(api: &mut OpenApi) {
    let plain = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(object)) => object.enum_values.is_none() && !matches!(object.schema_type, SchemaType::Type(Type::Object)),
        _ => false,
    };
    let values: BTreeMap<_, _> = schemas(api).extract_if(.., |_, schema| plain(schema)).collect();
    every_schema(api, &mut |schema| {
        let RefOr::Ref(named) = schema else { return };
        let Some(RefOr::T(Schema::Object(value))) = named.ref_location.strip_prefix(SCHEMAS).and_then(|name| values.get(name)) else {
            return;
        };
        let mut value = value.clone();
        if !named.description.is_empty() {
            value.description = Some(std::mem::take(&mut named.description));
        }
        *schema = Schema::Object(value).into();
    });
}

/// `Page_Customer` becomes `CustomerPage`, and its items refer to `Customer` instead of repeating it.
fn name_pages(api: &mut OpenApi) {
    let schemas = schemas(api);
    let names: Vec<_> = schemas.keys().filter_map(|name| Some((name.clone(), name.strip_prefix("Page_")?.to_owned()))).collect();
    for (name, item) in &names {
        let Some(mut page) = schemas.remove(name) else { continue };
        if let RefOr::T(Schema::Object(Object { properties, .. })) = &mut page
            && let Some(RefOr::T(Schema::Array(Array { items, .. }))) = properties.get_mut("items")
        {
            *items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
        }
        schemas.insert(format!("{item}Page"), page);
    }
    every_schema(api, &mut |schema| {
        let item = name_in(schema).and_then(|name| name.strip_prefix("Page_")).map(|item| format!("{item}Page"));
        if let Some(page) = item {
            *schema = Ref::from_schema_name(page).into();
        }
    });
}

/// One of null and a plain value is a plain value that can be null.
fn merge_nulls(api: &mut OpenApi) {
    every_schema(api, &mut |schema| {
        let RefOr::T(Schema::OneOf(choice)) = schema else { return };
        let [a, b] = choice.items.as_slice() else { return };
        let value = if is_null(a) {
            b
        } else if is_null(b) {
            a
        } else {
            return;
        };
        if let RefOr::T(Schema::Object(object)) = value
            && let SchemaType::Type(kind) = &object.schema_type
            && !matches!(kind, Type::Object)
        {
            let mut object = object.clone();
            object.schema_type = SchemaType::Array(vec![kind.clone(), Type::Null]);
            if let Some(values) = &mut object.enum_values {
                values.push(serde_json::Value::Null);
            }
            object.description = object.description.or_else(|| choice.description.clone());
            *schema = Schema::Object(object).into();
        }
    });
}

/// A parameter is left out; it cannot be null.
fn take_nulls_out_of_parameters(api: &mut OpenApi) {
    for item in api.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter
                    && let Some(schema) = &mut parameter.schema
                {
                    *schema = without_null(schema);
                }
            }
        }
    }
}

fn without_null(schema: &RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::OneOf(choice)) => match choice.items.as_slice() {
            [value, null] | [null, value] if is_null(null) => value.clone(),
            _ => schema.clone(),
        },
        RefOr::T(Schema::Object(object)) => {
            let mut object = object.clone();
            if let SchemaType::Array(kinds) = &mut object.schema_type {
                kinds.retain(|kind| !matches!(kind, Type::Null));
                if let [kind] = kinds.as_slice() {
                    object.schema_type = SchemaType::Type(kind.clone());
                }
            }
            Schema::Object(object).into()
        }
        _ => schema.clone(),
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(Object { schema_type: SchemaType::Type(Type::Null), .. })))
}

/// The names of all schemas that `roots` lead to.
fn reached(api: &mut OpenApi, roots: BTreeSet<String>) -> BTreeSet<String> {
    let schemas = schemas(api);
    let (mut seen, mut left) = (roots.clone(), Vec::from_iter(roots));
    while let Some(name) = left.pop() {
        let Some(schema) = schemas.get_mut(&name) else { continue };
        every_part(schema, &mut |part| {
            if let Some(name) = name_in(part)
                && seen.insert(name.to_owned())
            {
                left.push(name.to_owned());
            }
        });
    }
    seen
}

fn roots(api: &mut OpenApi) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut read, mut written) = (BTreeSet::new(), BTreeSet::from(["Problem".to_owned()]));
    for item in api.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            requested(operation, &mut |schema| read.extend(name_in(schema).map(str::to_owned)));
            answered(operation, &mut |schema| written.extend(name_in(schema).map(str::to_owned)));
        }
    }
    (read, written)
}

fn drop_unused(api: &mut OpenApi) {
    let (read, written) = roots(api);
    let used = reached(api, read.into_iter().chain(written).collect());
    schemas(api).retain(|name, _| used.contains(name));
}

/// What we write is always there, null or not; only fields that cannot be null are left out at times. What we read may be left out.
fn require_what_is_always_there(api: &mut OpenApi) {
    let (read, written) = roots(api);
    let read = reached(api, read);
    let written = reached(api, written);
    for (name, schema) in schemas(api) {
        if written.contains(name) && !read.contains(name) {
            every_part(schema, &mut |part| {
                if let RefOr::T(Schema::Object(object)) = part {
                    let nullable = object.properties.iter().filter(|(_, schema)| can_be_null(schema)).map(|(name, _)| name.clone());
                    let missing: Vec<_> = nullable.filter(|name| !object.required.contains(name)).collect();
                    object.required.extend(missing);
                }
            });
        }
    }
}

fn can_be_null(schema: &RefOr<Schema>) -> bool {
    let has_null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => matches!(kind, Type::Null),
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => has_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => has_null(&array.schema_type),
        RefOr::T(Schema::OneOf(choice)) => choice.items.iter().any(can_be_null),
        _ => false,
    }
}
