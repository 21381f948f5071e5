fn main() {
    // `migrate!` reads the folder at compile time and does not notice new files by itself.
    println!("cargo:rerun-if-changed=../migrations");
}
