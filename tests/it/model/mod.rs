//! A second, much smaller Tandem: the rules once more, written from their text alone, and a driver that gives the same
//! random script to it and to the server and compares what both say after every command.
//!
//! Nothing here imports `tandem`: a mistake in the planner cannot repeat itself in what it is measured by.
//!
//! | room | what is in it |
//! |---|---|
//! | `world`, `effect`, `command` | the nouns |
//! | `step` | one command: the checks in their order, then the noun's own file |
//! | `messages`, `links`, `changes`, `trash`, `undo` | what each command does |
//! | `script`, `shorten` | random scripts, how a failing one reads, and how it gets short |
//! | `driver`, `request`, `decode`, `compare` | the same script through GraphQL over HTTP |
//! | `random`, `inverse`, `invariants` | the property tests |

mod changes;
mod command;
mod compare;
mod decode;
mod driver;
mod effect;
mod invariants;
mod inverse;
mod links;
mod messages;
mod random;
mod request;
mod script;
mod shorten;
mod step;
mod trash;
mod undo;
mod world;
