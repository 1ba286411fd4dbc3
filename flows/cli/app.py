"""The console application: every command is registered here and lives in the module of its subject."""

import typer

from flows.cli import account, ask, bench, bring, bundle, doctor, look, night, say, status

app = typer.Typer(
    name="segue",
    help="A nightly music-recommendation warehouse: songs like this one, with posters and reasons.\n\n"
    'Begin with [bold]segue refresh[/bold] (the demo needs no account), then [bold]segue recommend "a song"[/bold].',
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (night, ask, say, bring, account, look, status, doctor, bundle, bench):
    module.register(app)
