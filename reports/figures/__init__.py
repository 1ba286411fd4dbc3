"""The charts, by subject. Each figure is one named query, one picture, and a title that states what the data say."""
