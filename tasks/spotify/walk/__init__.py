"""What is asked on a night, in which order, and where every answer lands before anything reads it."""
