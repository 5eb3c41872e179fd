-- The nouns of Tandem. Every key begins with the account: the first wall between tenants, and what the tables
-- would be distributed by. Codes of small words are those of src/domain/noun.rs.

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Rule 5: accounts created after 1 April 2024 manage tickets in the help desk.
    tickets_in_inbox boolean NOT NULL GENERATED ALWAYS AS (created_at < timestamptz '2024-04-02 00:00:00+00') STORED
);

-- Drawn in the transaction that creates the ticket, as its last lock but the log's.
CREATE TABLE ticket_counters (
    account_id uuid PRIMARY KEY REFERENCES accounts,
    last_number integer NOT NULL DEFAULT 0
);

CREATE TABLE users (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    role smallint NOT NULL CHECK (role BETWEEN 0 AND 2),
    active boolean NOT NULL DEFAULT true,
    -- Whether panel_properties is this user's choice, be it empty, or there is none yet.
    panel_chosen boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX users_email ON users (account_id, lower(email));
CREATE INDEX users_any_email ON users (lower(email));

CREATE TABLE integrations (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    name text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id)
);
-- A name may have more bytes than an index takes (2,704); its hash is as unique. So with all names below.
CREATE UNIQUE INDEX integrations_name ON integrations (account_id, md5(lower(name)));

-- Only the SHA-256 of a token is kept: who reads this table cannot act with it.
CREATE TABLE tokens (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    user_id uuid,
    integration_id uuid,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, user_id) REFERENCES users,
    FOREIGN KEY (account_id, integration_id) REFERENCES integrations,
    CHECK (num_nonnulls(user_id, integration_id) = 1)
);
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);
CREATE INDEX tokens_user ON tokens (account_id, user_id);
CREATE INDEX tokens_integration ON tokens (account_id, integration_id);

CREATE TABLE inboxes (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    name text NOT NULL,
    creates_tickets boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX inboxes_name ON inboxes (account_id, md5(lower(name)));

CREATE TABLE channels (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    inbox_id uuid NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 5),
    name text NOT NULL,
    -- The company's own address on this channel: messages from it are outgoing.
    address text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes
);
CREATE UNIQUE INDEX channels_name ON channels (account_id, inbox_id, md5(lower(name)));

CREATE TABLE contacts (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    name text,
    email text,
    phone text,
    -- What contacts are found by: the address without case, the number without anything but digits.
    email_key text GENERATED ALWAYS AS (lower(email)) STORED,
    phone_key text GENERATED ALWAYS AS (nullif(regexp_replace(phone, '[^0-9]', '', 'g'), '')) STORED,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX contacts_email ON contacts (account_id, email_key);
CREATE INDEX contacts_phone ON contacts (account_id, phone_key);

CREATE TABLE pipelines (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    name text NOT NULL,
    -- Counts from 0; the first is where new tickets start.
    position integer NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX pipelines_name ON pipelines (account_id, md5(lower(name)));

CREATE TABLE ticket_statuses (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    pipeline_id uuid NOT NULL,
    name text NOT NULL,
    category smallint NOT NULL CHECK (category BETWEEN 0 AND 1),
    -- Counts from 0 within the pipeline, archived ones aside.
    position integer NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account_id, id),
    -- What tickets refer to: a status in use can change neither its pipeline nor its category.
    UNIQUE (account_id, id, pipeline_id, category),
    FOREIGN KEY (account_id, pipeline_id) REFERENCES pipelines
);
CREATE UNIQUE INDEX ticket_statuses_name ON ticket_statuses (account_id, pipeline_id, md5(lower(name)));

CREATE TABLE property_definitions (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    name text NOT NULL,
    label text NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 7),
    -- [{"value": …, "label": …}] in the order in which they are shown.
    options jsonb NOT NULL DEFAULT '[]',
    required boolean NOT NULL DEFAULT false,
    read_only boolean NOT NULL DEFAULT false,
    archived boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX property_definitions_name ON property_definitions (account_id, md5(name));

-- Rule 9: each user's own choice for the ticket details panel, and its order.
CREATE TABLE panel_properties (
    account_id uuid NOT NULL REFERENCES accounts,
    user_id uuid NOT NULL,
    position integer NOT NULL,
    definition_id uuid NOT NULL,
    PRIMARY KEY (account_id, user_id, position),
    UNIQUE (account_id, user_id, definition_id),
    FOREIGN KEY (account_id, user_id) REFERENCES users,
    FOREIGN KEY (account_id, definition_id) REFERENCES property_definitions
);
CREATE INDEX panel_properties_definition ON panel_properties (account_id, definition_id);

-- Rule 18: what goes to the trash together has one time in it and one end.
CREATE TABLE trash_groups (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    trashed_at timestamptz NOT NULL,
    purge_at timestamptz NOT NULL,
    actor_kind smallint NOT NULL CHECK (actor_kind BETWEEN 0 AND 3),
    actor_id uuid,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX trash_groups_newest ON trash_groups (account_id, trashed_at DESC, id DESC);
CREATE INDEX trash_groups_due ON trash_groups (purge_at);

CREATE TABLE tickets (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    number integer NOT NULL,
    name text NOT NULL,
    name_version integer NOT NULL,
    pipeline_id uuid NOT NULL,
    status_id uuid NOT NULL,
    -- Of the status, which keeps it while it is in use: lists filter by it without a join.
    category smallint NOT NULL CHECK (category BETWEEN 0 AND 1),
    owner_id uuid,
    priority smallint CHECK (priority BETWEEN 1 AND 4),
    priority_version integer NOT NULL,
    workspace smallint NOT NULL CHECK (workspace BETWEEN 0 AND 1),
    contact_id uuid,
    created_at timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL,
    closed_at timestamptz,
    trash_group_id uuid,
    version integer NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, number),
    CONSTRAINT tickets_status_fkey FOREIGN KEY (account_id, status_id, pipeline_id, category)
        REFERENCES ticket_statuses (account_id, id, pipeline_id, category),
    FOREIGN KEY (account_id, owner_id) REFERENCES users,
    FOREIGN KEY (account_id, contact_id) REFERENCES contacts,
    FOREIGN KEY (account_id, trash_group_id) REFERENCES trash_groups,
    CHECK ((closed_at IS NOT NULL) = (category = 1))
);
CREATE INDEX tickets_activity ON tickets (account_id, last_activity_at DESC, id DESC);
CREATE INDEX tickets_created ON tickets (account_id, created_at DESC, id DESC);
CREATE INDEX tickets_status ON tickets (account_id, status_id, last_activity_at DESC, id DESC);
CREATE INDEX tickets_owner ON tickets (account_id, owner_id, last_activity_at DESC, id DESC);
CREATE INDEX tickets_contact ON tickets (account_id, contact_id, last_activity_at DESC, id DESC);
CREATE INDEX tickets_trash ON tickets (account_id, trash_group_id) WHERE trash_group_id IS NOT NULL;

CREATE TABLE ticket_properties (
    account_id uuid NOT NULL REFERENCES accounts,
    ticket_id uuid NOT NULL,
    definition_id uuid NOT NULL,
    -- As src/domain/property.rs writes it; null after it was cleared, so that the version of that is kept.
    value jsonb,
    version integer NOT NULL,
    PRIMARY KEY (account_id, ticket_id, definition_id),
    FOREIGN KEY (account_id, ticket_id) REFERENCES tickets ON DELETE CASCADE,
    FOREIGN KEY (account_id, definition_id) REFERENCES property_definitions
);
CREATE INDEX ticket_properties_definition ON ticket_properties (account_id, definition_id, ticket_id);

CREATE TABLE conversations (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    subject text,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 1),
    workspace smallint NOT NULL CHECK (workspace BETWEEN 0 AND 1),
    inbox_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    -- What the channel calls the thread.
    thread_key text NOT NULL,
    contact_id uuid NOT NULL,
    owner_id uuid,
    ticket_id uuid,
    created_at timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL,
    closed_at timestamptz,
    trash_group_id uuid,
    version integer NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes,
    FOREIGN KEY (account_id, channel_id) REFERENCES channels,
    FOREIGN KEY (account_id, contact_id) REFERENCES contacts,
    FOREIGN KEY (account_id, owner_id) REFERENCES users,
    FOREIGN KEY (account_id, ticket_id) REFERENCES tickets,
    FOREIGN KEY (account_id, trash_group_id) REFERENCES trash_groups,
    CHECK ((closed_at IS NOT NULL) = (status = 1))
);
-- A key may be long (a Message-ID has no limit); its hash is as unique.
CREATE UNIQUE INDEX conversations_thread ON conversations (account_id, channel_id, md5(thread_key));
CREATE INDEX conversations_activity ON conversations (account_id, last_activity_at DESC, id DESC);
CREATE INDEX conversations_created ON conversations (account_id, created_at DESC, id DESC);
CREATE INDEX conversations_inbox ON conversations (account_id, inbox_id, last_activity_at DESC, id DESC);
CREATE INDEX conversations_contact ON conversations (account_id, contact_id, last_activity_at DESC, id DESC);
CREATE INDEX conversations_owner ON conversations (account_id, owner_id, last_activity_at DESC, id DESC);
CREATE INDEX conversations_ticket ON conversations (account_id, ticket_id, last_activity_at DESC, id DESC);
CREATE INDEX conversations_trash ON conversations (account_id, trash_group_id) WHERE trash_group_id IS NOT NULL;

CREATE TABLE messages (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    channel_id uuid,
    kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
    author_kind smallint NOT NULL CHECK (author_kind BETWEEN 0 AND 3),
    author_id uuid,
    text text NOT NULL,
    -- What the channel calls the message: the same key twice is the same message.
    message_key text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    FOREIGN KEY (account_id, channel_id) REFERENCES channels
);
CREATE INDEX messages_conversation ON messages (account_id, conversation_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX messages_key ON messages (account_id, channel_id, md5(message_key)) WHERE message_key IS NOT NULL;
