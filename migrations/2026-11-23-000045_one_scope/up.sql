-- One question per table in place of two. What stands in a subquery of a policy is asked once a statement, but Postgres
-- sets each of them up for every table of every statement, which for the page of an inbox was a tenth of what it cost
-- (benches/screens).

-- The account that this transaction works for; null for what works across all of them: the tail of the log, signing in,
-- the purge, the command line. Where nothing is set it is an account that nobody has.
CREATE OR REPLACE FUNCTION tandem_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN current_setting('tandem.across_accounts', true) = 'on' THEN NULL
        ELSE coalesce(nullif(current_setting('tandem.account_id', true), ''),
                      '00000000-0000-0000-0000-000000000000')::uuid END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_policies WHERE policyname = 'own_account' AND schemaname = current_schema()
    LOOP
        EXECUTE format('ALTER POLICY own_account ON %I USING ((%I = (SELECT tandem_account())) IS NOT FALSE)',
            name, CASE name WHEN 'accounts' THEN 'id' ELSE 'account_id' END);
    END LOOP;
END
$$;
DROP FUNCTION tandem_across_accounts();
