"""The database: connections, SQL files, writing, publishing, and the query module. May import schemas."""
