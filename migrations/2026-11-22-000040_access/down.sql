DROP TABLE invitations;
DROP TABLE passwords;
DROP INDEX users_external_id;
ALTER TABLE users DROP COLUMN external_id;
-- A server of before would take sessions for tokens without an end. Row-level security binds the owner too.
SET LOCAL tandem.across_accounts = 'on';
DELETE FROM tokens WHERE kind <> 0 OR expires_at IS NOT NULL OR scopes IS NOT NULL;
ALTER TABLE tokens
    DROP COLUMN kind, DROP COLUMN name, DROP COLUMN scopes, DROP COLUMN expires_at, DROP COLUMN idle_seconds,
    DROP COLUMN last_used_at, DROP COLUMN user_agent, DROP COLUMN address;
