-- What status.graphql shows, in one statement.
SELECT t.id, s.id, s.name, s.category
FROM tickets t JOIN ticket_statuses s ON s.account_id = t.account_id AND s.id = t.status_id
WHERE t.account_id = :account AND t.id = :ticket;
