//! The suite of the port.

use store_embedded::EmbeddedStore;

store::conformance!(async {
    let directory = tempfile::tempdir().unwrap();
    (EmbeddedStore::open(directory.path()).unwrap(), directory)
});
