"""How fast and how lean: our engines beside their peers, on data made to look real. Nothing here runs at night."""
