-- Lists that users have named: a filter with an order, for themselves or shared with the account.
CREATE TABLE saved_views (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    -- Who made it. Also once they have left: what they shared stays.
    owner_id uuid NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 1),
    name text NOT NULL,
    shared boolean NOT NULL,
    -- As the client gave them, letter for letter: json and not jsonb, which sorts keys and takes no \u0000.
    filter json NOT NULL,
    order_by json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, owner_id) REFERENCES users
);
CREATE INDEX saved_views_owner ON saved_views (account_id, owner_id);
CREATE UNIQUE INDEX saved_views_own_name ON saved_views (account_id, owner_id, kind, md5(lower(name))) WHERE NOT shared;
CREATE UNIQUE INDEX saved_views_shared_name ON saved_views (account_id, kind, md5(lower(name))) WHERE shared;
ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_views FORCE ROW LEVEL SECURITY;
CREATE POLICY own_account ON saved_views USING (account_id = (SELECT tandem_account())
    OR (SELECT tandem_across_accounts()));
