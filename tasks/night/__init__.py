"""The steps of a night, one Prefect task a stage; each hands the work to the tools of its subject."""
