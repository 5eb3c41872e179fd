-- Who may come in, and how: passwords, sessions, tokens with scopes and an end, invitations.

-- A session is a token that a person got by signing in, so all that ends tokens ends sessions.
ALTER TABLE tokens
    -- 0: made for a program or a script; 1: a session by a password; 2: one by a token of an identity provider.
    ADD COLUMN kind smallint NOT NULL DEFAULT 0 CHECK (kind BETWEEN 0 AND 2),
    ADD COLUMN name text,
    -- A set of bits, see src/domain/access/scopes.rs; null: all that its holder may do.
    ADD COLUMN scopes smallint CHECK (scopes BETWEEN 0 AND 15),
    ADD COLUMN expires_at timestamptz,
    -- It ends, too, when it has not been used for so long; null: not by that.
    ADD COLUMN idle_seconds integer CHECK (idle_seconds > 0),
    -- To the minute: not every request writes.
    ADD COLUMN last_used_at timestamptz,
    -- Where it was signed in from, for people to know their sessions by.
    ADD COLUMN user_agent text,
    ADD COLUMN address text;

-- How an identity provider calls a user, where it does not go by the e-mail address.
ALTER TABLE users ADD COLUMN external_id text;
CREATE UNIQUE INDEX users_external_id ON users (account_id, external_id) WHERE external_id IS NOT NULL;

-- Apart from the users, so that no statement that reads users can show one.
CREATE TABLE passwords (
    account_id uuid NOT NULL REFERENCES accounts,
    user_id uuid NOT NULL,
    -- argon2id, as a PHC string: with its parameters and its salt.
    hash text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES users
);

-- What lets a user choose a password once. Only the SHA-256 of its token is kept.
CREATE TABLE invitations (
    account_id uuid NOT NULL REFERENCES accounts,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, user_id) REFERENCES users
);
CREATE UNIQUE INDEX invitations_hash ON invitations (hash);
CREATE INDEX invitations_user ON invitations (account_id, user_id);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['passwords', 'invitations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_account ON %I USING (account_id = (SELECT tandem_account())
            OR (SELECT tandem_across_accounts()))', name);
    END LOOP;
END
$$;
