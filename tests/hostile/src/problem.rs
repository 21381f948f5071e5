//! What every refusal must be.

use api::http::problem::Problem;
use domain::texts::Language;

/// A refusal of something that a stranger sent: never our fault, told in both languages, and short whatever was sent.
pub fn holds(problem: &Problem) {
    assert!(problem.kind.status().is_client_error(), "{problem:?}");
    for language in [Language::ZhCn, Language::En] {
        let told = problem.body(language);
        assert!(told.errors.iter().all(|error| !error.message.is_empty() && error.pointer.chars().count() <= 4096), "{problem:?}");
        serde_json::to_string(&told).expect("a problem can be written");
    }
}

/// What a refusal says, to be compared.
pub fn gist(problem: &Problem) -> String {
    format!("{:?} {:?}", problem.kind, problem.faults)
}
