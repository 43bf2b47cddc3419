//! Tells cargo that the browser workspace in web/dist is part of this crate.
//!
//! Not here: building it; that is `cargo xtask run` or `npm run build` in web/.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
