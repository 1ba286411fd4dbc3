"""When and in what order: flows, settings, the command line. May import everything below."""
