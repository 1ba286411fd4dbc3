"""The command line, by what a person does: run a night, ask, say, bring, look. Heavy imports wait inside the commands."""
