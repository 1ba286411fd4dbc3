"""Looking after a home: the stories of its nights, when nights are due, how things stand, what a doctor finds."""
