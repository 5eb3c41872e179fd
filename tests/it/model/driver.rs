//! The same script to the model and to the server, compared after every command.

use serde_json::{Value, json};

use super::command::{Act, Command};
use super::decode::{self, Ids};
use super::effect::{Change, Effect, Outcome};
use super::request;
use super::script::Script;
use super::world::{Kind, World};
use crate::support::{Client, TestApp};

/// Both sides of a script.
pub struct Driver {
    pub world: World,
    pub(super) ids: Ids,
    pub(super) clients: Vec<Client>,
    /// When each cascade of the log happened, by the server.
    pub(super) times: Vec<String>,
}

/// Runs a whole script in an account of its own. The error says which line, and how the two sides differ.
pub async fn check(app: &TestApp, script: &Script) -> Result<(), String> {
    let mut driver = Driver::start(app, script).await?;
    for (line, act) in script.acts.iter().enumerate() {
        let step = async {
            match driver.act(act).await? {
                Outcome::Applied { .. } => driver.compare_states().await,
                // What else it came to must change nothing, which the next comparison sees.
                _ => Ok(()),
            }
        };
        step.await
            .map_err(|difference| format!("line {}. {act:?}\n{difference}", line + 1))?;
    }
    driver.compare_states().await?;
    driver.compare_log().await?;
    driver.compare_trash().await
}

impl Driver {
    /// Sets the account up as [`World::new`] says and plays the opening.
    pub async fn start(app: &TestApp, script: &Script) -> Result<Self, String> {
        let created_at = match script.kind {
            Kind::Old => "2024-04-01T23:59:59Z",
            Kind::New => "2024-04-02T00:00:00Z",
        };
        let account = app.account(created_at).await;
        let (agent, viewer) = (account.user("agent").await, account.user("viewer").await);
        let admin = app.client(&account.token);
        let made = admin
            .gql(
                "mutation($creates: Boolean!, $pipeline: ID!, $required: Boolean!) {
                  createInbox(input: { name: \"Second\", createsTickets: $creates }) { inbox { id } }
                  createTicketStatus(input: { pipelineId: $pipeline, name: \"Rejected\", category: CLOSED }) { status { id } }
                  colour: createPropertyDefinition(input: { name: \"colour\", label: \"Colour\", type: STRING, required: $required })
                    { property { id } userErrors { message } }
                  size: createPropertyDefinition(input: { name: \"size\", label: \"Size\", type: ENUMERATION, options: [
                    { value: \"small\", label: \"small\" }, { value: \"medium\", label: \"medium\" }, { value: \"large\", label: \"large\" }] })
                    { property { id } userErrors { message } }
                }",
                json!({ "creates": script.creates_tickets, "pipeline": account.pipeline_id, "required": script.required }),
            )
            .await;
        let second = made["createInbox"]["inbox"]["id"]
            .as_str()
            .ok_or_else(|| made.to_string())?
            .to_owned();
        let channel = admin
            .gql(
                "mutation($inbox: ID!) { createChannel(input: { inboxId: $inbox, kind: CHAT, name: \"Chat\" }) { channel { id } } }",
                json!({ "inbox": second }),
            )
            .await;
        let named = |name: &str| account.statuses[name].clone();
        let new = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
        let ids = Ids {
            users: vec![account.user_id.clone(), agent.id.clone(), viewer.id.clone()],
            inboxes: vec![account.inbox_id.clone(), second],
            channels: vec![
                account.channel_id.clone(),
                new(&channel["createChannel"]["channel"]),
            ],
            statuses: vec![
                named("New"),
                named("Waiting on contact"),
                named("Waiting on us"),
                named("Closed"),
                new(&made["createTicketStatus"]["status"]),
            ],
            ..Ids::default()
        };
        let clients = vec![admin, app.client(&agent.token), app.client(&viewer.token)];
        let mut driver = Self {
            world: script.world(),
            ids,
            clients,
            times: Vec::new(),
        };
        for act in Script::opening() {
            driver
                .act(&act)
                .await
                .map_err(|difference| format!("opening {act:?}\n{difference}"))?;
        }
        Ok(driver)
    }

    /// One command on both sides: result, errors and effects must be the same.
    pub async fn act(&mut self, act: &Act) -> Result<Outcome, String> {
        let input = request::input(&act.command, &self.ids, &self.world);
        let text = request::mutation(&act.command);
        let body = self.clients[act.user]
            .raw(&text, json!({ "input": input }))
            .await;
        let tickets_before = self.world.tickets.len();
        let expected = self.world.step(act);
        let outcome = self.outcome(act, &body, &expected)?;
        let same = match (&expected, &outcome) {
            (Outcome::Rejected(any), Outcome::Rejected(codes)) => {
                codes.iter().all(|code| any.contains(code))
            }
            (
                Outcome::Previewed { effects, left },
                Outcome::Previewed {
                    effects: seen,
                    left: reported,
                },
            ) => left == reported && as_preview(effects, tickets_before) == *seen,
            (expected, seen) => expected == seen,
        };
        if !same {
            return Err(format!(
                "model:  {expected:?}\nserver: {outcome:?}\n{}",
                messages(&body)
            ));
        }
        Ok(expected)
    }

    fn outcome(&mut self, act: &Act, body: &Value, expected: &Outcome) -> Result<Outcome, String> {
        if body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED" {
            return Ok(Outcome::Unauthenticated);
        }
        let payload = &body["data"]["payload"];
        if payload.is_null() || !body["errors"].is_null() {
            return Err(format!("no payload: {body}"));
        }
        let errors = decode::errors(payload)?;
        if matches!(act.command, Command::UpdateUser { .. }) {
            return Ok(if errors.is_empty() {
                Outcome::Done
            } else {
                Outcome::Rejected(decode::codes(payload)?)
            });
        }
        if payload["clientMutationId"] != "a script's line" {
            return Err(format!("clientMutationId is not echoed: {payload}"));
        }
        let result = payload["result"].as_str().unwrap_or_default();
        let happens = matches!(result, "APPLIED" | "PREVIEWED");
        if happens == payload["cascade"].is_null() {
            return Err(format!("{result} with cascade {}", payload["cascade"]));
        }
        match result {
            "UNCHANGED" if errors.is_empty() => Ok(Outcome::Unchanged),
            "REJECTED" if matches!(expected, Outcome::NothingTakenBack(_)) => {
                Ok(Outcome::NothingTakenBack(decode::conflicts(payload)?))
            }
            "REJECTED" => {
                self.check_conflict(act, errors)?;
                Ok(Outcome::Rejected(decode::codes(payload)?))
            }
            "APPLIED" => {
                let effects = decode::effects(&payload["cascade"], &mut self.ids)?;
                self.ids.cascades.push(
                    payload["cascade"]["id"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                );
                self.times.push(
                    payload["cascade"]["occurredAt"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                );
                Ok(Outcome::Applied {
                    effects,
                    left: decode::conflicts(payload)?,
                })
            }
            "PREVIEWED" => {
                let effects = decode::effects(&payload["cascade"], &mut self.ids.clone())?;
                Ok(Outcome::Previewed {
                    effects,
                    left: decode::conflicts(payload)?,
                })
            }
            other => Err(format!("{other}: {payload}")),
        }
    }

    /// A version conflict says which version there is.
    fn check_conflict(&self, act: &Act, errors: &[Value]) -> Result<(), String> {
        for error in errors
            .iter()
            .filter(|error| error["code"] == "VERSION_CONFLICT")
        {
            let present = act
                .command
                .expects()
                .map(|(thing, _)| self.world.version(thing));
            if error["__typename"] != "VersionConflict" || error["currentVersion"] != json!(present)
            {
                return Err(format!("the present version is {present:?}: {error}"));
            }
        }
        Ok(())
    }
}

/// A preview does not show the ticket that it would create.
fn as_preview(effects: &[Effect], tickets_before: usize) -> Vec<Effect> {
    let mut effects = effects.to_vec();
    for effect in &mut effects {
        if let Change::Linked { ticket } = &mut effect.change {
            *ticket = ticket.filter(|&ticket| ticket < tickets_before);
        }
    }
    effects
}

/// What the server said to its errors.
fn messages(body: &Value) -> String {
    let errors = body["data"]["payload"]["userErrors"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    errors
        .iter()
        .map(|error| format!("  says: {} {}\n", error["code"], error["message"]))
        .collect()
}
