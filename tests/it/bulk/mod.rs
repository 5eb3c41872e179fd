//! The demo's accounts, a large account, real mail, and that the log explains them.

mod import;
mod import_into;
mod load;
mod log;
mod mailbox;
mod measure;
mod seed;
mod support;
