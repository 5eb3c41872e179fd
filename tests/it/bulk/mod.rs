//! The demo's accounts, a large account, real mail, and that the log explains them.

mod import;
mod import_into;
mod mailbox;
mod load;
mod log;
mod measure;
mod seed;
mod support;
