//! Two inboxes with an agent each, and an administrator who sees both.

use serde_json::{Value, json};

use crate::support::desk::text;
use crate::support::{Client, TestAccount, TestApp, TestUser};

/// An account with two inboxes, in which everything of the second is secret from whoever is limited to the first.
pub struct Office {
    pub app: TestApp,
    pub account: TestAccount,
    pub admin: Client,
    /// Limited to the first inbox.
    pub anna: TestUser,
    /// Limited to the second inbox.
    pub ben: TestUser,
    /// The second inbox, and its channel.
    pub inbox: String,
    pub channel: String,
    /// In the first inbox, alone.
    pub open: String,
    /// In the second, alone, of the same contact.
    pub secret: String,
    /// A ticket with a conversation in each inbox: it, the one in the first, the one in the second.
    pub shared: (String, String, String),
    /// A ticket with a conversation in the second inbox only.
    pub hidden: (String, String),
    /// A group in the trash with a member in each inbox, and one with members in the second only.
    pub trash: (String, String),
}

/// Stands in every text that is secret from Anna.
pub const SECRET: &str = "zebra";

pub async fn write(
    admin: &Client,
    channel: &str,
    contact: &str,
    subject: &str,
    says: &str,
) -> String {
    let input = json!({
        "channelId": channel, "threadKey": uuid::Uuid::now_v7().to_string(), "from": { "email": contact },
        "subject": subject, "text": says,
    });
    text(&admin.done("receiveMessage", input).await["conversation"]["id"])
}

async fn ticket(admin: &Client, conversation: &str) -> String {
    let input = json!({ "conversationId": conversation });
    text(&admin.done("createTicket", input).await["ticket"]["id"])
}

async fn link(admin: &Client, conversation: &str, ticket: &str) {
    let input = json!({ "conversationId": conversation, "ticketId": ticket });
    admin.done("linkConversation", input).await;
}

async fn trash(admin: &Client, conversation: &str) -> String {
    let input = json!({ "conversationId": conversation });
    admin.done("trashConversation", input).await;
    let all = admin
        .gql("{ trash(first: 1) { nodes { id } } }", json!({}))
        .await;
    text(&all["trash"]["nodes"][0]["id"])
}

pub async fn limit(admin: &Client, user: &str, inboxes: Value) {
    let input = json!({ "userId": user, "inboxIds": inboxes });
    admin.done("setUserInboxes", input).await;
}

pub async fn office() -> Office {
    let app = TestApp::start().await;
    let account = app.account("2024-01-01T00:00:00Z").await;
    let admin = app.client(&account.token);
    let input = json!({ "name": format!("Inbox {SECRET}") });
    let inbox = text(&admin.done("createInbox", input).await["inbox"]["id"]);
    let input = json!({ "inboxId": inbox, "kind": "CHAT", "name": format!("Channel {SECRET}") });
    let channel = text(&admin.done("createChannel", input).await["channel"]["id"]);
    let (anna, ben) = (account.user("agent").await, account.user("agent").await);
    limit(&admin, &anna.id, json!([account.inbox_id])).await;
    limit(&admin, &ben.id, json!([inbox])).await;

    let first = async |contact: &str| {
        write(
            &admin,
            &account.channel_id,
            contact,
            "A question",
            "Good morning",
        )
        .await
    };
    let second = async |contact: &str| {
        let subject = format!("About the {SECRET}");
        write(
            &admin,
            &channel,
            contact,
            &subject,
            &format!("The {SECRET} is striped"),
        )
        .await
    };
    let open = first("kim@example.org").await;
    let secret = second("kim@example.org").await;
    let (one, other) = (
        first("lee@example.org").await,
        second("lee@example.org").await,
    );
    let both = ticket(&admin, &one).await;
    link(&admin, &other, &both).await;
    let alone = second("max@example.org").await;
    let theirs = ticket(&admin, &alone).await;
    let (near, far) = (
        first("noa@example.org").await,
        second("noa@example.org").await,
    );
    link(&admin, &far, &ticket(&admin, &near).await).await;
    let mixed = trash(&admin, &far).await;
    let gone = trash(&admin, &second("ola@example.org").await).await;
    Office {
        app,
        account,
        admin,
        anna,
        ben,
        inbox,
        channel,
        open,
        secret,
        shared: (both, one, other),
        hidden: (theirs, alone),
        trash: (mixed, gone),
    }
}

impl Office {
    pub fn client(&self, user: &TestUser) -> Client {
        self.app.client(&user.token)
    }

    /// All that no byte which Anna is given may have: ids and texts of what is in the second inbox alone.
    pub async fn secrets(&self) -> Vec<String> {
        let query = "query($inbox: ID!) { inbox(id: $inbox) { \
            open: conversations(first: 100) { nodes { id messages { nodes { id } } } } \
            trashed: conversations(first: 100, filter: { inTrash: true }) { nodes { id messages { nodes { id } } } } } \
            cascades(first: 100) { nodes { id effects { subjectId } } } }";
        let all = self.admin.gql(query, json!({ "inbox": self.inbox })).await;
        let mut secrets = vec![SECRET.to_owned(), self.inbox.clone(), self.channel.clone()];
        secrets.extend([self.hidden.0.clone(), self.trash.1.clone()]);
        for list in ["open", "trashed"] {
            for node in all["inbox"][list]["nodes"].as_array().expect("nodes") {
                secrets.push(text(&node["id"]));
                let messages = node["messages"]["nodes"].as_array().expect("messages");
                secrets.extend(messages.iter().map(|message| text(&message["id"])));
            }
        }
        let hidden = secrets.clone();
        for node in all["cascades"]["nodes"].as_array().expect("cascades") {
            let effects = node["effects"].as_array().expect("effects").iter();
            let mut subjects = effects.map(|effect| text(&effect["subjectId"]));
            if subjects.all(|subject| hidden.contains(&subject)) {
                secrets.push(text(&node["id"]));
            }
        }
        assert!(secrets.len() > 20, "{secrets:?}");
        secrets
    }
}

/// That nothing secret is in a text, whatever its form.
pub fn assert_tells_nothing(what: &str, told: &str, secrets: &[String]) {
    let lower = told.to_lowercase();
    for secret in secrets {
        let told_it = lower.contains(&secret.to_lowercase());
        assert!(!told_it, "{what} tells {secret}: {told}");
    }
}
