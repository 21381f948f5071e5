//! Every input that is kept, through its door: the honest ones that fuzzing starts from, and those that once found something.

use std::fs;
use std::path::Path;

use hostile::DOORS;

#[test]
fn whatever_was_kept_holds() {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
    for (name, holds) in DOORS {
        let mut paths: Vec<_> = fs::read_dir(inputs.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{name} has nothing to start from");
        for path in paths {
            // Said only when the test fails, and then the last one is the culprit.
            println!("{}", path.display());
            holds(&fs::read(&path).unwrap());
        }
    }
}
