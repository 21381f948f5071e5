//! Closed lists of reasons, so that they can be counted: leads and deals each have theirs.

/// Lists of reasons, each with its code and what people read in both languages.
macro_rules! reasons {
    ($(#[$doc:meta])* $list:ident: $($(#[$about:meta])* $name:ident = $code:literal $zh:literal $en:literal;)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $list { $($(#[$about])* #[serde(rename = $code)] $name,)+ }

        impl $list {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code in the log and the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }

            /// What people read.
            pub const fn name(self, language: $crate::texts::Language) -> &'static str {
                match (self, language) { $((Self::$name, $crate::texts::Language::ZhCn) => $zh, (Self::$name, $crate::texts::Language::En) => $en,)+ }
            }
        }
    };
}

pub(crate) use reasons;
