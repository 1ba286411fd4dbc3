"""How Segue talks: data on stdout, talk and progress on stderr, for a person or as JSON. Commands and nights share it."""
