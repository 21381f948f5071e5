//! Real and synthetic photos whose truth is known, read the way production reads them: range by range.
//!
//! The photos are kept outside the repository, in `$FIELDPROOF_SHARED/photos/dev` or `../shared/photos/dev`; without
//! them the test says so and passes. `photo_traps.rs` needs nothing but the repository.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use domain::evidence::picture::PictureDigest;
use domain::evidence::{Evidence, Flag, Gps, MAX_FETCHED_BYTES, MAX_NEEDS, Need, Ranges, Reading, Step, read, read_head, read_whole};
use serde_json::Value;
use std::path::PathBuf;

fn corpus() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join("shared");
    let shared = std::env::var_os("FIELDPROOF_SHARED").map_or(beside, PathBuf::from);
    let photos = shared.join("photos/dev");
    photos.join("manifest.json").is_file().then_some(photos)
}

/// Reads a photo by ranges as an object store would serve them; also the number of requests and bytes it took.
fn read_by_ranges(photo: &[u8]) -> (Reading, usize, usize) {
    let mut source = Ranges::new(photo.len() as u64);
    let (mut requests, mut fetched) = (0, 0);
    loop {
        match read(&source) {
            Step::Done(reading) => return (reading, requests, fetched),
            Step::Need(Need { offset, len }) => {
                let from = usize::try_from(offset).unwrap();
                let bytes = photo.get(from..from + len).unwrap();
                assert!(len > 0, "an empty range is never needed");
                requests += 1;
                fetched += len;
                source.insert(offset, bytes.to_vec());
            }
        }
    }
}

fn verdict_of(reading: &Reading) -> &'static str {
    match reading {
        Reading::UnsupportedType => "unsupported_format",
        Reading::Unreadable(_) => "unreadable",
        Reading::Evidence(evidence) => match evidence.gps {
            Gps::Position { .. } => "gps_ok",
            Gps::Absent => "gps_missing",
            Gps::Redacted | Gps::Malformed { .. } | Gps::OutOfRange { .. } => "gps_invalid",
        },
    }
}

#[test]
fn every_photo_of_the_corpus_is_read_as_it_is() {
    let Some(photos) = corpus() else {
        println!("skipped: no photo corpus beside the repository");
        return;
    };
    let manifest: Value = serde_json::from_slice(&std::fs::read(photos.join("manifest.json")).unwrap()).unwrap();
    let mut faults = Vec::new();
    let mut most = (0, 0);
    let files = manifest["files"].as_array().unwrap();
    for truth in files {
        let name = truth["file"].as_str().unwrap();
        let photo = std::fs::read(photos.join(name)).unwrap();
        let (reading, requests, fetched) = read_by_ranges(&photo);
        most = (most.0.max(requests), most.1.max(fetched));
        let mut fault = |what: String| faults.push(format!("{name}: {what}"));
        if requests > MAX_NEEDS || fetched > MAX_FETCHED_BYTES {
            fault(format!("took {requests} requests and {fetched} bytes"));
        }
        if read_whole(&photo) != reading {
            fault("reads otherwise as a whole".to_owned());
        }
        let head = photo.get(..65536).unwrap_or(&photo);
        if let Step::Done(from_head) = read_head(head, photo.len() as u64)
            && from_head != reading
        {
            fault(format!("its head promises {from_head:?}"));
        }
        let verdict = verdict_of(&reading);
        let accepted = truth["also_acceptable"].as_array().unwrap();
        if truth["verdict"] != verdict && !accepted.contains(&verdict.into()) {
            fault(format!("is {} but was read as {reading:?}", truth["verdict"]));
        }
        if let Reading::Evidence(evidence) = &reading {
            let json = serde_json::to_string(&evidence).unwrap();
            assert_eq!(&serde_json::from_str::<Evidence>(&json).unwrap(), evidence.as_ref(), "{name}");
            differences(truth, evidence).into_iter().for_each(&mut fault);
            picture_fault(truth, &photo).into_iter().for_each(&mut fault);
        }
    }
    println!("{} photos, at most {} requests and {} bytes", files.len(), most.0, most.1);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Where the evidence differs from the truth.
fn differences(truth: &Value, evidence: &Evidence) -> Vec<String> {
    let mut differences = Vec::new();
    let mut expect = |what: &str, expected: Value, found: Value| {
        if expected != found {
            differences.push(format!("{what} is {expected}, read as {found}"));
        }
    };
    if let (Some(lat), Gps::Position { position }) = (truth["lat"].as_f64(), evidence.gps) {
        let lon = truth["lon"].as_f64().unwrap();
        let is_near = (position.lat - lat).abs() <= 1e-6 && (position.lon - lon).abs() <= 1e-6;
        expect("position near", true.into(), is_near.into());
        let metres = truth["hpos_err"].as_f64();
        let agree = metres.is_none() || metres.zip(evidence.accuracy_m).is_some_and(|(a, b)| (a - b).abs() < 1e-3);
        expect("accuracy agrees", true.into(), agree.into());
    }
    let taken = evidence.taken.as_ref();
    let local = taken.map(|taken| taken.local.format("%Y:%m:%d %H:%M:%S").to_string());
    expect("taken_at", truth["taken_at"].clone(), local.into());
    let offset = taken
        .and_then(|taken| taken.offset_minutes)
        .map(|m| format!("{}{:02}:{:02}", if m < 0 { '-' } else { '+' }, m.abs() / 60, m.abs() % 60));
    if truth["offset"].is_string() {
        expect("offset", truth["offset"].clone(), offset.into());
    }
    if let Some(subsec) = truth["subsec"].as_str() {
        let milliseconds = taken.and_then(|taken| taken.subsec_ms).map(|ms| format!("{ms:03}"));
        let three: String = format!("{subsec}00").chars().take(3).collect();
        expect("subsec", three.into(), milliseconds.into());
    }
    for (what, found) in [("make", &evidence.camera.make), ("model", &evidence.camera.model), ("software", &evidence.camera.software)] {
        let expected = truth[what].as_str().map(str::trim).filter(|name| !name.is_empty());
        expect(what, expected.into(), found.clone().into());
    }
    expect("orientation", truth["orientation"].as_u64().unwrap_or(1).into(), evidence.orientation.into());
    // The truth is the camera's word, or (in the one named) an editor's, where the picture was scaled afterwards.
    let is_scaled = truth["file"] == "no_exif.jpg" || evidence.flags.contains(&Flag::Resized);
    if truth["width"].is_u64() && !is_scaled {
        expect("width", truth["width"].clone(), evidence.width.into());
        expect("height", truth["height"].clone(), evidence.height.into());
    }
    let has = |flag: &str| truth["flags"].as_array().unwrap().contains(&flag.into());
    expect("coarse_source", has("coarse_source").into(), evidence.coarse_source.into());
    if has("second_picture") {
        expect("second_picture", true.into(), evidence.flags.contains(&Flag::SecondPicture).into());
    }
    // The truth calls any program an editor; only pictures of which it names none must never be called edited.
    let is_edited = evidence.editor.is_some();
    if !has("edited_software") || truth["variant"] == "edited" {
        expect("edited", has("edited_software").into(), is_edited.into());
    }
    differences
}

/// What is wrong with the digest of the picture data of a photo that was read.
fn picture_fault(truth: &Value, photo: &[u8]) -> Option<String> {
    let mut digest = PictureDigest::new();
    digest.feed(photo);
    let is_whole = digest.is_whole();
    let is_expected_whole = !truth["flags"].as_array().unwrap().contains(&"picture_damaged".into());
    let has_digest = matches!(truth["format"].as_str(), Some("JPEG" | "PNG" | "Extended WEBP"));
    let is_right = !has_digest || (is_whole == is_expected_whole && digest.finish().is_some());
    (!is_right).then(|| format!("its picture is whole: {is_expected_whole}, but was found whole: {is_whole}"))
}
