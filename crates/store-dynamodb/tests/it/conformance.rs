//! The suite of the port.

mod emulator {
    use crate::fixture;

    store::conformance!(async { (fixture::emulator().await.with_table().await, ()) });
}

mod endpoint {
    use crate::fixture;

    store::conformance!(when fixture::has_endpoint();
        async { (fixture::endpoint().await.with_table().await, ()) });
}
