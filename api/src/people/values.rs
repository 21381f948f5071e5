//! Values of people and organisations that check themselves while they are read.

use std::borrow::Cow;

use domain::people::Role;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::http::values::Text;
use crate::permissions::KEY_SCOPES;

/// A password to set.
pub type NewPassword = Text<10, 200>;

/// A person's role. `integrator` belongs to keys and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonRole {
    Rep,
    Clerk,
    Supervisor,
    Director,
    Presales,
    Delivery,
    Legal,
    Operations,
    Admin,
}

impl PersonRole {
    /// The person's side of a role.
    pub fn of(role: Role) -> Option<Self> {
        Some(match role {
            Role::Rep => Self::Rep,
            Role::Clerk => Self::Clerk,
            Role::Supervisor => Self::Supervisor,
            Role::Director => Self::Director,
            Role::Presales => Self::Presales,
            Role::Delivery => Self::Delivery,
            Role::Legal => Self::Legal,
            Role::Operations => Self::Operations,
            Role::Admin => Self::Admin,
            Role::Integrator => return None,
        })
    }
}

impl From<PersonRole> for Role {
    fn from(role: PersonRole) -> Self {
        match role {
            PersonRole::Rep => Self::Rep,
            PersonRole::Clerk => Self::Clerk,
            PersonRole::Supervisor => Self::Supervisor,
            PersonRole::Director => Self::Director,
            PersonRole::Presales => Self::Presales,
            PersonRole::Delivery => Self::Delivery,
            PersonRole::Legal => Self::Legal,
            PersonRole::Operations => Self::Operations,
            PersonRole::Admin => Self::Admin,
        }
    }
}

/// A language that texts for people exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum LanguageTag {
    #[serde(rename = "zh-CN")]
    ZhCn,
    #[serde(rename = "en")]
    En,
}

impl LanguageTag {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }
}

/// Texts with a shape: the check and the pattern that tells a client the same stand side by side.
macro_rules! shaped_texts {
    ($($(#[$doc:meta])* $name:ident, $max:literal, $pattern:literal, $check:path, $fault:literal, $example:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub fn into_string(self) -> String {
                self.0
            }

            /// The text, if it has the shape.
            pub fn new(text: String) -> Option<Self> {
                (text.chars().count() <= $max && $check(&text)).then_some(Self(text))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom($fault))
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::Type(Type::String))
                    .min_length(Some(1))
                    .max_length(Some($max))
                    .pattern(Some($pattern))
                    .examples([serde_json::json!($example)])
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

shaped_texts! {
    /// What a person or thing is called: 1 to 100 characters on one line, and not only white space.
    Name, 100, r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$", is_name,
        "fault:malformed:1..100", "李伟";
    /// What a person signs in with.
    Login, 63, "^[a-z0-9][a-z0-9._@-]{0,62}$", is_login, "fault:malformed:a-z 0-9 . _ @ -", "li.wei";
    /// A zone of the IANA time zone database.
    Zone, 64, "^[A-Za-z0-9+_/-]+$", is_zone, "fault:not_known:IANA", "Asia/Shanghai";
    /// The short name of an organisation, which people type when they sign in.
    OrganisationCode, 63, "^[a-z0-9][a-z0-9-]{0,62}$", is_organisation_code, "fault:malformed:a-z 0-9 -", "acme";
}

fn is_name(text: &str) -> bool {
    !text.chars().any(char::is_control) && text.chars().any(|c| !c.is_whitespace() && c != '\u{feff}')
}

fn is_login(text: &str) -> bool {
    starts_plain(text) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._@-".contains(c))
}

fn is_organisation_code(text: &str) -> bool {
    starts_plain(text) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn starts_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn is_zone(text: &str) -> bool {
    text.parse::<chrono_tz::Tz>().is_ok()
}

/// What a key may be used for: one or more of [`KEY_SCOPES`], each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct KeyScopes(pub Vec<String>);

impl<'de> Deserialize<'de> for KeyScopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scopes = Vec::<String>::deserialize(deserializer)?;
        if scopes.is_empty() {
            return Err(D::Error::custom(format!("fault:too_short:1..{}", KEY_SCOPES.len())));
        }
        if !scopes.iter().all(|scope| KEY_SCOPES.contains(&scope.as_str())) {
            return Err(D::Error::custom(format!("fault:not_known:{}", KEY_SCOPES.join(", "))));
        }
        if scopes.iter().enumerate().any(|(n, scope)| scopes.iter().skip(n + 1).any(|other| other == scope)) {
            return Err(D::Error::custom("fault:duplicate"));
        }
        Ok(Self(scopes))
    }
}

impl PartialSchema for KeyScopes {
    fn schema() -> RefOr<Schema> {
        let scope = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(KEY_SCOPES.iter().copied()));
        ArrayBuilder::new().items(scope).min_items(Some(1)).unique_items(true).into()
    }
}

impl ToSchema for KeyScopes {}

/// For changes: a field that may be left out, but not set to null.
///
/// # Errors
/// As the value itself.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_kept() {
        let reads = |fits: bool, text: &str, read: fn(String) -> bool| assert_eq!(read(text.to_owned()), fits, "{text:?}");
        for (fits, text) in
            [(true, "李伟"), (true, " a "), (false, ""), (false, "  \u{3000}"), (false, "a\u{0}"), (false, "a\nb"), (false, "\u{feff}")]
        {
            reads(fits, text, |text| Name::new(text).is_some());
        }
        for (fits, text) in [(true, "li.wei@acme"), (true, "1"), (false, ".a"), (false, "Li"), (false, "a b"), (false, ""), (false, "李")]
        {
            reads(fits, text, |text| Login::new(text).is_some());
        }
        for (fits, text) in [(true, "Asia/Shanghai"), (true, "UTC"), (false, "Asia/Atlantis"), (false, ""), (false, "+08:00")] {
            reads(fits, text, |text| Zone::new(text).is_some());
        }
        assert!(Name::new("名".repeat(100)).is_some() && Name::new("名".repeat(101)).is_none());
    }

    #[test]
    fn scopes_are_known_and_named_once() {
        let read = |text: &str| serde_json::from_str::<KeyScopes>(text).is_ok();
        assert!(read(r#"["visits:read", "boards:read"]"#));
        assert!(!read("[]") && !read(r#"["visits:write"]"#) && !read(r#"["visits:read", "visits:read"]"#));
    }

    #[test]
    fn every_role_but_the_keys_is_a_persons() {
        for role in Role::ALL {
            match PersonRole::of(role) {
                Some(person) => {
                    assert_eq!(Role::from(person), role);
                    assert_eq!(serde_json::to_value(person).unwrap(), role.as_str());
                }
                None => assert_eq!(role, Role::Integrator),
            }
        }
    }
}
