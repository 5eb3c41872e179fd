//! `tandem import`, `tandem load` and `tandem verify`.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::args::{Database, ImportArgs, LoadArgs};
use super::database::with_store;
use super::{Done, Failure};
use crate::bulk::import::{self, Import};
use crate::bulk::load;
use crate::domain::id::InboxId;
use crate::service::verify;

/// The exit code of a `verify` that found differences.
const DIFFERENT: u8 = 4;

/// A progress bar on standard error; where that is no terminal, it draws nothing.
fn progress(template: &str) -> Result<ProgressBar, Failure> {
    Ok(ProgressBar::new(0).with_style(ProgressStyle::with_template(template)?))
}

/// `tandem import`
pub(super) fn import(args: &ImportArgs) -> Done {
    let inbox = InboxId::parse(&args.inbox)
        .map_err(|error| Failure::new(1, format!("--inbox: {error}")))?;
    let bar = progress("{bar:40} {bytes}/{total_bytes} {msg} {eta}")?;
    let import = Import {
        inbox,
        paths: args.files.clone(),
        own: args.own_address.clone(),
    };
    let done = with_store(&args.database, async |store| {
        Ok(import::import(&store, &import, &bar).await?)
    });
    bar.finish_and_clear();
    let report = done?;
    for (position, error) in &report.skipped {
        eprintln!("tandem: skipped {position}: {error}");
    }
    let skipped = report.skipped.len();
    if args.json {
        let result = json!({
            "messages": report.messages, "duplicates": report.duplicates,
            "conversations": report.conversations_new, "skipped": skipped,
        });
        println!("{result}");
    } else {
        println!(
            "imported {} messages into {} new conversations; {} were there already, {skipped} were skipped",
            report.messages, report.conversations_new, report.duplicates
        );
    }
    Ok(())
}

/// `tandem load`
pub(super) fn load(args: &LoadArgs) -> Done {
    let bar = progress("{bar:40} {pos}/{len} {msg} {eta}")?;
    let done = with_store(&args.database, async |store| {
        Ok(load::load(&store, args.conversations, &bar).await?)
    });
    bar.finish_and_clear();
    let loaded = done?;
    let result = json!({
        "accountId": loaded.account.to_string(), "name": loaded.name, "userId": loaded.user.to_string(),
        "token": loaded.token, "contacts": loaded.rows.contacts, "conversations": loaded.rows.conversations,
        "messages": loaded.rows.messages, "tickets": loaded.rows.tickets, "cascades": loaded.rows.cascades,
    });
    if args.json {
        println!("{result}");
    } else {
        println!(
            "loaded {} conversations, {} messages and {} tickets into {} ({})\ntoken: {}",
            loaded.rows.conversations,
            loaded.rows.messages,
            loaded.rows.tickets,
            loaded.name,
            loaded.account,
            loaded.token
        );
    }
    Ok(())
}

/// `tandem verify`
pub(super) fn verify(database: &Database) -> Done {
    let report = with_store(database, async |store| Ok(verify::verify(&store).await?))?;
    for difference in &report.differences {
        println!("{difference}");
    }
    println!(
        "replayed {} cascades of {} accounts against {} tickets, {} conversations and {} messages; {} rows are older \
         than the log",
        report.cascades,
        report.accounts,
        report.tickets,
        report.conversations,
        report.messages,
        report.unverifiable
    );
    if report.is_clean() {
        return Ok(());
    }
    let differences = u64::try_from(report.differences.len()).unwrap_or(u64::MAX);
    let differences = differences.saturating_add(report.further_differences);
    Err(Failure::new(
        DIFFERENT,
        format!("the log and the tables differ in {differences} places"),
    ))
}
