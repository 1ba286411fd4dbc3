"""The work: one step or one tool a module. May import warehouse, reports and schemas."""
