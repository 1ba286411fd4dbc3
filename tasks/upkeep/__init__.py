"""Looking after a home: the stories of its nights, when nights are due, how things stand, Prefect's books, what a doctor finds."""
