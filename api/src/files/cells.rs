//! What a cell of a record can be: a text within bounds, or one of the organisation's units.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::http::fault::FaultCode;
use crate::http::values::Text;

/// The units that lines may name, by id and by name.
pub struct Units {
    ids: HashSet<Uuid>,
    /// `None` where several units share a name, which then names none of them.
    names: HashMap<String, Option<Uuid>>,
}

impl Units {
    pub fn new(units: Vec<(Uuid, String)>) -> Self {
        let ids = units.iter().map(|(id, _)| *id).collect();
        let mut names = HashMap::new();
        for (id, name) in units {
            names.entry(name).and_modify(|shared| *shared = None).or_insert(Some(id));
        }
        Self { ids, names }
    }

    /// The unit that a cell names.
    pub fn find(&self, cell: &str) -> Option<Uuid> {
        let by_id = cell.parse().ok().filter(|id| self.ids.contains(id));
        by_id.or_else(|| self.names.get(cell).copied().flatten())
    }
}

/// A cell as a text within bounds.
///
/// # Errors
/// Which fault it has.
pub fn text_of<const MIN: usize, const MAX: usize>(cell: &str) -> Result<String, FaultCode> {
    Text::<MIN, MAX>::new(cell.to_owned()).map(Text::into_string).map_err(|said| match said {
        said if said.contains(FaultCode::TooLong.as_str()) => FaultCode::TooLong,
        said if said.contains(FaultCode::TooShort.as_str()) => FaultCode::TooShort,
        _ => FaultCode::Malformed,
    })
}
