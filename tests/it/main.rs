<<<<<<< HEAD
//! All integration tests, in one binary: each further one would link the whole library again.

mod http;
=======
//! All integration tests in one binary.

mod mail;
>>>>>>> mail
