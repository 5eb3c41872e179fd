DROP TABLE mail_references;
