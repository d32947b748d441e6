//! Compiles the capabilities and the configuration into the app.
fn main() {
    // Without this line a changed capability file is not noticed.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/**/*")
            // Named here, each command needs a capability that lists it.
            .app_manifest(tauri_build::AppManifest::new().commands(&["query", "act", "approve"])),
    )
    .expect("tauri.conf.json and the capabilities are valid");
}
