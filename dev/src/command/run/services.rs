//! Whose database and object store a house uses: its own, or those that the person who starts it has named.

use dev::house::House;

pub const DATABASE: &str = "FIELDPROOF_DATABASE_URL";
pub const OWNER: &str = "FIELDPROOF_OWNER_DATABASE_URL";
pub const OBJECTS: &str = "FIELDPROOF_S3_ENDPOINT";

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Services {
    /// Whether PostgreSQL is run here; otherwise somebody else's is used.
    pub own_database: bool,
    /// The same for S3.
    pub own_objects: bool,
    /// Whether the demo is planted and told about: in somebody else's database only when that is asked for by name.
    pub demo: bool,
}

/// Why a choice is none. Nothing has been touched.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Undecided {
    #[error("{OWNER} is set without {DATABASE}: set both to use that database, or neither for one of the house's own; nothing was touched")]
    OwnerAlone,
    #[error("--demo needs {OWNER} for the database of {DATABASE}: only its owner can plant the demo; nothing was touched")]
    DemoWithoutOwner,
}

impl Services {
    /// Chooses by which variables are set, and by whether `--demo` was said.
    ///
    /// # Errors
    /// When it cannot be told whose database is meant.
    pub fn choose(is_set: impl Fn(&str) -> bool, demo: bool) -> Result<Self, Undecided> {
        let (own_database, owner) = (!is_set(DATABASE), is_set(OWNER));
        match (own_database, owner, demo) {
            (true, true, _) => Err(Undecided::OwnerAlone),
            (false, false, true) => Err(Undecided::DemoWithoutOwner),
            _ => Ok(Self { own_database, own_objects: !is_set(OBJECTS), demo: demo || own_database }),
        }
    }

    /// The variables by which the product finds what the house runs itself.
    pub fn variables(house: &House) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        if let Some(database) = &house.database {
            all.extend([(DATABASE, database.app_url.clone()), (OWNER, database.owner_url.clone())]);
        }
        if let Some(objects) = &house.objects {
            all.extend([
                (OBJECTS, objects.endpoint.clone()),
                ("FIELDPROOF_S3_REGION", objects.region.to_owned()),
                ("FIELDPROOF_S3_BUCKET", objects.bucket.to_owned()),
                ("FIELDPROOF_S3_ACCESS_KEY", objects.access_key.clone()),
                ("FIELDPROOF_S3_SECRET_KEY", objects.secret_key.clone()),
            ]);
        }
        all
    }
}

/// The variables of the product that the person has set. An empty one is as good as none, and one that is not text belongs to nobody.
pub fn set_by_person() -> impl Iterator<Item = (String, String)> {
    let text = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    text.filter(|(name, value)| name.starts_with("FIELDPROOF_") && !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(set: &[&str], demo: bool) -> Result<Services, Undecided> {
        Services::choose(|name| set.contains(&name), demo)
    }

    #[test]
    fn the_demo_is_planted_in_a_database_of_ones_own_or_when_asked_for() {
        let demo = |set: &[&str], asked| choose(set, asked).map(|services| (services.own_database, services.demo));
        assert_eq!(demo(&[], false), Ok((true, true)));
        assert_eq!(demo(&[], true), Ok((true, true)));
        assert_eq!(demo(&[DATABASE], false), Ok((false, false)));
        assert_eq!(demo(&[DATABASE, OWNER], false), Ok((false, false)));
        assert_eq!(demo(&[DATABASE, OWNER], true), Ok((false, true)));
        assert_eq!(demo(&[DATABASE], true), Err(Undecided::DemoWithoutOwner));
        assert_eq!(demo(&[OWNER], false), Err(Undecided::OwnerAlone));
        assert_eq!(demo(&[OWNER, OBJECTS], true), Err(Undecided::OwnerAlone));
        assert!(!choose(&[OBJECTS], false).unwrap().own_objects);
    }
}
