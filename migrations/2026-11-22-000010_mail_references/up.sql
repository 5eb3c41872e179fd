-- Ids that imported mail refers to without their message being there (yet): this month's reply must be found when
-- next month's import brings its parent, also if no later message names both.
CREATE TABLE mail_references (
    account_id uuid NOT NULL REFERENCES accounts,
    channel_id uuid NOT NULL,
    -- The first 128 bits of the Message-ID's SHA-256: such ids are long, and senders choose them.
    id_hash uuid NOT NULL,
    conversation_id uuid NOT NULL,
    PRIMARY KEY (account_id, channel_id, id_hash),
    FOREIGN KEY (account_id, channel_id) REFERENCES channels,
    FOREIGN KEY (account_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX mail_references_conversation ON mail_references (account_id, conversation_id);
ALTER TABLE mail_references ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_references FORCE ROW LEVEL SECURITY;
CREATE POLICY own_account ON mail_references USING (account_id = (SELECT tandem_account())
    OR (SELECT tandem_across_accounts()));
