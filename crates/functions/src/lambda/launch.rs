//! How does an instance die with its host?

use std::{
    convert::Infallible,
    ffi::OsString,
    io::{Error, ErrorKind},
    os::unix::process::CommandExt,
};

/// Becomes the program that the first argument names, tied to the life of the process that started this
/// one: where the kernel can (Linux), it kills the program when that process ends in whatever way.
///
/// A command of ours that ends in this call is a [`launcher`](super::Settings::launcher).
///
/// # Errors
/// The program cannot be executed. It does not return otherwise.
pub fn launch(command: impl IntoIterator<Item = OsString>) -> Result<Infallible, Error> {
    let mut command = command.into_iter();
    let Some(program) = command.next() else {
        return Err(Error::new(ErrorKind::InvalidInput, "there is no program to launch"));
    };
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Err(std::process::Command::new(program).args(command).exec())
}
