-- What closing or reopening a ticket with one conversation changes, in one statement: no log, no rules, nobody told.
WITH t AS (
    UPDATE tickets t SET category = 1 - t.category, status_id = CASE t.category WHEN 0 THEN b.closed ELSE b.open END,
        closed_at = CASE t.category WHEN 0 THEN now() END, version = t.version + 1
    FROM bench.tickets b WHERE b.client = :client_id AND t.account_id = :account AND t.id = b.ticket
    RETURNING t.category
)
UPDATE conversations c SET status = t.category, closed_at = CASE t.category WHEN 1 THEN now() END, version = c.version + 1
FROM t, bench.tickets b WHERE b.client = :client_id AND c.account_id = :account AND c.id = b.conversation;
