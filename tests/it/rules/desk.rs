//! An account to try a rule in.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::{Client, TestAccount, TestApp, TestUser};

/// One account, its administrator, and short names for everything in it.
pub struct Desk {
    pub app: TestApp,
    pub account: TestAccount,
    pub admin: Client,
    names: Mutex<HashMap<String, String>>,
    threads: AtomicUsize,
}

/// What a mutation answered.
pub struct Payload {
    pub body: Value,
    lines: Vec<String>,
}

const FIELDS: &str = "
  result clientMutationId ticket { id } conversation { id }
  userErrors { __typename code message path
    ... on VersionConflict { currentVersion changedBy { __typename ... on User { id } } }
    ... on UndoConflict { effect { index } } }
  cascade { id cursor occurredAt command undoes { id } undoneBy { id } effects {
    __typename index subjectId subject { __typename } rule causedBy { index }
    ... on Linked { ticket { id } }
    ... on ConversationStatusChanged { previousStatus status }
    ... on TicketStatusChanged { previousTicketStatus { name } ticketStatus { name } }
    ... on OwnerChanged { previousOwner { id } owner { id } }
    ... on WorkspaceChanged { previousWorkspace workspace }
    ... on InboxChanged { previousInbox { id } inbox { id } }
    ... on PropertyChanged { property previousValue value }
    ... on Trashed { purgeAt }
    ... on MessageAdded { message { kind text } }
  } }";

impl Desk {
    /// An account of before 2 April 2024: tickets are kept in the inbox.
    pub async fn old() -> Self {
        Self::created("2024-04-01T23:59:59Z").await
    }

    /// An account of later: tickets are kept in the help desk.
    pub async fn newer() -> Self {
        Self::created("2024-04-02T00:00:00Z").await
    }

    async fn created(at: &str) -> Self {
        let app = TestApp::start().await;
        let account = app.account(at).await;
        let admin = app.client(&account.token);
        let names = HashMap::from([
            (account.user_id.clone(), "admin".to_owned()),
            (account.inbox_id.clone(), "inbox".to_owned()),
        ]);
        Self {
            app,
            account,
            admin,
            names: Mutex::new(names),
            threads: AtomicUsize::new(0),
        }
    }

    /// A new user, known by that name in effects.
    pub async fn user(&self, name: &str, role: &str) -> TestUser {
        let user = self.account.user(role).await;
        self.name(&user.id, name);
        user
    }

    pub fn client(&self, user: &TestUser) -> Client {
        self.app.client(&user.token)
    }

    pub fn name(&self, id: &str, name: &str) {
        self.names
            .lock()
            .unwrap()
            .insert(id.to_owned(), name.to_owned());
    }

    fn named(&self, id: &Value) -> String {
        let Some(id) = id.as_str() else {
            return "nobody".to_owned();
        };
        self.names
            .lock()
            .unwrap()
            .get(id)
            .cloned()
            .unwrap_or_else(|| "new".to_owned())
    }

    pub fn status(&self, name: &str) -> &str {
        &self.account.statuses[name]
    }

    /// Sends a mutation with its one input as the administrator.
    pub async fn run(&self, mutation: &str, input: Value) -> Payload {
        self.run_as(&self.admin, mutation, input).await
    }

    pub async fn run_as(&self, client: &Client, mutation: &str, input: Value) -> Payload {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let text =
            format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {FIELDS} }} }}");
        let data = client.gql(&text, json!({ "input": input })).await;
        let body = data[mutation].clone();
        let effects = body["cascade"]["effects"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if body["result"] == "APPLIED" {
            self.name_what_is_new(&effects);
        }
        let lines = effects.iter().map(|effect| self.line(effect)).collect();
        Payload { body, lines }
    }

    /// Sends a mutation whose payload has no cascade; its `userErrors` and the field `made`.
    pub async fn set_up(&self, mutation: &str, input: Value, made: &str) -> Value {
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let text = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {made} {{ id }} userErrors {{ code path }} }} }}"
        );
        self.admin.gql(&text, json!({ "input": input })).await[mutation].clone()
    }

    fn name_what_is_new(&self, effects: &[Value]) {
        let mut names = self.names.lock().unwrap();
        for id in effects
            .iter()
            .filter(|effect| effect["__typename"] == "Created")
            .map(|effect| &effect["subjectId"])
        {
            let id = id.as_str().unwrap();
            let letter = if id.starts_with("ticket_") { 't' } else { 'c' };
            let like =
                |name: &&String| name.starts_with(letter) && name[1..].parse::<u32>().is_ok();
            let number = names.values().filter(like).count() + 1;
            names.insert(id.to_owned(), format!("{letter}{number}"));
        }
    }

    fn line(&self, effect: &Value) -> String {
        let text = |name: &str| effect[name].as_str().unwrap_or("nothing").to_owned();
        let named = |name: &str| self.named(&effect[name]["id"]);
        let what = match effect["__typename"].as_str().unwrap() {
            "Created" => "created".to_owned(),
            "Linked" => format!("linked to {}", named("ticket")),
            "ConversationStatusChanged" => {
                format!("{} -> {}", text("previousStatus"), text("status"))
            }
            "TicketStatusChanged" => {
                let status = |name: &str| effect[name]["name"].as_str().unwrap().to_owned();
                format!(
                    "{} -> {}",
                    status("previousTicketStatus"),
                    status("ticketStatus")
                )
            }
            "OwnerChanged" => format!("owner {} -> {}", named("previousOwner"), named("owner")),
            "WorkspaceChanged" => format!("{} -> {}", text("previousWorkspace"), text("workspace")),
            "InboxChanged" => format!("inbox {} -> {}", named("previousInbox"), named("inbox")),
            "PropertyChanged" => format!(
                "{}: {} -> {}",
                text("property"),
                text("previousValue"),
                text("value")
            ),
            "MessageAdded" => format!("message {}", effect["message"]["kind"].as_str().unwrap()),
            other => other.to_lowercase(),
        };
        let cause = effect["causedBy"]["index"]
            .as_u64()
            .map_or_else(String::new, |by| format!(" · by {by}"));
        format!(
            "{} {what} · {}{cause}",
            self.named(&effect["subjectId"]),
            text("rule")
        )
    }

    /// A new conversation, with one message of a contact of its own.
    pub async fn conversation(&self) -> String {
        let number = self.threads.fetch_add(1, Ordering::Relaxed) + 1;
        let input = self.message(
            &format!("thread{number}"),
            &format!("person{number}@example.com"),
        );
        self.receive(input).await.id("conversation")
    }

    /// The input of a message to the account's first channel.
    pub fn message(&self, thread: &str, from: &str) -> Value {
        json!({
            "channelId": self.account.channel_id, "threadKey": thread, "from": { "email": from },
            "subject": format!("About {thread}"), "text": "Hello",
        })
    }

    pub async fn receive(&self, input: Value) -> Payload {
        self.run("receiveMessage", input).await
    }

    /// A new ticket for that conversation.
    pub async fn ticket(&self, conversation: &str) -> String {
        self.run("createTicket", json!({ "conversationId": conversation }))
            .await
            .id("ticket")
    }

    /// A ticket with so many conversations: its id and theirs.
    pub async fn ticket_with(&self, conversations: usize) -> (String, Vec<String>) {
        let first = self.conversation().await;
        let ticket = self.ticket(&first).await;
        let mut all = vec![first];
        for _ in 1..conversations {
            let next = self.conversation().await;
            self.link(&next, &ticket).await.applied();
            all.push(next);
        }
        (ticket, all)
    }

    pub async fn link(&self, conversation: &str, ticket: &str) -> Payload {
        self.run(
            "linkConversation",
            json!({ "conversationId": conversation, "ticketId": ticket }),
        )
        .await
    }

    pub async fn set_ticket_status(&self, ticket: &str, status: &str) -> Payload {
        self.run(
            "updateTicketStatus",
            json!({ "ticketId": ticket, "statusId": self.status(status) }),
        )
        .await
    }

    pub async fn set_status(&self, conversation: &str, status: &str) -> Payload {
        self.run(
            "updateConversationStatus",
            json!({ "conversationId": conversation, "status": status }),
        )
        .await
    }

    pub async fn set_ticket_owner(&self, ticket: &str, owner: Option<&str>) -> Payload {
        self.run(
            "updateTicketOwner",
            json!({ "ticketId": ticket, "ownerId": owner }),
        )
        .await
    }

    pub async fn set_owner(&self, conversation: &str, owner: Option<&str>) -> Payload {
        self.run(
            "updateConversationOwner",
            json!({ "conversationId": conversation, "ownerId": owner }),
        )
        .await
    }

    pub async fn trash_conversation(&self, conversation: &str) -> Payload {
        self.run(
            "trashConversation",
            json!({ "conversationId": conversation }),
        )
        .await
    }

    pub async fn trash_ticket(&self, ticket: &str) -> Payload {
        self.run("trashTicket", json!({ "ticketId": ticket })).await
    }

    pub async fn restore(&self, id: &str) -> Payload {
        self.run("restoreFromTrash", json!({ "id": id })).await
    }

    pub async fn undo(&self, cascade: &str) -> Payload {
        self.run("undoCascade", json!({ "cascadeId": cascade }))
            .await
    }

    pub async fn deactivate(&self, user: &str) {
        let done = self
            .set_up(
                "updateUser",
                json!({ "userId": user, "active": false }),
                "user",
            )
            .await;
        assert_eq!(done["userErrors"], json!([]));
    }

    /// A ticket or conversation as it is now.
    pub async fn see(&self, id: &str) -> Value {
        let data = self.admin.gql(SEE, json!({ "id": id })).await;
        data["node"].clone()
    }

    /// How many cascades the log has.
    pub async fn log_length(&self) -> u64 {
        let data = self
            .admin
            .gql("{ cascades(first: 1) { totalCount } }", json!({}))
            .await;
        data["cascades"]["totalCount"].as_u64().unwrap()
    }
}

const SEE: &str = "query($id: ID!) { node(id: $id) { __typename id
  ... on Ticket { number name priority status { name category } owner { id } workspace contact { email }
    conversations { totalCount nodes { id } } properties { definition { name } display }
    createdAt lastActivityAt closedAt trashedAt version }
  ... on Conversation { subject state: status owner { id } workspace inbox { id } channel { id } ticket { id }
    messages(first: 100) { totalCount nodes { kind text createdAt } }
    createdAt lastActivityAt closedAt trashedAt version }
} }";

impl Payload {
    #[track_caller]
    fn expect(&self, result: &str) {
        assert_eq!(self.body["result"], result, "{}", self.body);
    }

    /// The effects as lines; everything that was asked for happened.
    #[track_caller]
    pub fn applied(&self) -> &[String] {
        self.expect("APPLIED");
        assert_eq!(self.body["userErrors"], json!([]));
        &self.lines
    }

    /// The effects as lines, and the place and code of each effect that an undo left alone.
    #[track_caller]
    pub fn applied_in_part(&self) -> (&[String], Vec<(u64, &str)>) {
        self.expect("APPLIED");
        (&self.lines, self.left())
    }

    /// The place and code of each effect that an undo left alone.
    #[track_caller]
    pub fn left(&self) -> Vec<(u64, &str)> {
        let errors = self.body["userErrors"].as_array().unwrap();
        errors
            .iter()
            .map(|error| {
                assert_eq!(error["__typename"], "UndoConflict");
                (
                    error["effect"]["index"].as_u64().unwrap(),
                    error["code"].as_str().unwrap(),
                )
            })
            .collect()
    }

    /// The effects as lines that a `dryRun` shows.
    #[track_caller]
    pub fn previewed(&self) -> &[String] {
        self.expect("PREVIEWED");
        &self.lines
    }

    #[track_caller]
    pub fn unchanged(&self) {
        self.expect("UNCHANGED");
        assert_eq!(
            (&self.body["cascade"], &self.body["userErrors"]),
            (&Value::Null, &json!([]))
        );
    }

    /// The code with which it was refused.
    #[track_caller]
    pub fn refused(&self) -> &str {
        self.expect("REJECTED");
        assert_eq!(self.body["cascade"], Value::Null);
        self.body["userErrors"][0]["code"].as_str().unwrap()
    }

    /// The field of the input that an error is about.
    #[track_caller]
    pub fn about(&self) -> &str {
        let path = &self.body["userErrors"][0]["path"];
        assert_eq!(path[0], "input", "{}", self.body);
        path[1].as_str().unwrap()
    }

    /// The id of the payload's `ticket`, `conversation` or `cascade`.
    #[track_caller]
    pub fn id(&self, of: &str) -> String {
        self.body[of]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no {of} in {}", self.body))
            .to_owned()
    }
}
