//! Makes Rust of crates/api/proto/*.proto, beside them.
//!
//! Not part of any build: the results are committed, and `cargo xtask tidy` says when they are
//! older than what they come from.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/api/proto");
    let made = tempdir()?;
    for (file, package, method) in [
        ("gateway.proto", "gateway_protocol", "gateway"),
        ("health.proto", "grpc.health.v1", "health"),
    ] {
        let described = protox::compile([folder.join(file)], [&folder])?;
        tonic_prost_build::configure()
            .build_client(true)
            .build_transport(false)
            .client_mod_attribute(".", "#[cfg(test)]")
            .out_dir(&made)
            .compile_fds(described)?;
        let source = std::fs::read(folder.join(file))?;
        let made = std::fs::read_to_string(made.join(format!("{package}.rs")))?;
        let text = format!("// Made by `cargo xtask proto` from {file}, {}.\n{made}", sum(&source));
        std::fs::write(folder.join(format!("{method}.inc")), text)?;
    }
    std::fs::remove_dir_all(&made)?;
    Ok(())
}

fn tempdir() -> std::io::Result<std::path::PathBuf> {
    let folder = std::env::temp_dir().join(format!("segue-proto-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// FNV-1a of the source; xtask's tidy computes the same.
fn sum(bytes: &[u8]) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}
