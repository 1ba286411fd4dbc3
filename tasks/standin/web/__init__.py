"""The endpoints of the stand-in by subject, and the shapes of what they answer."""
